import { ByteIndex } from './byte-index.ts'
import type { CsvRow } from './csv-row.ts'
import { addOwnId } from './read-ids.ts'
import { type Feed, quote, readTable, type Table } from './read-table.ts'
import { sharedInt32, sharedUint8, sharedUint32 } from './shared-array.ts'
import type { ServiceData } from './timetable-data.ts'

const CALENDAR = 'calendar.txt'
const CALENDAR_DATES = 'calendar_dates.txt'
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

interface Exception {
  readonly service: number
  readonly day: number
  readonly runs: boolean
}

export function readServices(feed: Feed): { services: ServiceData; serviceIds: ByteIndex } {
  const serviceIds = new ByteIndex()
  const weekdays: number[] = []
  const firstDays: number[] = []
  const lastDays: number[] = []
  const exceptions: Exception[] = []
  if (!feed.files.has(CALENDAR) && !feed.files.has(CALENDAR_DATES)) {
    feed.faults.error(
      { file: CALENDAR },
      'missing_required_file',
      `${CALENDAR} and ${CALENDAR_DATES} are missing; one of them is needed`,
    )
  }
  readTable(
    feed,
    { file: CALENDAR, required: ['service_id', ...WEEKDAYS, 'start_date', 'end_date'] },
    (table) => (row) => {
      if (addOwnId(table, row, 'service_id', serviceIds) === undefined) return
      weekdays.push(WEEKDAYS.reduce((bits, name, index) => bits | (readFlag(table, row, name) << index), 0))
      const first = table.day(row, 'start_date') ?? 0
      const last = table.day(row, 'end_date') ?? first
      if (last < first) {
        const message = `end_date is ${row.text(table.columns.end_date)}; from start_date on is allowed`
        table.error(row, 'end_date', 'start_and_end_range_out_of_order', message)
      }
      firstDays.push(first)
      lastDays.push(last)
    },
  )
  const seen = new Set<string>()
  readTable(feed, { file: CALENDAR_DATES, required: ['service_id', 'date', 'exception_type'] }, (table) => {
    const { columns } = table
    return (row) => {
      if (table.requireText(row, 'service_id') === undefined) return
      const service = serviceIds.add(row.buffer, row.start(columns.service_id), row.end(columns.service_id))
      if (service === weekdays.length) {
        weekdays.push(0)
        firstDays.push(0)
        lastDays.push(-1)
      }
      const day = table.day(row, 'date')
      const type = row.text(columns.exception_type)
      if (type !== '1' && type !== '2') {
        const message = `exception_type is ${quote(type)}; 1 (added) or 2 (removed) is allowed`
        table.error(row, 'exception_type', 'unexpected_enum_value', message)
      }
      if (day === undefined) return
      const key = `${service}/${day}`
      if (seen.has(key)) {
        const message = 'this service has an exception on this date already; one is allowed'
        table.error(row, 'date', 'duplicate_key', message)
      }
      seen.add(key)
      exceptions.push({ service, day, runs: type === '1' })
    }
  })
  return { services: packServices(serviceIds, { weekdays, firstDays, lastDays, exceptions }), serviceIds }
}

function readFlag<C extends string>(table: Table<C>, row: CsvRow, column: C): number {
  if (row.isEmpty(table.columns[column])) table.requireText(row, column)
  return table.choice(row, column, 1, 0)
}

function packServices(
  serviceIds: ByteIndex,
  columns: { weekdays: number[]; firstDays: number[]; lastDays: number[]; exceptions: Exception[] },
): ServiceData {
  const { count } = serviceIds
  const exceptions = columns.exceptions.sort((a, b) => a.service - b.service || a.day - b.day)
  const services = {
    count,
    ids: serviceIds.texts(),
    weekdays: sharedUint8(count),
    firstDays: sharedInt32(count),
    lastDays: sharedInt32(count),
    firstExceptions: sharedUint32(count + 1),
    exceptionDays: sharedInt32(exceptions.length),
    exceptionRuns: sharedUint8(exceptions.length),
  }
  services.weekdays.set(columns.weekdays)
  services.firstDays.set(columns.firstDays)
  services.lastDays.set(columns.lastDays)
  for (const [index, { service, day, runs }] of exceptions.entries()) {
    services.exceptionDays[index] = day
    services.exceptionRuns[index] = runs ? 1 : 0
    services.firstExceptions[service + 1] = index + 1
  }
  // Services without exceptions end where those before them do.
  for (let service = 0; service < count; service += 1) {
    const before = services.firstExceptions[service] ?? 0
    services.firstExceptions[service + 1] = Math.max(before, services.firstExceptions[service + 1] ?? 0)
  }
  return services
}
