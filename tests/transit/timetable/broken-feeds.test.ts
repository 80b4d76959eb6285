import { expect, test } from 'vitest'
import { readTimetable } from '../../../transit/timetable/read-timetable.ts'
import { buildGtfs } from '../../fixtures/build-gtfs.ts'

type Changes = Parameters<typeof buildGtfs>[0]

/** Each fault as `place code`, such as `stops.txt:3:stop_lat number_out_of_range`. */
function listErrors(changes: Changes): string[] {
  const { timetable, errors } = readTimetable(buildGtfs(changes))
  expect(timetable).toBeUndefined()
  return errors.map(({ file, row, column, code }) => {
    return `${[file, row, column].filter((part) => part !== null).join(':')} ${code}`
  })
}

function listWarnings(changes: Changes): string[] {
  const { timetable, errors, warnings } = readTimetable(buildGtfs(changes))
  expect(errors).toEqual([])
  expect(timetable).toBeDefined()
  return warnings.map(({ file, code }) => `${file} ${code}`)
}

const replace = (before: string | RegExp, after: string) => (text: string) => {
  expect(text).toMatch(before)
  return text.replace(before, after)
}
const addLine = (line: string) => (text: string) => `${text}${line}\n`
const dropColumn = (text: string) =>
  text
    .split('\n')
    .map((line) => line.replace(/^[^,]*,/, ''))
    .join('\n')

test.each(['agency.txt', 'stops.txt', 'routes.txt', 'trips.txt', 'stop_times.txt'])('without %s', (file) => {
  expect(listErrors({ [file]: null })).toContain(`${file} missing_required_file`)
})

test('without any calendar', () => {
  const errors = listErrors({ 'calendar.txt': null, 'calendar_dates.txt': null })
  expect(errors).toContain('calendar.txt missing_required_file')
})

test('without a column, without rows, or with a column twice', () => {
  expect(listErrors({ 'stop_times.txt': dropColumn })).toEqual([
    'stop_times.txt:1:trip_id missing_required_column',
  ])
  expect(listErrors({ 'routes.txt': 'route_id,route_type\n' })).toContain('routes.txt empty_file')
  expect(listErrors({ 'agency.txt': '' })).toContain('agency.txt empty_file')
  expect(listErrors({ 'stops.txt': replace('stop_code', 'stop_name') })).toContain(
    'stops.txt:1:stop_name duplicated_column',
  )
})

test('rows of another length, and quotes that do not close', () => {
  expect(listErrors({ 'routes.txt': addLine('R9,town,9,Nine,3') })).toEqual([
    'routes.txt:5 invalid_row_length',
  ])
  expect(listErrors({ 'routes.txt': addLine('R9,town,"9" x,Nine,3,') })).toEqual([
    'routes.txt:5 csv_parsing_failed',
  ])
  expect(listErrors({ 'routes.txt': addLine('R9,town,"9,Nine,3,') })).toEqual([
    'routes.txt:5 csv_parsing_failed',
  ])
  expect(listErrors({ 'stops.txt': addLine(`x,"${'long '.repeat(300_000)}`) })).toEqual([
    'stops.txt:14 csv_parsing_failed',
  ])
})

test('other encodings than UTF-8, with the row; a byte order mark is only warned of', () => {
  const latin1 = (text: string) => Buffer.from(text.replace('Stop 3', 'Münster'), 'latin1')
  const utf16 = (text: string) => Buffer.from(text, 'utf16le')
  const bytesOf = (change: (text: string) => Buffer): Changes => {
    let content = new Uint8Array()
    buildGtfs({
      'stops.txt': (text) => {
        content = new Uint8Array(change(text))
        return text
      },
    })
    return { 'stops.txt': content }
  }
  expect(listErrors(bytesOf(latin1))).toEqual(['stops.txt:4 wrong_encoding'])
  expect(listErrors(bytesOf(utf16))).toEqual(['stops.txt:1 wrong_encoding'])
  expect(listErrors(bytesOf((text) => utf16(`\uFEFF${text}`)))).toEqual(['stops.txt:1 wrong_encoding'])
  expect(listWarnings({ 'stops.txt': (text) => `\uFEFF${text}` })).toEqual(['stops.txt byte_order_mark'])
})

test('ids that are there twice, or nowhere', () => {
  expect(listErrors({ 'stops.txt': addLine('stop-3,,Again,51,0') })).toEqual([
    'stops.txt:14:stop_id duplicate_key',
  ])
  expect(
    listErrors({ 'trips.txt': replace('R1,weekday,R1-weekday-6-0', 'R9,weekday,R1-weekday-6-0') }),
  ).toEqual(['trips.txt:2:route_id foreign_key_violation'])
  expect(listErrors({ 'trips.txt': replace('R1,weekday,', 'R1,never,') })).toEqual([
    'trips.txt:2:service_id foreign_key_violation',
  ])
  expect(listErrors({ 'trips.txt': replace('S-R1-0', 'S-R9') })).toEqual([
    'trips.txt:2:shape_id foreign_key_violation',
  ])
  expect(listErrors({ 'stop_times.txt': replace('stop-1,', 'stop-99,') })).toEqual([
    'stop_times.txt:2:stop_id foreign_key_violation',
  ])
  expect(listErrors({ 'stop_times.txt': replace('R1-weekday-6-0', 'gone') })).toContain(
    'stop_times.txt:2:trip_id foreign_key_violation',
  )
  expect(listErrors({ 'routes.txt': replace('R1,town', 'R1,village') })).toEqual([
    'routes.txt:2:agency_id foreign_key_violation',
  ])
  expect(
    listErrors({ 'transfers.txt': 'from_stop_id,to_stop_id,transfer_type\nstop-1,stop-99,2\n' }),
  ).toEqual(['transfers.txt:2:to_stop_id foreign_key_violation'])
})

test('parents that go round in a circle, are of the wrong kind, or are missing', () => {
  const places = (...rows: string[]): Changes => ({
    'stops.txt': (text) =>
      [
        text
          .replace('stop_lon\n', 'stop_lon,location_type,parent_station\n')
          .trimEnd()
          .replaceAll(/(?<=\d)$/gm, ',,'),
        ...rows,
        '',
      ].join('\n'),
  })
  expect(
    listWarnings(places('hall,,Hall,51.5,0.1,1,', 'bay,,Bay,51.5,0.1,0,hall', 'spot,,,,,4,bay')),
  ).toEqual([])
  expect(listErrors(places('a,,A,51.5,0.1,1,b', 'b,,B,51.5,0.1,1,a', 'c,,C,51.5,0.1,0,a'))).toEqual([
    'stops.txt:14:parent_station cyclic_parent',
    'stops.txt:15:parent_station cyclic_parent',
  ])
  expect(listErrors(places('a,,A,51.5,0.1,0,a'))).toEqual(['stops.txt:14:parent_station cyclic_parent'])
  expect(listErrors(places('a,,A,51.5,0.1,0,stop-1', 'b,,B,51.5,0.1,2,'))).toEqual([
    'stops.txt:14:parent_station wrong_parent_location_type',
    'stops.txt:15:parent_station missing_required_field',
  ])
  expect(listErrors(places('a,,A,51.5,0.1,0,nowhere'))).toEqual([
    'stops.txt:14:parent_station foreign_key_violation',
  ])
})

test('stop times that are out of order, go back in time, or lack the first', () => {
  const first = /R1-weekday-6-0,06:00:00,06:00:00,stop-1,1/
  const second = 'R1-weekday-6-0,06:01:00,06:01:00,stop-2,2'
  expect(
    listErrors({ 'stop_times.txt': replace(second, second.replace('06:01:00,stop', '05:01:00,stop')) }),
  ).toEqual(['stop_times.txt:3:departure_time stop_time_with_arrival_after_departure'])
  expect(listErrors({ 'stop_times.txt': replace(second, second.replaceAll('06:01', '05:01')) })).toEqual([
    'stop_times.txt:3:arrival_time stop_time_with_arrival_before_previous_departure_time',
  ])
  // The first of them is said to be the fifth, which is there too, and comes after the fourth.
  expect(
    listErrors({ 'stop_times.txt': replace(first, 'R1-weekday-6-0,06:00:00,06:00:00,stop-1,5') }),
  ).toEqual([
    'stop_times.txt:2:arrival_time stop_time_with_arrival_before_previous_departure_time',
    'stop_times.txt:6:stop_sequence duplicate_key',
  ])
  expect(listErrors({ 'stop_times.txt': replace(first, 'R1-weekday-6-0,,,stop-1,1') })).toContain(
    'stop_times.txt:2:arrival_time missing_trip_edge',
  )
  expect(listErrors({ 'stop_times.txt': replace(second, second.replaceAll('06:01:00', '6h1')) })).toContain(
    'stop_times.txt:3:arrival_time invalid_time',
  )
  expect(listErrors({ 'stop_times.txt': replace(second, second.replace(/2$/, '2nd')) })).toContain(
    'stop_times.txt:3:stop_sequence invalid_integer',
  )
})

test('values that are none', () => {
  expect(listErrors({ 'stops.txt': replace('51.5,', '91,') })).toEqual([
    'stops.txt:2:stop_lat number_out_of_range',
  ])
  expect(listErrors({ 'stops.txt': replace('51.5,', 'north,') })).toEqual([
    'stops.txt:2:stop_lat number_out_of_range',
  ])
  expect(listErrors({ 'stops.txt': replace('51.5,', ',') })).toEqual([
    'stops.txt:2:stop_lat missing_required_field',
  ])
  expect(listErrors({ 'routes.txt': replace('c8102e', 'red') })).toEqual([
    'routes.txt:2:route_color invalid_color',
  ])
  expect(listErrors({ 'routes.txt': replace(',3,c8', ',9,c8') })).toEqual([
    'routes.txt:2:route_type unexpected_enum_value',
  ])
  expect(listErrors({ 'calendar.txt': replace('20260101', '20260230') })).toEqual([
    'calendar.txt:2:start_date invalid_date',
  ])
  expect(listErrors({ 'calendar.txt': replace('20261231', '20251231') })).toEqual([
    'calendar.txt:2:end_date start_and_end_range_out_of_order',
  ])
  expect(listErrors({ 'calendar_dates.txt': replace(/,2$/m, ',3') })).toEqual([
    'calendar_dates.txt:2:exception_type unexpected_enum_value',
  ])
  expect(listErrors({ 'agency.txt': replace('Europe/London', 'London') })).toEqual([
    'agency.txt:2:agency_timezone invalid_timezone',
  ])
})

test('headways that overlap, or are none', () => {
  const header = 'trip_id,start_time,end_time,headway_secs'
  const frequencies = (...rows: string[]) => ({ 'frequencies.txt': [header, ...rows, ''].join('\n') })
  expect(
    listErrors(frequencies('R1-weekday-6-0,06:00:00,09:00:00,600', 'R1-weekday-6-0,08:00:00,10:00:00,300')),
  ).toEqual(['frequencies.txt:3:start_time overlapping_frequency'])
  expect(listErrors(frequencies('R1-weekday-6-0,06:00:00,06:00:00,0'))).toEqual([
    'frequencies.txt:2:headway_secs number_out_of_range',
  ])
  expect(
    listWarnings(frequencies('R1-weekday-6-0,06:00:00,08:00:00,600', 'R1-weekday-6-0,08:00:00,25:00:00,300')),
  ).toEqual([])
})

test('trips of one block that overlap are warned of', () => {
  expect(
    listWarnings({
      'trips.txt': replace('R2-weekday-6-0,East Quay,0,B-R2', 'R2-weekday-6-0,East Quay,0,B-R1'),
    }),
  ).toEqual(['trips.txt block_trips_with_overlapping_stop_times'])
})

test('of a thousand faults a few are listed, and all counted', () => {
  const { errors, errorCount, timetable } = readTimetable(
    buildGtfs({ 'stop_times.txt': (text) => text.replaceAll(/stop-\d+/g, 'nowhere') }),
  )
  expect(timetable).toBeUndefined()
  expect(errorCount).toBe(1_344)
  expect(errors).toHaveLength(50)
})
