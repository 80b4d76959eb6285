import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { createRandom } from '../../../model/random.ts'
import { readTimetable } from '../../../transit/timetable/read-timetable.ts'
import { pointOnShape, shapeLength } from '../../../transit/timetable/shape-point.ts'
import type { Timetable } from '../../../transit/timetable/timetable.ts'
import { buildGtfs } from '../../fixtures/build-gtfs.ts'
import { findTestData } from '../../fixtures/find-test-data.ts'

/** Degrees of a hundred metres at the equator. */
const HUNDRED_M = 100 / 111_195

/** A feed of one trip along a shape; places are `[east, north]` in hundreds of metres at the equator, times in minutes. */
function readTrip({
  shape,
  stops,
  minutes,
  shapeDistances,
  stopDistances,
}: {
  shape: readonly (readonly [number, number])[]
  stops: readonly (readonly [number, number])[]
  minutes?: readonly (number | null)[]
  shapeDistances?: readonly number[]
  stopDistances?: readonly number[]
}): { metres: number[]; timetable: Timetable; warnings: string[] } {
  const lines = (header: string, rows: readonly (readonly unknown[])[]) =>
    `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`
  const timeOf = (index: number) => {
    const minute = minutes ? minutes[index] : index
    return minute === null || minute === undefined ? '' : `08:${String(minute).padStart(2, '0')}:00`
  }
  const places = [...new Set(stops.map(String))]
  const { timetable, warnings } = readTimetable(
    buildGtfs({
      'stops.txt': lines(
        'stop_id,stop_name,stop_lon,stop_lat',
        places.map((place) => {
          const [east = 0, north = 0] = place.split(',').map(Number)
          return [place.replace(',', '/'), 'A stop', 10 + east * HUNDRED_M, north * HUNDRED_M]
        }),
      ),
      'shapes.txt': lines(
        'shape_id,shape_pt_sequence,shape_pt_lon,shape_pt_lat,shape_dist_traveled',
        shape.map(([east, north], index) => {
          return ['S', index, 10 + east * HUNDRED_M, north * HUNDRED_M, shapeDistances?.[index] ?? '']
        }),
      ),
      'trips.txt': 'route_id,service_id,trip_id,shape_id\nR1,weekday,T,S\n',
      'stop_times.txt': lines(
        'trip_id,stop_id,stop_sequence,arrival_time,departure_time,shape_dist_traveled',
        stops.map((stop, index) => {
          const time = timeOf(index)
          return ['T', stop.join('/'), index, time, time, stopDistances?.[index] ?? '']
        }),
      ),
    }),
  )
  if (!timetable) throw new Error('There is no timetable.')
  return {
    metres: Array.from(timetable.stopTimes.shapeDistances, (metres) => Math.round(metres)),
    timetable,
    warnings: warnings.map(({ code }) => code),
  }
}

test('a stop beside the shape is at the nearest point of it', () => {
  const { metres, timetable } = readTrip({
    shape: [
      [0, 0],
      [10, 0],
      [10, 10],
    ],
    stops: [
      [0, 0.1],
      [4, -0.2],
      [10.1, 3],
      [10, 10],
    ],
  })
  expect(metres).toEqual([0, 400, 1300, 2000])
  expect(shapeLength(timetable.shapes, 0)).toBeCloseTo(2_000, 0)
})

test('on a loop the first stop is at its beginning, and the last at its end, though they are one', () => {
  const { metres } = readTrip({
    shape: [
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
      [0, 0],
    ],
    stops: [
      [0, 0],
      [10, 5],
      [0, 5],
      [0, 0],
    ],
  })
  expect(metres).toEqual([0, 1500, 3500, 4000])
})

test('out and back on the same street, the order of the stops tells which of the two times it is', () => {
  const { metres } = readTrip({
    shape: [
      [0, 0],
      [20, 0],
      [0, 0],
    ],
    stops: [
      [1, 0],
      [5, 0],
      [20, 0],
      [5, 0],
      [1, 0],
    ],
  })
  expect(metres).toEqual([100, 500, 2000, 3500, 3900])
})

test('where the order leaves both, the clock tells', () => {
  const shape = [
    [0, 0],
    [20, 0],
    [0, 0],
  ] as const
  const stops = [
    [0, 0],
    [5, 0],
    [0, 0],
  ] as const
  expect(readTrip({ shape, stops, minutes: [0, 5, 40] }).metres).toEqual([0, 500, 4000])
  expect(readTrip({ shape, stops, minutes: [0, 35, 40] }).metres).toEqual([0, 3500, 4000])
})

test("the feed's own distances are taken in their unit, which the shape's tell", () => {
  const { metres } = readTrip({
    shape: [
      [0, 0],
      [20, 0],
      [0, 0],
    ],
    shapeDistances: [0, 2, 4],
    stops: [
      [0, 0],
      [5, 0],
      [0, 0],
    ],
    stopDistances: [0, 3.5, 4],
  })
  expect(metres).toEqual([0, 3500, 4000])
})

test('distances that go back, reach beyond the shape, or are of an unknown unit are worked out anew', () => {
  const shape = [
    [0, 0],
    [20, 0],
  ] as const
  const stops = [
    [0, 0],
    [5, 0],
    [20, 0],
  ] as const
  const metresOf = (more: object) => readTrip({ shape, stops, ...more }).metres
  expect(metresOf({ shapeDistances: [0, 2], stopDistances: [0, 0.7, 0.5] })).toEqual([0, 500, 2000])
  expect(metresOf({ shapeDistances: [0, 2], stopDistances: [0, 1, 2_000] })).toEqual([0, 500, 2000])
  expect(metresOf({ stopDistances: [0, 1, 2] })).toEqual([0, 500, 2000])
})

test('missing times are in proportion to the metres, and a stop far from the shape is warned of', () => {
  const { timetable, warnings } = readTrip({
    shape: [
      [0, 0],
      [40, 0],
    ],
    stops: [
      [0, 0],
      [10, 0],
      [30, 3],
      [40, 0],
    ],
    minutes: [0, null, null, 20],
  })
  expect([...timetable.stopTimes.arrivals].map((time) => (time - 28_800) / 60)).toEqual([0, 5, 15, 20])
  expect(warnings).toContain('stop_too_far_from_shape')
})

test('stops of random ways never go back, and are where they were put', () => {
  const seed = 20_260_216
  process.stderr.write(`The seed is ${seed}.\n`)
  const random = createRandom(seed)
  for (let round = 0; round < 20; round += 1) {
    const shape: [number, number][] = [[0, 0]]
    for (let point = 0; point < 40; point += 1) {
      const [east, north] = shape.at(-1) as [number, number]
      shape.push([east + random() * 3, north + (random() - 0.5) * 4])
    }
    const { timetable: bare } = readTrip({ shape, stops: [[0, 0], shape.at(-1) as [number, number]] })
    const length = shapeLength(bare.shapes, 0)
    const wanted = Array.from({ length: 12 }, () => random() * length).sort((a, b) => a - b)
    const stops = wanted.map((metres) => {
      const [longitude, latitude] = pointOnShape(bare.shapes, 0, metres) as [number, number]
      return [(longitude - 10) / HUNDRED_M, latitude / HUNDRED_M] as const
    })
    const { metres } = readTrip({ shape, stops })
    expect(metres).toEqual(metres.toSorted((a, b) => a - b))
    for (const [index, value] of metres.entries())
      expect(Math.abs(value - (wanted[index] ?? 0))).toBeLessThan(5)
  }
})

const redding = findTestData('transit/raba-redding-2025')

test.skipIf(!redding)("Redding's own distances are those that are worked out without them", () => {
  const files = unzipSync(readFileSync(join(redding ?? '', 'raba.zip')))
  const rename = (name: string) =>
    strToU8(strFromU8(files[name] ?? new Uint8Array()).replace('shape_dist_traveled', 'unused'))
  const own = readTimetable(zipSync(files)).timetable
  const projected = readTimetable(
    zipSync({ ...files, 'stop_times.txt': rename('stop_times.txt'), 'shapes.txt': rename('shapes.txt') }),
  ).timetable
  const differences = Array.from(own?.stopTimes.shapeDistances ?? [], (metres, index) =>
    Math.abs(metres - (projected?.stopTimes.shapeDistances[index] ?? 0)),
  ).sort((a, b) => a - b)
  const share = differences.filter((metres) => metres < 50).length / differences.length
  process.stderr.write(
    `Of ${differences.length} stop times ${(share * 100).toFixed(1)} % differ by less than 50 m, at most ${Math.round(differences.at(-1) ?? 0)} m.\n`,
  )
  expect(share).toBeGreaterThan(0.95)
})
