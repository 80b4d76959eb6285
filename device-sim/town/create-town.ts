import { createRandom } from '../../model/random.ts'
import { collectStreets } from './collect-streets.ts'
import { DEFAULT_PLACE, type TownPlace } from './default-place.ts'
import type { Point } from './geometry.ts'
import { growSideStreets } from './grow-side-streets.ts'
import { layOutLines } from './lay-out-lines.ts'
import { layOutMainStreets } from './lay-out-main-streets.ts'
import { placeBins } from './place-bins.ts'
import { placeCounters } from './place-counters.ts'
import { createTerrain, type Terrain } from './terrain.ts'
import type { Position, Town } from './town.ts'

const SIZES = {
  small: { radiusM: 1_500, bins: 200, counters: 40, lines: 5, displays: 30, vehicles: 25 },
  medium: { radiusM: 2_300, bins: 600, counters: 90, lines: 8, displays: 80, vehicles: 60 },
  large: { radiusM: 3_400, bins: 2_000, counters: 200, lines: 12, displays: 200, vehicles: 150 },
} as const
export type TownSize = keyof typeof SIZES

const METRES_PER_DEGREE = 111_320

/** A made-up town with its streets, bins, counters, bus lines and lorries; the same for the same seed. */
export function createTown({
  seed,
  size = 'small',
  place = DEFAULT_PLACE,
}: {
  seed: number
  size?: TownSize
  place?: TownPlace
}): Town {
  const wanted = SIZES[size]
  const random = createRandom(seed)
  const terrain = createTerrain(random, wanted.radiusM)
  const network = layOutMainStreets(random, terrain)
  growSideStreets(random, terrain, network)
  network.weld(3)
  const plan = collectStreets(random, network, 0.22 * wanted.radiusM)
  const turn = random() * 2 * Math.PI
  const toPosition = createProjection(place, turn)

  const { lines, stops, displays, vehicles } = layOutLines(random, plan, {
    lineCount: wanted.lines,
    vehicleCount: wanted.vehicles,
    displayCount: wanted.displays,
    radiusM: wanted.radiusM,
    toPosition,
  })
  return {
    seed,
    name: place.name,
    timeZone: place.timeZone,
    centre: toPosition({ x: 0, y: 0 }),
    radiusM: wanted.radiusM,
    junctions: plan.junctions.map(toPosition),
    streets: plan.streets.map(({ points, lengthM, ...street }, index) => ({
      ...street,
      id: `street-${String(index + 1).padStart(4, '0')}`,
      points: points.map(toPosition),
      lengthM: Math.round(lengthM * 10) / 10,
      speedLimitKph: street.class === 'main' ? 48 : 32,
    })),
    river: { points: traceCurve(terrain, terrain.riverY).map(toPosition), widthM: terrain.riverWidthM },
    railway: { points: traceCurve(terrain, terrain.railwayY).map(toPosition) },
    bins: placeBins(random, plan, { count: wanted.bins, centreM: 0.28 * wanted.radiusM, toPosition }),
    counters: placeCounters(random, plan, {
      count: wanted.counters,
      radiusM: wanted.radiusM,
      toPosition,
      toBearing: (heading) => heading + turn,
    }),
    stops,
    lines,
    displays,
    vehicles,
    ...createFleet(terrain, toPosition, wanted.bins),
  }
}

/** From the town's plane to the map: turned, so that not every river runs from west to east, and moved to its place. */
function createProjection({ longitude, latitude }: TownPlace, turn: number): (point: Point) => Position {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
  const metresPerDegreeOfLongitude = METRES_PER_DEGREE * Math.cos((latitude * Math.PI) / 180)
  // Seven decimals are a centimetre.
  const round = (degrees: number): number => Math.round(degrees * 1e7) / 1e7
  return ({ x, y }) => [
    round(longitude + (x * cos - y * sin) / metresPerDegreeOfLongitude),
    round(latitude + (x * sin + y * cos) / METRES_PER_DEGREE),
  ]
}

function traceCurve({ radiusM }: Terrain, curve: (x: number) => number): Point[] {
  const points: Point[] = []
  for (let x = -1.35 * radiusM; x <= 1.35 * radiusM; x += 25) points.push({ x, y: curve(x) })
  return points
}

/** The depot lies by the railway, the tip outside the town. */
function createFleet(
  { radiusM, railwayY }: Terrain,
  toPosition: (point: Point) => Position,
  binCount: number,
): Pick<Town, 'depots' | 'tips' | 'lorries'> {
  const placed = (point: Point): { longitude: number; latitude: number } => {
    const [longitude, latitude] = toPosition(point)
    return { longitude, latitude }
  }
  const lorryCount = Math.max(2, Math.ceil(binCount / 100))
  return {
    depots: [
      { id: 'depot', name: 'Railway Yard', ...placed({ x: 0.5 * radiusM, y: railwayY(0.5 * radiusM) - 45 }) },
    ],
    tips: [
      {
        id: 'tip',
        name: 'Northfield transfer station',
        ...placed({ x: -0.75 * radiusM, y: 0.8 * radiusM }),
        opens: '06:00',
        closes: '18:00',
        serviceSeconds: 900,
        streams: [],
      },
    ],
    lorries: Array.from({ length: lorryCount }, (_, index) => ({
      id: `lorry-${index + 1}`,
      name: `Lorry ${index + 1}`,
      depotId: 'depot',
      // A compacting lorry of 18 tonnes holds some 20 cubic metres of what were 80 in the bins.
      capacity: { litres: 40_000, kg: 9_000 },
      streams: index === lorryCount - 1 ? ['recycling'] : ['general', 'organic'],
      shiftStart: '06:00',
      shiftEnd: '14:00',
      breakSeconds: 1_800,
      costPerKm: 0.9,
      costPerHour: 42,
      costPerDay: 120,
      skills: [],
      heightM: 3.6,
      weightKg: 18_000,
    })),
  }
}
