import type { Kind } from '../../model/device.ts'
import { fieldsOf, type Reading } from '../../model/reading.ts'
import type {
  FieldSummary,
  IntervalsQuery,
  MeasuredQuery,
  ReadingInterval,
  ReadingsQuery,
  ReceivedQuery,
} from '../../store/reading-store.ts'

/** What any reading store must answer, in the plainest words: the model that random tests compare with. */
export function createMemoryReadingStore() {
  const readings = new Map<string, Reading>()
  const identityOf = ({ authority, kind, device, part, time }: Reading) =>
    JSON.stringify([authority, kind, device, part, time])
  const inOrder = (a: Reading, b: Reading) =>
    a.time - b.time || (a.part < b.part ? -1 : a.part > b.part ? 1 : 0)
  const select = (query: { authority: string; kind: Kind; device?: string; from: number; to: number }) =>
    [...readings.values()]
      .filter(
        ({ authority, kind, device, time }) =>
          authority === query.authority &&
          kind === query.kind &&
          (query.device === undefined || device === query.device) &&
          time >= query.from &&
          time < query.to,
      )
      .sort(inOrder)
  const listNewest = (authority: string, kind: Kind, isWanted: (reading: Reading) => boolean) => {
    const latest = new Map<string, Reading>()
    for (const reading of select({ authority, kind, from: -Infinity, to: Infinity }).filter(isWanted)) {
      latest.set(JSON.stringify([reading.device, reading.part]), reading)
    }
    return [...latest.values()].sort((a, b) =>
      a.device === b.device ? (a.part < b.part ? -1 : 1) : a.device < b.device ? -1 : 1,
    )
  }
  return {
    write(batch: readonly Reading[]) {
      for (const reading of batch) readings.set(identityOf(reading), reading)
    },
    listLatest: (authority: string, kind: Kind): Reading[] => listNewest(authority, kind, () => true),
    listLatestUntil: (authority: string, kind: Kind, until: number): Reading[] =>
      listNewest(
        authority,
        kind,
        ({ time, fields }) => time + 1000 * Number(fields['intervalSeconds'] ?? 0) <= until,
      ),
    listMeasured: ({ after, limit, ...query }: MeasuredQuery): Reading[] =>
      select(query)
        .sort((a, b) => a.time - b.time || compareText(a.device, b.device) || compareText(a.part, b.part))
        .filter(
          ({ time, device, part }) =>
            !after ||
            time > after.time ||
            (time === after.time && (compareText(device, after.device) || compareText(part, after.part)) > 0),
        )
        .slice(0, limit),
    listReadings: (query: ReadingsQuery): Reading[] =>
      select(query)
        .filter(
          ({ time, part }) =>
            !query.after || time > query.after.time || (time === query.after.time && part > query.after.part),
        )
        .slice(0, query.limit),
    listReceived: ({ authority, kind, from, receivedFrom, limit }: ReceivedQuery): Reading[] =>
      select({ authority, kind, from, to: Infinity })
        .filter(({ receivedTime }) => receivedTime >= receivedFrom)
        .sort(
          (a, b) =>
            a.receivedTime - b.receivedTime ||
            compareText(a.device, b.device) ||
            compareText(a.part, b.part) ||
            a.time - b.time,
        )
        .slice(0, limit),
    listIntervals(query: IntervalsQuery): ReadingInterval[] {
      const groups = Map.groupBy(select(query), ({ time }) => Math.floor(time / query.every) * query.every)
      return [...groups].slice(0, query.limit).map(([time, group]) => ({
        time,
        count: group.length,
        fields: summarize(query.kind, group),
      }))
    },
    countReadings: (query: { authority: string; kind: Kind; from: number; to: number }) =>
      select(query).length,
    deleteAuthority(authority: string) {
      for (const [key, reading] of readings) if (reading.authority === authority) readings.delete(key)
    },
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function summarize(kind: Kind, readings: readonly Reading[]): Record<string, FieldSummary> {
  const fields: Record<string, FieldSummary> = {}
  for (const [name, type] of Object.entries(fieldsOf(kind))) {
    if (type !== 'number') continue
    const values = readings.flatMap((reading) => {
      const value = reading.fields[name]
      return typeof value === 'number' ? [value] : []
    })
    if (values.length === 0) continue
    fields[name] = {
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      min: Math.min(...values),
      max: Math.max(...values),
    }
  }
  return fields
}
