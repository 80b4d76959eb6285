import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTimetable } from '../../../transit/timetable/read-timetable.ts'
import type { Timetable } from '../../../transit/timetable/timetable.ts'
import { buildGtfs } from '../../fixtures/build-gtfs.ts'
import { findTestData } from '../../fixtures/find-test-data.ts'

function read(changes?: Parameters<typeof buildGtfs>[0]): Timetable {
  const { timetable, errors, warnings } = readTimetable(buildGtfs(changes))
  expect(errors).toEqual([])
  expect(warnings).toEqual([])
  if (!timetable) throw new Error('There is no timetable.')
  return timetable
}

function stopTimesOf(timetable: Timetable, tripId: string) {
  const { stopTimes, trips, stops } = timetable
  const trip = trips.indexOf.get(tripId) ?? -1
  const [first, end] = [trips.firstStopTimes[trip] ?? 0, trips.firstStopTimes[trip + 1] ?? 0]
  return Array.from({ length: end - first }, (_, index) => {
    const at = first + index
    return {
      stop: stops.ids[stopTimes.stops[at] ?? -1],
      sequence: stopTimes.sequences[at],
      arrival: stopTimes.arrivals[at],
      departure: stopTimes.departures[at],
      timepoint: stopTimes.timepoints[at],
      metres: Math.round(stopTimes.shapeDistances[at] ?? 0),
    }
  })
}

test('a feed becomes a timetable', () => {
  const timetable = read()
  expect(timetable).toMatchObject({ version: 'town-1', timeZone: 'Europe/London' })
  expect(timetable.stops.count).toBe(12)
  expect(timetable.stops.ids[2]).toBe('stop-3')
  expect(timetable.stops.longitudes[2]).toBe(0.0216)
  expect(timetable.routes.shortNames).toEqual(['1', '2', '3'])
  expect(timetable.trips.headsigns[0]).toBe('East Quay')
  const [first, second, ...more] = stopTimesOf(timetable, 'R1-weekday-24-0')
  expect(first).toEqual({
    stop: 'stop-1',
    sequence: 1,
    arrival: 86_400,
    departure: 86_400,
    timepoint: 1,
    metres: 0,
  })
  expect(second).toMatchObject({ stop: 'stop-2', arrival: 86_460, timepoint: 0, metres: 498 })
  expect(more).toHaveLength(10)
})

test('services run by their weekdays, and by their exceptions before them', () => {
  const { services } = read()
  const runsOn = (date: string) => services.ids.filter((_, service) => services.runsOn(service, date))
  expect(runsOn('20260216')).toEqual(['weekday'])
  expect(runsOn('20260215')).toEqual(['weekend'])
  expect(runsOn('20261225')).toEqual(['weekend'])
  expect(runsOn('20270104')).toEqual([])
  expect(runsOn('nonsense')).toEqual([])
  expect([services.firstDate, services.lastDate]).toEqual(['20260101', '20261231'])
})

test('rows in any order, with quotes, CRLF and spaces, are the same feed', () => {
  const shuffle = (text: string): string => {
    const [header = '', ...rows] = text.trimEnd().split('\n')
    return `${[header, ...rows.toReversed()].join('\r\n')}\r\n`
  }
  const quote = (text: string): string => text.replaceAll(/[^,\r\n]+/g, (field) => `"${field}"`)
  const spread = (text: string): string => text.replaceAll(',', ' , ')
  const plain = read()
  const odd = read({
    'stop_times.txt': (text) => quote(shuffle(text)),
    'shapes.txt': shuffle,
    'stops.txt': (text) => spread(text).replace(' Stop 3 ', '"Stop ""3"", Main Street\nnorth side"'),
  })
  expect(odd.stops.names[2]).toBe('Stop "3", Main Street\nnorth side')
  expect(stopTimesOf(odd, 'R3-weekend-9-1')).toEqual(stopTimesOf(plain, 'R3-weekend-9-1'))
  expect(stopTimesOf(odd, 'R1-weekday-6-0')).toEqual(stopTimesOf(plain, 'R1-weekday-6-0'))
})

test('stops without times get some in proportion to the way between their neighbours', () => {
  const timetable = read({
    'stop_times.txt': () =>
      [
        'trip_id,arrival_time,departure_time,stop_id,stop_sequence',
        'R1-weekday-6-0,06:00:00,06:01:00,stop-1,1',
        'R1-weekday-6-0,,,stop-2,5',
        'R1-weekday-6-0,,,stop-4,7',
        'R1-weekday-6-0,06:05:00,06:05:00,stop-5,9',
        '',
      ].join('\n'),
    'trips.txt': (text) => text.split('\n').slice(0, 2).join('\n'),
  })
  expect(
    stopTimesOf(timetable, 'R1-weekday-6-0').map(({ arrival, departure, timepoint }) => [
      (arrival ?? 0) - 21_600,
      (departure ?? 0) - 21_600,
      timepoint,
    ]),
  ).toEqual([
    [0, 60, 1],
    [120, 120, 0],
    [240, 240, 0],
    [300, 300, 1],
  ])
})

describe.skipIf(!findTestData('transit'))('real feeds', () => {
  const readReal = (path: string) => readTimetable(readFileSync(join(findTestData('transit') ?? '', path)))

  test("Redding's is read without a warning, and its own distances are those of the projection", () => {
    const { timetable, errors, warnings } = readReal('raba-redding-2025/raba.zip')
    expect([errors, warnings]).toEqual([[], []])
    expect(timetable).toMatchObject({ version: '20250421', timeZone: 'America/Los_Angeles' })
    expect(timetable?.stopTimes.count).toBe(7_346)
    expect(timetable?.stops.count).toBe(375)
  })

  test("Washington's, which has no feed_info, is read with that warning alone", () => {
    const { timetable, errors, warnings } = readReal('wmata-3routes-2026/gtfs.zip')
    expect(errors).toEqual([])
    expect(warnings.map(({ code }) => code)).toEqual(['missing_recommended_file'])
    expect(timetable?.version).toMatch(/^[0-9a-f]{16}$/)
    expect([timetable?.trips.count, timetable?.stopTimes.count]).toEqual([4_167, 232_187])
  })
})
