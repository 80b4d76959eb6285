import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../../model/random.ts'
import type { Round } from '../../../model/round.ts'
import { type GraphRoads, openGraphRoads } from '../../../rounds/roads/graph-roads.ts'
import { importOsm } from '../../../rounds/roads/import-osm.ts'
import type { RoundInput } from '../../../rounds/round-input.ts'
import { findTestData } from '../../fixtures/find-test-data.ts'
import { makeBin, makeLorry, makeTown } from '../round-town.ts'
import { findMendFaults } from './evaluate-mended.ts'
import { mendDay, planDay } from './plan-day.ts'

const folder = findTestData('routing/osm')

describe.skipIf(!folder)('on the streets of Monaco', () => {
  let roads: GraphRoads
  beforeAll(async () => {
    roads = openGraphRoads({
      graph: await importOsm(join(folder as string, 'monaco-osrm.osm.pbf')),
      threads: 1,
    })
  }, 60_000)
  afterAll(() => roads.close())

  /** Bins beside corners of streets that the depot reaches. */
  async function makeMonaco(seed: number): Promise<RoundInput> {
    const random = createRandom(seed)
    const depot = { id: 'yard', name: 'The yard', longitude: 7.4185, latitude: 43.7325 }
    const places = Array.from({ length: 60 }, () => ({
      longitude: 7.412 + random() * 0.022,
      latitude: 43.728 + random() * 0.02,
    }))
    const { unreachable } = await roads.measure([depot, ...places])
    const cutOff = new Set(unreachable.map(({ placeIndex }) => placeIndex - 1))
    const bins = places.flatMap((place, index) => (cutOff.has(index) ? [] : [makeBin(`bin-${index}`, place)]))
    return makeTown(seed, 0, {
      bins,
      depots: [depot],
      lorries: [makeLorry('lorry-1', { capacity: { litres: 60_000, kg: 60_000 } })],
      timeZone: 'Europe/Monaco',
    })
  }

  const square = (x: number, y: number, half: number): [number, number][] => [
    [x - half, y - half],
    [x + half, y - half],
    [x + half, y + half],
    [x - half, y + half],
  ]
  const comesInto = ({ lorries }: Round, x: number, y: number, half: number, from: number): boolean =>
    (lorries[0]?.geometry.coordinates.slice(from) ?? []).some(
      ([longitude = 0, latitude = 0]) => Math.abs(longitude - x) < half && Math.abs(latitude - y) < half,
    )

  test('a lorry drives around a street that is closed', async () => {
    const input = await makeMonaco(1)
    const round = await planDay(input, { roads, iterations: 500 })
    expect(round.estimated).toBe(false)
    const now = '2026-07-01T03:30:00.000Z'
    // A corner in the middle of the way, which no bin stands at.
    const half = 0.0002
    const way = round.lorries[0]?.geometry.coordinates ?? []
    const corner = way
      .slice(Math.floor(way.length / 3))
      .find(([x = 0, y = 0]) =>
        [...input.bins, ...input.depots].every(
          ({ longitude, latitude }) =>
            Math.abs((longitude ?? 0) - x) > 4 * half || Math.abs((latitude ?? 0) - y) > 4 * half,
        ),
      )
    const [x, y] = corner as [number, number]
    expect(comesInto(round, x, y, half, 0)).toBe(true)
    const after = await mendDay(round, input, {
      now,
      marks: [{ type: 'blocked', polygon: square(x, y, half) }],
      roads,
      iterations: 500,
    })
    expect(findMendFaults({ before: round, after, input }, { now })).toEqual([])
    expect(comesInto(after, x, y, half, 0)).toBe(false)
    expect(after.changes.every(({ type }) => type !== 'note')).toBe(true)
  })

  test('a bin behind closed streets is left, and says so', async () => {
    const input = await makeMonaco(2)
    const round = await planDay(input, { roads, iterations: 500 })
    const bin = input.bins.find(({ id }) => round.lorries[0]?.stops.at(-5)?.deviceId === id)
    const now = '2026-07-01T04:00:00.000Z'
    const polygon = square(bin?.longitude ?? 0, bin?.latitude ?? 0, 0.003)
    const after = await mendDay(round, input, {
      now,
      marks: [{ type: 'blocked', polygon }],
      roads,
      iterations: 500,
    })
    expect(findMendFaults({ before: round, after, input }, { now, isLate: true })).toEqual([])
    expect(after.changes).toContainEqual({
      type: 'left',
      deviceId: bin?.id,
      message: `bin ${bin?.id} is left: the street is blocked`,
    })
  })
})
