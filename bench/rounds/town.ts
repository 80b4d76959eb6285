import { createRandom, type Random } from '../../model/random.ts'
import type { Matrix } from '../../rounds/vrp/problem.ts'
import type { GrowthSeries } from './read-growth.ts'

const BIN_COUNT = 300
const SIDE_KM = 9
/** Most bins stand around centres, within so many kilometres as a standard deviation; the others anywhere. */
const CENTRE_COUNT = 9
const CENTRE_SPREAD_KM = 0.7
const SCATTERED_RATIO = 0.3
/** Streets are so much longer than the straight line, and are driven at so many metres a second (25 km/h). */
const STREETS_RATIO = 1.4
const SPEED_M_PER_S = 25 / 3.6
/** A town's readings show rates (percent a day) with these quantiles: the 10th, 50th and 90th of Wyndham between rounder ends. */
const RATE_QUANTILES: readonly (readonly [quantile: number, ratePercent: number])[] = [
  [0, 3],
  [0.1, 6],
  [0.5, 12.6],
  [0.9, 18],
  [1, 24],
]
/** So many consecutive days of a real bin at a time, beginning on the same day of the week. */
const BLOCK_DAYS = 14

/** A simulated town: where its bins, its tip and its depot are, in this order, and how its bins fill. */
export interface Town {
  readonly seed: number
  readonly binCount: number
  readonly places: readonly (readonly [xKm: number, yKm: number])[]
  readonly matrix: Matrix
  /** By bin and day, in percent: what falls in between that morning and the next. */
  readonly growths: readonly Float32Array[]
}

/** Of bins that fill like real ones, `dayCount` days long; `pace` is how much faster. */
export function createTown(
  series: readonly GrowthSeries[],
  { seed, dayCount, pace = 1 }: { readonly seed: number; readonly dayCount: number; readonly pace?: number },
): Town {
  const random = createRandom(seed)
  const centres = Array.from({ length: CENTRE_COUNT }, () => anywhere(random))
  const places = Array.from({ length: BIN_COUNT }, () => {
    if (random() < SCATTERED_RATIO) return anywhere(random)
    const [x, y] = centres[Math.floor(random() * CENTRE_COUNT)] as readonly [number, number]
    return [x + CENTRE_SPREAD_KM * normal(random), y + CENTRE_SPREAD_KM * normal(random)] as const
  })
  const tip = [SIDE_KM + 1, random() * SIDE_KM] as const
  const depot = [random() * SIDE_KM, -1] as const
  const growths = Array.from({ length: BIN_COUNT }, () => {
    const quantile = random()
    const like = series[Math.floor(quantile * series.length)] as GrowthSeries
    const scale = (pace * rateAt(quantile)) / like.ratePercent
    return resample(like, { dayCount, scale, random })
  })
  const all = [...places, tip, depot]
  return { seed, binCount: BIN_COUNT, places: all, matrix: measure(all), growths }
}

function anywhere(random: Random): readonly [number, number] {
  return [random() * SIDE_KM, random() * SIDE_KM]
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

function rateAt(quantile: number): number {
  const index = Math.max(
    1,
    RATE_QUANTILES.findIndex(([end]) => end >= quantile),
  )
  const [from, low] = RATE_QUANTILES[index - 1] as readonly [number, number]
  const [to, high] = RATE_QUANTILES[index] as readonly [number, number]
  return low + ((high - low) * (quantile - from)) / (to - from)
}

/** A block bootstrap; a day that was not seen is drawn among those of the same day of the week. */
function resample(
  { growths, byWeekday }: GrowthSeries,
  { dayCount, scale, random }: { dayCount: number; scale: number; random: Random },
): Float32Array {
  const resampled = new Float32Array(dayCount)
  const blockCount = Math.floor((growths.length - BLOCK_DAYS) / 7)
  for (let from = 0; from < dayCount; from += BLOCK_DAYS) {
    const start = 7 * Math.floor(random() * blockCount)
    for (let day = from; day < Math.min(dayCount, from + BLOCK_DAYS); day++) {
      const like = byWeekday[day % 7] as readonly number[]
      const growth = growths[start + day - from] ?? (like[Math.floor(random() * like.length)] as number)
      resampled[day] = growth * scale
    }
  }
  return resampled
}

function measure(places: readonly (readonly [number, number])[]): Matrix {
  const size = places.length
  const distances = new Int32Array(size * size)
  const durations = new Int32Array(size * size)
  for (const [from, [x, y]] of places.entries()) {
    for (const [to, [toX, toY]] of places.entries()) {
      const metres = Math.round(1000 * STREETS_RATIO * Math.hypot(toX - x, toY - y))
      distances[from * size + to] = metres
      durations[from * size + to] = Math.round(metres / SPEED_M_PER_S)
    }
  }
  return { distances, durations }
}
