import type { Random } from '../../../model/random.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** 2026-01-05T00:00:00Z, a Monday. */
export const START = 1_767_571_200_000

export interface MadeBin {
  /** What is in it by the hour, in percent; it goes beyond 100 where it overflows. */
  readonly truth: Float64Array
  /** What falls in by the hour, in percent, whoever empties it. */
  readonly growth: Float64Array
  readonly ratePercent: number
}

/** How much of a day's growth an hour of the day has: three quarters of it by day. */
export function shareOfHour(hour: number): number {
  return hour % 24 >= 8 && hour % 24 < 20 ? 0.75 / 12 : 0.25 / 12
}

/** A bin that fills at a known rate in exponential lumps and is emptied at six where it is above `emptyAbovePercent`. */
export function makeBin({
  random,
  days,
  ratePercent,
  lumpPercent = 6,
  emptyAbovePercent = 60,
  emptyChance = 0.5,
}: {
  random: Random
  days: number
  ratePercent: number
  lumpPercent?: number
  emptyAbovePercent?: number
  emptyChance?: number
}): MadeBin {
  const truth = new Float64Array(days * 24)
  const growth = new Float64Array(days * 24)
  let level = random() * 50
  for (let hour = 0; hour < truth.length; hour++) {
    const lumps = drawPoisson(random, (ratePercent * shareOfHour(hour)) / lumpPercent)
    for (let lump = 0; lump < lumps; lump++)
      growth[hour] = (growth[hour] as number) - Math.log(1 - random()) * lumpPercent
    level += growth[hour] as number
    if (hour % 24 === 6 && level > emptyAbovePercent && random() < emptyChance) level = 0
    truth[hour] = level
  }
  return { truth, growth, ratePercent }
}

export function drawPoisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count++
  return count
}
