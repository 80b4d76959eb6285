import { ByteIndex } from './byte-index.ts'
import type { CsvRow } from './csv-row.ts'
import { GrowingArray } from './growing-array.ts'
import { orderColumn, orderRows, type RowOrder } from './order-rows.ts'
import { parseDecimal, parseServiceTime, parseWhole } from './parse-field.ts'
import { findReference } from './read-ids.ts'
import { type Feed, quote, readTable, type Table } from './read-table.ts'
import { sharedFloat32, sharedInt32, sharedUint8, sharedUint32 } from './shared-array.ts'

export const STOP_TIMES_FILE = 'stop_times.txt'
const REQUIRED = ['trip_id', 'stop_sequence'] as const
const OPTIONAL = [
  'stop_id',
  'arrival_time',
  'departure_time',
  'stop_headsign',
  'pickup_type',
  'drop_off_type',
  'shape_dist_traveled',
  'timepoint',
  'location_id',
  'location_group_id',
] as const
type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number]

/** Rows for which room is taken at once, which costs nothing until it is used: a row has some 40 bytes. */
const ROW_BYTES = 40
const ROWS_AT_ONCE_MAX = 12_000_000

/** Stop times as the feed has them, by trip and stop_sequence. */
export interface StopTimeReading {
  readonly order: RowOrder
  readonly stops: Int32Array
  /** Seconds after noon minus 12 hours; -1 where there is none. */
  readonly arrivals: Int32Array
  readonly departures: Int32Array
  readonly sequences: Uint32Array
  /** 1 for exact, 0 for approximate. */
  readonly timepoints: Uint8Array
  readonly pickupTypes: Uint8Array
  readonly dropOffTypes: Uint8Array
  readonly headsigns: Int32Array
  readonly headsignTexts: readonly string[]
  /** The feed's own, in whatever unit; NaN where there is none. */
  readonly feedDistances: Float32Array
}

export function readStopTimes(
  feed: Feed,
  { tripIds, stopIds }: { tripIds: ByteIndex; stopIds: ByteIndex },
): StopTimeReading {
  const unpackedBytes = feed.files.get(STOP_TIMES_FILE)?.unpackedBytes ?? 0
  const room = Math.min(ROWS_AT_ONCE_MAX, 1024 + Math.ceil(unpackedBytes / ROW_BYTES))
  const int32 = () => new GrowingArray((length) => new Int32Array(length), room)
  const uint8 = () => new GrowingArray((length) => new Uint8Array(length), room)
  const trips = int32()
  const stops = int32()
  const arrivals = int32()
  const departures = int32()
  const sequences = new GrowingArray((length) => new Uint32Array(length), room)
  const timepoints = uint8()
  const pickupTypes = uint8()
  const dropOffTypes = uint8()
  const headsigns = int32()
  const distances = new GrowingArray((length) => new Float32Array(length), room)
  const headsignIds = new ByteIndex()

  const push = (row: CsvRow, table: Table<Column>): void => {
    const { columns } = table
    const trip = findReference(table, row, 'trip_id', tripIds, 'trips.txt')
    if (trip === -1) table.requireText(row, 'trip_id')
    const stop = findReference(table, row, 'stop_id', stopIds, 'stops.txt')
    const isServed = stop !== -1 || isInArea(row, table)
    const arrival = readTime(row, table, 'arrival_time')
    const departure = readTime(row, table, 'departure_time')
    if (arrival >= 0 && departure >= 0 && departure < arrival) {
      const message = `departure_time is ${row.text(columns.departure_time)}, before arrival_time; from that on is allowed`
      table.error(row, 'departure_time', 'stop_time_with_arrival_after_departure', message)
    }
    // In an area there is no stop that anybody waits at, so nothing that this timetable tells of.
    trips.push(isServed && stop !== -1 ? (trip ?? -1) : -1)
    stops.push(stop ?? -1)
    arrivals.push(arrival < 0 ? departure : arrival)
    departures.push(departure < 0 ? arrival : departure)
    sequences.push(readSequence(row, table))
    timepoints.push(readTimepoint(row, table, arrival >= 0 || departure >= 0))
    pickupTypes.push(readType(row, table, 'pickup_type', 3))
    dropOffTypes.push(readType(row, table, 'drop_off_type', 3))
    const headsign = columns.stop_headsign
    headsigns.push(
      row.isEmpty(headsign) ? -1 : headsignIds.add(row.buffer, row.start(headsign), row.end(headsign)),
    )
    distances.push(readDistance(row, table))
  }

  readTable<Column>(
    feed,
    { file: STOP_TIMES_FILE, isRequired: true, required: REQUIRED, optional: OPTIONAL },
    (table) => (row) => {
      // Rows that were left out keep their place, so that a row's number follows from it.
      while (trips.length < row.number - 2) skip()
      push(row, table)
    },
  )

  function skip(): void {
    trips.push(-1)
    for (const column of [stops, arrivals, departures, sequences, headsigns, distances]) column.push(0)
    for (const column of [timepoints, pickupTypes, dropOffTypes]) column.push(0)
  }

  const order = orderRows(trips.view(), tripIds.count, sequences.view())
  trips.clear()
  // One column after another, so that two of each are never there at once.
  return {
    order,
    stops: take(stops, order, sharedInt32),
    arrivals: take(arrivals, order, sharedInt32),
    departures: take(departures, order, sharedInt32),
    sequences: take(sequences, order, sharedUint32),
    timepoints: take(timepoints, order, sharedUint8),
    pickupTypes: take(pickupTypes, order, sharedUint8),
    dropOffTypes: take(dropOffTypes, order, sharedUint8),
    headsigns: take(headsigns, order, sharedInt32),
    headsignTexts: headsignIds.texts(),
    feedDistances: take(distances, order, sharedFloat32),
  }
}

/** The row of the file that a stop time is from. */
export function rowOfStopTime({ rows }: RowOrder, stopTime: number): number {
  return (rows ? (rows[stopTime] ?? 0) : stopTime) + 2
}

function take<T extends Int32Array | Uint32Array | Uint8Array | Float32Array>(
  column: GrowingArray<T>,
  order: RowOrder,
  create: (length: number) => T,
): T {
  const ordered = orderColumn(column.view(), order, create)
  column.clear()
  return ordered
}

/** Whether a row without a stop is of a bookable area (GTFS-Flex); otherwise it is an error. */
function isInArea(row: CsvRow, table: Table<Column>): boolean {
  const { location_id: location, location_group_id: group } = table.columns
  if (row.isEmpty(location) && row.isEmpty(group)) {
    table.requireText(row, 'stop_id')
    return false
  }
  const message = 'it is of an area in which rides are booked; it is kept in the feed, but not used'
  table.warn(row, 'stop_id', 'area_not_used', message)
  return false
}

function readTime(row: CsvRow, table: Table<Column>, column: 'arrival_time' | 'departure_time'): number {
  const index = table.columns[column]
  if (row.isEmpty(index)) return -1
  const time = parseServiceTime(row.buffer, row.start(index), row.end(index))
  if (time < 0) {
    const message = `${column} is ${quote(row.text(index))}; HH:MM:SS is allowed, also past 24:00:00`
    table.error(row, column, 'invalid_time', message)
  }
  return time
}

function readSequence(row: CsvRow, table: Table<Column>): number {
  const index = table.columns.stop_sequence
  const sequence = parseWhole(row.buffer, row.start(index), row.end(index))
  if (sequence >= 0) return sequence
  const message = `stop_sequence is ${quote(row.text(index))}; a whole number from 0 is allowed`
  table.error(row, 'stop_sequence', 'invalid_integer', message)
  return 0
}

function readTimepoint(row: CsvRow, table: Table<Column>, hasTime: boolean): number {
  if (row.isEmpty(table.columns.timepoint)) return hasTime ? 1 : 0
  const timepoint = readType(row, table, 'timepoint', 1)
  if (timepoint === 1 && !hasTime) {
    const message = 'timepoint is 1, and there is no time; arrival_time and departure_time are needed with it'
    table.error(row, 'timepoint', 'stop_time_timepoint_without_times', message)
  }
  return timepoint
}

function readType(
  row: CsvRow,
  table: Table<Column>,
  column: 'pickup_type' | 'drop_off_type' | 'timepoint',
  max: number,
): number {
  const index = table.columns[column]
  if (row.isEmpty(index)) return 0
  const start = row.start(index)
  const type = (row.buffer[start] as number) - 0x30
  if (type >= 0 && type <= max && row.end(index) === start + 1) return type
  return table.choice(row, column, max, 0)
}

function readDistance(row: CsvRow, table: Table<Column>): number {
  const index = table.columns.shape_dist_traveled
  if (row.isEmpty(index)) return Number.NaN
  const distance = parseDecimal(row.buffer, row.start(index), row.end(index))
  if (distance >= 0) return distance
  const message = `shape_dist_traveled is ${quote(row.text(index))}; a number from 0 is allowed`
  table.error(row, 'shape_dist_traveled', 'number_out_of_range', message)
  return Number.NaN
}
