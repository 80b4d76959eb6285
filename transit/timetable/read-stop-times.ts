import { ByteIndex } from './byte-index.ts'
import type { CsvRow } from './csv-row.ts'
import { orderColumn, orderRows, type RowOrder } from './order-rows.ts'
import { parseDecimal, parseServiceTime, parseWhole } from './parse-field.ts'
import { findReference } from './read-ids.ts'
import { type Feed, quote, readTable, type Table } from './read-table.ts'
import { sharedFloat32, sharedInt32, sharedUint8, sharedUint32 } from './shared-array.ts'
import { StopTimeColumns } from './stop-time-columns.ts'

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

/** At 35 bytes each in memory, twice while they are put in order. */
const ROWS_MAX = 20_000_000
/** Rows for which room is taken at once, which costs nothing until it is used: a row of the file has some 40 bytes. */
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
  const read = new StopTimeColumns(room)
  const headsignIds = new ByteIndex()
  const add = (row: CsvRow, table: Table<Column>): void => {
    const { columns } = table
    const trip = findReference(table, row, 'trip_id', tripIds, 'trips.txt')
    if (trip === -1) table.requireText(row, 'trip_id')
    const stop = findReference(table, row, 'stop_id', stopIds, 'stops.txt')
    if (stop === -1) warnOfArea(row, table)
    const arrival = readTime(row, table, 'arrival_time')
    const departure = readTime(row, table, 'departure_time')
    if (arrival >= 0 && departure >= 0 && departure < arrival) {
      const message = `departure_time is ${row.text(columns.departure_time)}, before arrival_time; from that on is allowed`
      table.error(row, 'departure_time', 'stop_time_with_arrival_after_departure', message)
    }
    // Rows that were left out keep their place, so that a row's number follows from it.
    while (read.length < row.number - 2) read.add()
    const place = read.add()
    read.trips[place] = stop === -1 ? -1 : (trip ?? -1)
    read.stops[place] = stop ?? -1
    read.arrivals[place] = arrival < 0 ? departure : arrival
    read.departures[place] = departure < 0 ? arrival : departure
    read.sequences[place] = readSequence(row, table)
    read.timepoints[place] = readTimepoint(row, table, arrival >= 0 || departure >= 0)
    read.pickupTypes[place] = readType(row, table, 'pickup_type', 3)
    read.dropOffTypes[place] = readType(row, table, 'drop_off_type', 3)
    const headsign = columns.stop_headsign
    read.headsigns[place] = row.isEmpty(headsign)
      ? -1
      : headsignIds.add(row.buffer, row.start(headsign), row.end(headsign))
    read.distances[place] = readDistance(row, table)
  }
  readTable<Column>(
    feed,
    { file: STOP_TIMES_FILE, isRequired: true, rowsMax: ROWS_MAX, required: REQUIRED, optional: OPTIONAL },
    (table) => (row) => add(row, table),
  )
  const order = orderRows(read.trips.subarray(0, read.length), tripIds.count, read.sequences)
  return { order, ...orderColumns(read, order), headsignTexts: headsignIds.texts() }
}

/** One column after another, and what is done with is let go, so that all are never there twice. */
function orderColumns(
  read: StopTimeColumns,
  order: RowOrder,
): Omit<StopTimeReading, 'order' | 'headsignTexts'> {
  const none = new StopTimeColumns(0)
  read.trips = none.trips
  const stops = orderColumn(read.stops, order, sharedInt32)
  read.stops = none.stops
  const arrivals = orderColumn(read.arrivals, order, sharedInt32)
  read.arrivals = none.arrivals
  const departures = orderColumn(read.departures, order, sharedInt32)
  read.departures = none.departures
  const sequences = orderColumn(read.sequences, order, sharedUint32)
  read.sequences = none.sequences
  const headsigns = orderColumn(read.headsigns, order, sharedInt32)
  read.headsigns = none.headsigns
  const feedDistances = orderColumn(read.distances, order, sharedFloat32)
  read.distances = none.distances
  const timepoints = orderColumn(read.timepoints, order, sharedUint8)
  const pickupTypes = orderColumn(read.pickupTypes, order, sharedUint8)
  const dropOffTypes = orderColumn(read.dropOffTypes, order, sharedUint8)
  return {
    stops,
    arrivals,
    departures,
    sequences,
    timepoints,
    pickupTypes,
    dropOffTypes,
    headsigns,
    feedDistances,
  }
}

/** The row of the file that a stop time is from. */
export function rowOfStopTime({ rows }: RowOrder, stopTime: number): number {
  return (rows ? (rows[stopTime] ?? 0) : stopTime) + 2
}

/** A row without a stop is of a bookable area (GTFS-Flex), or an error. */
function warnOfArea(row: CsvRow, table: Table<Column>): void {
  const { location_id: location, location_group_id: group } = table.columns
  if (row.isEmpty(location) && row.isEmpty(group)) {
    table.requireText(row, 'stop_id')
    return
  }
  // In an area there is no stop that anybody waits at, so nothing that this timetable tells of.
  const message = 'it is of an area in which rides are booked; it is kept in the feed, but not used'
  table.warn(row, 'stop_id', 'area_not_used', message)
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
