import type { Timetable } from '../timetable/timetable.ts'
import { createLinkRecord, type LinkRecord } from './link-record.ts'

/** Links that nobody went for so long are of a timetable that is over. */
const FORGOTTEN_AFTER_MS = 90 * 86_400_000

/** The links of a network by their stops' ids, which outlive a version of the timetable. */
export interface LinkStore {
  /** Of two stops by their indexes in the timetable; made where there is none. */
  get(fromStop: number, toStop: number): LinkRecord
  list(): Iterable<LinkRecord>
  stopId(stop: number): string
}

/** There are as many as the timetable has pairs of stops in turn, and those of earlier timetables until they are forgotten. */
export function createLinkStore({ stops }: Timetable, known: readonly LinkRecord[] = []): LinkStore {
  const byIds = new Map(known.map((record) => [keyOf(record.fromStopId, record.toStopId), record]))
  const newest = known.reduce((time, record) => Math.max(time, record.time), 0)
  for (const [key, { time }] of byIds) if (time < newest - FORGOTTEN_AFTER_MS) byIds.delete(key)
  /** The same by number, as they are asked for by the ten thousand. */
  const byIndexes = new Map<number, LinkRecord>()
  return {
    get(fromStop, toStop) {
      const number = fromStop * stops.count + toStop
      let record = byIndexes.get(number)
      if (record) return record
      const fromStopId = stops.ids[fromStop] ?? ''
      const toStopId = stops.ids[toStop] ?? ''
      const key = keyOf(fromStopId, toStopId)
      record = byIds.get(key) ?? createLinkRecord(fromStopId, toStopId)
      byIds.set(key, record)
      byIndexes.set(number, record)
      return record
    },
    list: () => byIds.values(),
    stopId: (stop) => stops.ids[stop] ?? '',
  }
}

function keyOf(fromStopId: string, toStopId: string): string {
  return `${fromStopId}\n${toStopId}`
}
