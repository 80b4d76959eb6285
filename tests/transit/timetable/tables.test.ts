import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openFile } from '../../../transit/timetable/byte-source.ts'
import { readTimetableApart } from '../../../transit/timetable/read-apart.ts'
import { readTimetable } from '../../../transit/timetable/read-timetable.ts'
import type { Timetable } from '../../../transit/timetable/timetable.ts'
import { buildGtfs } from '../../fixtures/build-gtfs.ts'
import { createFolder } from '../../fixtures/create-folder.ts'

function read(changes: Parameters<typeof buildGtfs>[0] = {}): Timetable {
  const { timetable, errors } = readTimetable(buildGtfs(changes))
  expect(errors).toEqual([])
  if (!timetable) throw new Error('There is no timetable.')
  return timetable
}

const lines = (...rows: string[]) => [...rows, ''].join('\n')

test('translations are of a record, or of a text wherever it is, and of a language without its region', () => {
  const { translate } = read({
    'translations.txt': lines(
      'table_name,field_name,language,translation,record_id,record_sub_id,field_value',
      'stops,stop_name,cy,Arhosfan 3,stop-3,,',
      'stops,stop_name,cy,Arhosfan un,,,Stop 1',
      'trips,trip_headsign,de-CH,Ostkai,,,East Quay',
      'stop_times,stop_headsign,cy,Canol,R1-weekday-6-0,3,',
    ),
  })
  expect(translate('stops', 'stop_name', 'stop-3', 'Stop 3', 'cy')).toBe('Arhosfan 3')
  expect(translate('stops', 'stop_name', 'stop-3', 'Stop 3', 'CY-GB')).toBe('Arhosfan 3')
  expect(translate('stops', 'stop_name', 'stop-1', 'Stop 1', 'cy')).toBe('Arhosfan un')
  expect(translate('stops', 'stop_name', 'stop-2', 'Stop 2', 'cy')).toBe('Stop 2')
  expect(translate('trips', 'trip_headsign', 'any', 'East Quay', 'de-CH')).toBe('Ostkai')
  expect(translate('trips', 'trip_headsign', 'any', 'East Quay', 'de')).toBe('East Quay')
  expect(translate('stop_times', 'stop_headsign', 'R1-weekday-6-0/3', 'Centre', 'cy')).toBe('Canol')
})

test('headways are of their trip, in their order', () => {
  const { trips, frequencies } = read({
    'frequencies.txt': lines(
      'trip_id,start_time,end_time,headway_secs,exact_times',
      'R1-weekday-6-0,22:00:00,26:00:00,1800,1',
      'R1-weekday-6-0,06:00:00,22:00:00,600,',
    ),
  })
  expect([...frequencies]).toEqual([
    [
      trips.indexOf.get('R1-weekday-6-0'),
      [
        { startTime: 21_600, endTime: 79_200, headwaySeconds: 600, isExact: false },
        { startTime: 79_200, endTime: 93_600, headwaySeconds: 1_800, isExact: true },
      ],
    ],
  ])
})

test('services that are on dates alone run on these, and the feed begins and ends with them', () => {
  const { services } = read({
    'calendar.txt': null,
    'calendar_dates.txt': lines(
      'service_id,date,exception_type',
      'weekend,20260221,1',
      'weekday,20260216,1',
      'weekday,20260217,2',
    ),
  })
  const runsOn = (date: string) => services.ids.filter((_, service) => services.runsOn(service, date))
  expect([runsOn('20260216'), runsOn('20260217'), runsOn('20260221')]).toEqual([['weekday'], [], ['weekend']])
  expect([services.firstDate, services.lastDate]).toEqual(['20260216', '20260221'])
})

test('directions, blocks, headsigns, types and colours that are not said are none', () => {
  const { trips, stopTimes, routes, agencies } = read({
    'agency.txt': lines(
      'agency_name,agency_url,agency_timezone',
      'Town Buses,https://b.example,Europe/London',
    ),
    'routes.txt': lines('route_id,route_short_name,route_type', 'R1,1,3', 'R2,2,0', 'R3,3,702'),
    'trips.txt': (text) => text.replaceAll(/^(R\d,[^,]+,[^,]+),.*$/gm, '$1,,,,'),
    'stop_times.txt': (text) =>
      text
        .replace('timepoint\n', 'timepoint,pickup_type,drop_off_type,stop_headsign\n')
        .replaceAll(/(?<=,\d)$/gm, ',,,')
        .replace(/^(R1-weekday-6-0.*,stop-1,1,1),,,$/m, '$1,0,1,Only here'),
  })
  expect([agencies.ids, [...routes.agencies], [...routes.types]]).toEqual([[''], [0, 0, 0], [3, 0, 702]])
  expect([trips.directions[0], trips.blocks[0], trips.shapes[0], trips.headsigns[0]]).toEqual([
    -1,
    -1,
    -1,
    '',
  ])
  expect([stopTimes.pickupTypes[0], stopTimes.dropOffTypes[0]]).toEqual([0, 1])
  expect(stopTimes.headsignTexts[stopTimes.headsigns[0] ?? -1]).toBe('Only here')
  expect(stopTimes.headsigns[1]).toBe(-1)
  expect(stopTimes.shapeDistances[0]).toBeNaN()
})

test('a version that the feed does not name is made of its content', () => {
  const versionOf = (changes: Parameters<typeof buildGtfs>[0]) =>
    read({ 'feed_info.txt': null, ...changes }).version
  const other = { 'stops.txt': (text: string) => text.replace('Stop 3', 'Stop III') }
  expect(versionOf({})).toBe(versionOf({}))
  expect(versionOf({})).not.toBe(versionOf(other))
})

test('a file that is read in a thread of its own is the same timetable, on memory that threads share', async () => {
  const path = join(await createFolder(), 'feed.zip')
  await writeFile(path, buildGtfs())
  const steps: number[] = []
  const { data, errorCount } = await readTimetableApart(path, { onProgress: (done) => steps.push(done) })
  expect(errorCount).toBe(0)
  const source = openFile(path)
  const { timetable } = readTimetable(source)
  source.close()
  expect(data?.stopTimes).toEqual(timetable?.stopTimes)
  expect(data?.shapes).toEqual(timetable?.shapes)
  expect(data?.stopTimes.arrivals.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect(steps.at(-1)).toBeGreaterThan(90)
  expect(steps).toEqual(steps.toSorted((a, b) => a - b))
})

test('a thread that cannot read its file, or is told to end, is told of', async () => {
  await expect(readTimetableApart('/nowhere/feed.zip')).rejects.toMatchObject({ code: 'INTERNAL' })
  const reason = new Error('it is time to end')
  const path = join(await createFolder(), 'feed.zip')
  await writeFile(path, buildGtfs())
  const controller = new AbortController()
  const reading = readTimetableApart(path, { signal: controller.signal })
  controller.abort(reason)
  await expect(reading).rejects.toBe(reason)
})

test('more rows than are allowed are refused', () => {
  const agencies = Array.from(
    { length: 1_001 },
    (_, index) => `${index},Buses,https://b.example,Europe/London`,
  )
  const { errors } = readTimetable(
    buildGtfs({ 'agency.txt': lines('agency_id,agency_name,agency_url,agency_timezone', ...agencies) }),
  )
  expect(errors.map(({ file, code }) => [file, code])).toEqual([['agency.txt', 'too_many_rows']])
})
