import { describe, expect, test } from 'vitest'
import { listTownDevices } from '../../device-sim/list-town-devices.ts'
import { createTown } from '../../device-sim/town/create-town.ts'
import { renderTownSvg } from '../../device-sim/town/render-town-svg.ts'
import type { Position, Town } from '../../device-sim/town/town.ts'
import { newDeviceSchema } from '../../model/device.ts'
import { depotSchema, lorrySchema, tipSchema } from '../../model/site.ts'

const SEEDS = [1, 2, 3, 40, 500]

describe.each(SEEDS)('the town of seed %i', (seed) => {
  const town = createTown({ seed })

  test('hangs together', () => {
    const neighbours = town.junctions.map((): number[] => [])
    for (const { from, to } of town.streets) {
      neighbours[from]?.push(to)
      neighbours[to]?.push(from)
    }
    const reached = new Set([0])
    for (const junction of reached) for (const other of neighbours[junction] ?? []) reached.add(other)
    expect(reached.size).toBe(town.junctions.length)
    expect(town.streets.length).toBeGreaterThan(600)
  })

  test('has no street twice', () => {
    const shapes = town.streets.map(({ points }) => {
      const forth = JSON.stringify(points)
      const back = JSON.stringify([...points].reverse())
      return [forth, back].sort()[0]
    })
    expect(new Set(shapes).size).toBe(shapes.length)
    expect(town.streets.filter(({ lengthM }) => !(lengthM > 1))).toEqual([])
  })

  test('crosses its river by bridges alone', () => {
    const crossing = town.streets.filter(({ points }) => crosses(points, town.river.points))
    expect(crossing.length).toBe(3)
    expect(crossing.every(({ isBridge }) => isBridge)).toBe(true)
    expect(town.streets.filter(({ isBridge }) => isBridge)).toEqual(crossing)
  })

  test('is no chessboard', () => {
    // Of a chessboard's streets, nearly all lie in two of eighteen directions.
    const metres = new Array<number>(18).fill(0)
    for (const { points, lengthM } of town.streets) {
      const [a, b] = [points[0], points[points.length - 1]] as [Position, Position]
      const angle = Math.atan2(b[1] - a[1], (b[0] - a[0]) * Math.cos((a[1] * Math.PI) / 180))
      const sector = Math.floor((((angle / Math.PI) % 1) + 1) * 18) % 18
      metres[sector] = (metres[sector] as number) + lengthM
    }
    const total = metres.reduce((a, b) => a + b)
    expect(Math.max(...metres) / total).toBeLessThan(0.13)
    expect(Math.min(...metres) / total).toBeGreaterThan(0.02)
    const ends = countEnds(town)
    const blindRatio = ends.filter((count) => count === 1).length / ends.length
    const threeWayRatio = ends.filter((count) => count === 3).length / ends.length
    expect(blindRatio).toBeGreaterThan(0.03)
    expect(blindRatio).toBeLessThan(0.4)
    expect(threeWayRatio).toBeGreaterThan(0.4)
  })

  test('has what the authority registers, as the API takes it', () => {
    const devices = listTownDevices(town)
    expect(town.bins.length).toBe(200)
    expect(town.counters.length).toBe(40)
    expect(town.displays.length).toBe(30)
    expect(town.vehicles.length).toBe(25)
    expect(new Set(devices.map(({ id }) => id)).size).toBe(devices.length)
    for (const { toRegister } of devices) newDeviceSchema.parse(toRegister)
    for (const depot of town.depots) depotSchema.parse(depot)
    for (const tip of town.tips) tipSchema.parse(tip)
    for (const lorry of town.lorries) lorrySchema.parse(lorry)
  })

  test('has lines whose stops follow one another along the way', () => {
    for (const { id, stops, lengthM } of town.lines) {
      const distances = stops.map(({ distanceM }) => distanceM)
      expect(distances, `line ${id}`).toEqual([...distances].sort((a, b) => a - b))
      expect(stops.length).toBeGreaterThan(4)
      expect(Math.max(...distances)).toBeLessThanOrEqual(lengthM + 1)
      expect(new Set(stops.map(({ stopId }) => stopId)).size).toBe(stops.length)
    }
  })
})

test('a town is the same for the same seed, and another one for another', () => {
  expect(createTown({ seed: 9 })).toEqual(createTown({ seed: 9 }))
  expect(createTown({ seed: 9 }).junctions).not.toEqual(createTown({ seed: 10 }).junctions)
})

test('a town is drawn with all of its streets', () => {
  const town = createTown({ seed: 1 })
  const svg = renderTownSvg(town)
  expect(svg.startsWith('<svg')).toBe(true)
  expect(svg.match(/<circle/g)?.length).toBe(town.bins.length + town.counters.length + town.stops.length)
  expect(svg).not.toContain('NaN')
})

function countEnds(town: Town): number[] {
  const counts = town.junctions.map(() => 0)
  for (const { from, to } of town.streets) {
    counts[from] = (counts[from] ?? 0) + 1
    counts[to] = (counts[to] ?? 0) + 1
  }
  return counts
}

function crosses(a: readonly Position[], b: readonly Position[]): boolean {
  return pairs(a).some(([p, q]) =>
    pairs(b).some(([r, s]) => turns(p, q, r) !== turns(p, q, s) && turns(r, s, p) !== turns(r, s, q)),
  )
}

function pairs(points: readonly Position[]): [Position, Position][] {
  return points.slice(1).map((point, index) => [points[index] as Position, point])
}

function turns(a: Position, b: Position, c: Position): boolean {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0
}

test('a town has five parts, and every bin, counter and display is in one', () => {
  const devices = listTownDevices(createTown({ seed: 9 })).filter(({ kind }) => kind !== 'vehicle')
  const areas = devices.map(({ toRegister }) => toRegister.settings?.['area'])
  expect([...new Set(areas)].sort()).toEqual(['Centre', 'East', 'North', 'South', 'West'])
})
