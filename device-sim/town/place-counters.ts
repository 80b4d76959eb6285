import type { Random } from '../../model/random.ts'
import type { PlaneStreet, StreetPlan } from './collect-streets.ts'
import { distanceM, type Point, pointAlong } from './geometry.ts'
import type { Counter } from './town.ts'

const APART_M = 160
const COMPASS = [
  'east',
  'north-east',
  'north',
  'north-west',
  'west',
  'south-west',
  'south',
  'south-east',
] as const

/** Counters stand on every bridge and then along the larger streets; a few count lane by lane. */
export function placeCounters(
  random: Random,
  { streets }: StreetPlan,
  {
    count,
    radiusM,
    toPosition,
    toBearing,
  }: {
    count: number
    radiusM: number
    toPosition: (point: Point) => Counter['position']
    /** A heading in the town's plane as one on the map. */
    toBearing: (heading: number) => number
  },
): Counter[] {
  const counters: Counter[] = []
  const places: Point[] = []
  const larger = streets.filter(
    ({ class: streetClass, lengthM }) => streetClass !== 'residential' && lengthM > 40,
  )
  const shuffled = larger.map((street) => ({ street, order: street.isBridge ? -1 : random() }))
  shuffled.sort((a, b) => a.order - b.order)
  for (const apartM of [APART_M, APART_M / 2, 0]) {
    for (const { street } of shuffled) {
      if (counters.length < count) addCounter(street, apartM)
    }
  }
  return counters

  function addCounter(street: PlaneStreet, apartM: number): void {
    const { point, heading } = pointAlong(street.points, street.lengthM / 2)
    if (places.some((other) => distanceM(other, point) < Math.max(apartM, 1))) return
    places.push(point)
    const number = counters.length + 1
    const isMain = street.class === 'main'
    const inwardRatio = 1 - Math.min(1, Math.hypot(point.x, point.y) / radiusM)
    const hasLanes = isMain && number % 4 === 1
    const bearing = toBearing(heading)
    counters.push({
      id: `counter-${String(number).padStart(3, '0')}`,
      name: street.isBridge ? `${street.name}, bridge` : street.name,
      position: toPosition(point),
      intervalSeconds: number % 4 === 0 ? 900 : 3_600,
      parts: hasLanes
        ? [{ lane: 1 }, { lane: 2 }]
        : [{ direction: compassOf(bearing) }, { direction: compassOf(bearing + Math.PI) }],
      vehiclesPerDay: Math.round(
        (isMain ? 6_500 : 2_800) *
          (0.6 + 0.9 * inwardRatio) *
          (0.75 + 0.5 * random()) *
          (street.isBridge ? 1.5 : 1),
      ),
      speedLimitKph: isMain ? 48 : 32,
    })
  }
}

function compassOf(heading: number): string {
  const eighth = Math.round(heading / (Math.PI / 4))
  return COMPASS[((eighth % 8) + 8) % 8] as string
}
