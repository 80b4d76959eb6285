import type { Random } from '../../model/random.ts'
import type { StreetPlan } from './collect-streets.ts'
import { distanceM, type Point, pointAlong, stepFrom } from './geometry.ts'
import type { Bin } from './town.ts'

const APART_M = 30
const BESIDE_M = 5
const CAPACITIES = [660, 770, 1_100] as const
const CENTRE_WEEKDAYS = [1, 2, 3, 4, 5, 6]
const HOMES_WEEKDAYS = [
  [1, 4],
  [2, 5],
  [1, 3, 5],
] as const

/** Bins stand along the streets, closest in the centre, general waste beside recycling at many a stand. */
export function placeBins(
  random: Random,
  { streets }: StreetPlan,
  {
    count,
    centreM,
    toPosition,
  }: { count: number; centreM: number; toPosition: (point: Point) => Bin['position'] },
): Bin[] {
  const weights = streets.map(({ lengthM, isBridge, points }) => {
    const middle = points[Math.floor(points.length / 2)] as Point
    return isBridge ? 0 : lengthM * (0.25 + 2.2 * Math.exp(-Math.hypot(middle.x, middle.y) / centreM))
  })
  const totalWeight = weights.reduce((a, b) => a + b, 0)
  const bins: Bin[] = []
  const stands: Point[] = []
  // Where a town is too small for so many stands, it has fewer.
  for (let tries = 0; bins.length < count && tries < count * 60; tries++) {
    let left = random() * totalWeight
    const index = weights.findIndex((weight) => {
      left -= weight
      return left < 0
    })
    const street = streets[index]
    if (!street || street.lengthM < 25) continue
    const { point, heading } = pointAlong(street.points, street.lengthM * (0.15 + 0.7 * random()))
    const stand = stepFrom(point, heading + (random() < 0.5 ? 1 : -1) * (Math.PI / 2), BESIDE_M)
    if (stands.some((other) => distanceM(other, stand) < APART_M)) continue
    stands.push(stand)
    const surroundings = Math.hypot(stand.x, stand.y) < centreM ? 'centre' : 'homes'
    addBin(stand, street.name, surroundings, 'general')
    if (random() < 0.5) addBin(stepFrom(stand, heading, 2.2), street.name, surroundings, 'recycling')
    if (surroundings === 'homes' && random() < 0.15) {
      addBin(stepFrom(stand, heading, 4.4), street.name, surroundings, 'organic')
    }
  }
  return bins

  function addBin(
    place: Point,
    streetName: string,
    surroundings: Bin['surroundings'],
    stream: Bin['stream'],
  ): void {
    if (bins.length >= count) return
    const number = bins.length + 1
    const weekdays =
      surroundings === 'centre'
        ? CENTRE_WEEKDAYS
        : (HOMES_WEEKDAYS[stream === 'general' ? 2 : Math.floor(random() * 2)] as readonly number[])
    const depthMm = 1_050 + Math.round(random() * 30) * 10
    // Most fill to two thirds by the time they are emptied, a few overflow, and some are hardly used.
    const fillPercentPerCollection = 25 + 85 * random() ** 0.8
    bins.push({
      id: `bin-${String(number).padStart(4, '0')}`,
      name: `${streetName}, ${stream}`,
      position: toPosition(place),
      stream,
      capacityLitres: CAPACITIES[Math.floor(random() * CAPACITIES.length)] as number,
      surroundings,
      fillPercentPerWeek: Math.round(fillPercentPerCollection * weekdays.length),
      collectionWeekdays: weekdays,
      collectionHour: 6 + Math.floor(random() * 7),
      calibration: number % 2 === 0 ? { emptyDistanceMm: depthMm, fullDistanceMm: 150 } : undefined,
    })
  }
}
