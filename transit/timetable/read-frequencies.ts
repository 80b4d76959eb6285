import type { ByteIndex } from './byte-index.ts'
import type { CsvRow } from './csv-row.ts'
import { parseServiceTime, parseWhole } from './parse-field.ts'
import { findReference } from './read-ids.ts'
import { type Feed, quote, readTable, type Table } from './read-table.ts'
import { formatServiceTime } from './service-time.ts'
import type { Frequency } from './timetable.ts'

const FILE = 'frequencies.txt'
type Column = 'trip_id' | 'start_time' | 'end_time' | 'headway_secs' | 'exact_times'

export function readFrequencies(feed: Feed, tripIds: ByteIndex): [number, Frequency[]][] {
  const frequencies = new Map<number, (Frequency & { row: number })[]>()
  readTable<Column>(
    feed,
    {
      file: FILE,
      required: ['trip_id', 'start_time', 'end_time', 'headway_secs'],
      optional: ['exact_times'],
    },
    (table) => (row) => {
      const trip = findReference(table, row, 'trip_id', tripIds, 'trips.txt')
      if (trip === -1) table.requireText(row, 'trip_id')
      const startTime = readTime(table, row, 'start_time')
      const endTime = readTime(table, row, 'end_time')
      const headway = table.columns.headway_secs
      const headwaySeconds = parseWhole(row.buffer, row.start(headway), row.end(headway))
      const isExact = table.choice(row, 'exact_times', 1, 0) === 1
      if (headwaySeconds <= 0) {
        const message = `headway_secs is ${quote(row.text(headway))}; a whole number from 1 is allowed`
        table.error(row, 'headway_secs', 'number_out_of_range', message)
      }
      if (startTime < 0 || endTime < 0 || headwaySeconds <= 0) return
      if (endTime <= startTime) {
        const message = `end_time is ${formatServiceTime(endTime)}; later than start_time is allowed`
        table.error(row, 'end_time', 'start_and_end_range_out_of_order', message)
        return
      }
      if (trip === undefined || trip === -1) return
      const ofTrip = frequencies.get(trip) ?? []
      ofTrip.push({ startTime, endTime, headwaySeconds, isExact, row: row.number })
      frequencies.set(trip, ofTrip)
    },
  )
  return [...frequencies].map(([trip, ofTrip]) => {
    ofTrip.sort((a, b) => a.startTime - b.startTime || a.row - b.row)
    refuseOverlaps(feed, ofTrip)
    return [trip, ofTrip.map(({ row: _row, ...frequency }) => frequency)]
  })
}

function refuseOverlaps({ faults }: Feed, ofTrip: readonly (Frequency & { row: number })[]): void {
  let latest = ofTrip[0]
  for (const next of ofTrip.slice(1)) {
    if (latest && next.startTime < latest.endTime) {
      faults.error(
        { file: FILE, row: next.row, column: 'start_time' },
        'overlapping_frequency',
        `it overlaps with ${formatServiceTime(latest.startTime)} to ${formatServiceTime(latest.endTime)} of the same trip; one headway at a time is allowed`,
      )
    }
    if (!latest || next.endTime > latest.endTime) latest = next
  }
}

function readTime(table: Table<Column>, row: CsvRow, column: 'start_time' | 'end_time'): number {
  const index = table.columns[column]
  const time = parseServiceTime(row.buffer, row.start(index), row.end(index))
  if (time < 0) {
    const message = `${column} is ${quote(row.text(index))}; HH:MM:SS is allowed, also past 24:00:00`
    table.error(row, column, 'invalid_time', message)
  }
  return time
}
