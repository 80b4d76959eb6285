import { DAY_MS, describeFill, findRate, recentWeightAt, weightAt } from './describe-fill.ts'
import { noteEmptying } from './emptying-hours.ts'
import type { FillHistory } from './fill-history.ts'
import type { FillPool } from './fill-pool.ts'
import { learnOutcomes, rememberState } from './learn-outcomes.ts'
import { rememberDay } from './own-frequencies.ts'
import { addToWeek } from './week-profile.ts'

/** A fall of so much is a collection, if it leaves the bin nearly empty or is twice as large. */
const LEAST_FALL_PERCENT = 12.5
const NEARLY_EMPTY_RATIO = 0.4
/** And one beyond so many times the sensor's noise. */
const NOISE_FACTOR = 4
/** A jump of so much between readings this near to each other waits for the next one to confirm it. */
const JUMP_PERCENT = 25
const JUMP_MS = 3 * 3_600_000
/** Over a longer gap growth is not told apart from collections, and teaches nothing. */
const LONGEST_GAP_DAYS = 2.5
const NOISE_MEMORY = 0.02

/**
 * Takes a bin's next reading into its history and into what its pool has learnt. Times are ms since 1970; a reading that is
 * not later than the last is left out, as is one without a level.
 */
export function observeFill(history: FillHistory, pool: FillPool, time: number, fillPercent: number): void {
  if (!Number.isFinite(time) || !Number.isFinite(fillPercent)) return
  if (history.time !== null && time <= (history.suspect?.time ?? history.time)) return
  const level = Math.max(0, Math.min(100, fillPercent))
  const { suspect } = history
  if (suspect !== null) {
    history.suspect = null
    const isConfirmed =
      Math.abs(level - suspect.fillPercent) <= Math.abs(level - history.fillPercent) ||
      time - suspect.time > JUMP_MS
    if (isConfirmed) take(history, pool, suspect.time, suspect.fillPercent)
  }
  const isJump =
    history.time !== null &&
    time - history.time <= JUMP_MS &&
    Math.abs(level - history.fillPercent) >= JUMP_PERCENT
  if (isJump && suspect === null) history.suspect = { time, fillPercent: level }
  else take(history, pool, time, level)
}

function take(history: FillHistory, pool: FillPool, time: number, fillPercent: number): void {
  const stepMs = time - (history.time ?? time)
  pool.time ??= pool.originTime = time
  const isEmptied = isCollection(history, fillPercent)
  learnOutcomes(history, pool, { time, fillPercent, isEmptied })
  pool.time = Math.max(pool.time, time)
  if (history.time === null) {
    history.originTime = time
    history.collectedTime = time
    history.risenTime = time
  } else learnStep(history, pool, { from: history.time, to: time, fillPercent, isEmptied })
  history.scalePercent = greatestDivisor(history.scalePercent, Math.round(fillPercent))
  history.readingCount++
  history.time = time
  history.fillPercent = fillPercent
  rememberDay(history, time, fillPercent, isEmptied)
  rememberState(history, stepMs, () => describeFill(history, pool, time).state)
}

function isCollection(
  { time, fillPercent: before, noisePercent }: FillHistory,
  fillPercent: number,
): boolean {
  const fall = before - fillPercent
  if (time === null || fall < LEAST_FALL_PERCENT || fall < NOISE_FACTOR * noisePercent) return false
  return fall >= 2 * LEAST_FALL_PERCENT || fillPercent <= NEARLY_EMPTY_RATIO * before
}

function learnStep(
  history: FillHistory,
  pool: FillPool,
  { from, to, fillPercent, isEmptied }: { from: number; to: number; fillPercent: number; isEmptied: boolean },
): void {
  const days = (to - from) / DAY_MS
  const weight = weightAt(to, history.originTime)
  const poolWeight = weightAt(to, pool.originTime)
  const growth = fillPercent - history.fillPercent
  if (isEmptied) history.collectedTime = to
  if (growth > 0) history.risenTime = to
  else if (!isEmptied) history.noisePercent += NOISE_MEMORY * (-growth - history.noisePercent)
  if (days > LONGEST_GAP_DAYS) return
  for (const [sums, unit] of [
    [history, weight],
    [pool, poolWeight],
  ] as const) {
    sums.collectionDays += days * unit
    if (isEmptied) sums.collections += unit
  }
  if (isEmptied) noteEmptying(history, { from, to }, weight)
  // What fell in before a collection, or into a full bin, was not seen.
  if (isEmptied || history.fillPercent >= 100) return
  const recentWeight = recentWeightAt(to, history.originTime)
  const ratePercent = findRate(history, pool, to)
  history.lastRisePercent = days >= 0.5 ? growth / days : history.lastRisePercent * (1 - days) + growth
  history.recentGrowth += growth * recentWeight
  history.recentDays += days * recentWeight
  for (const [sums, unit] of [
    [history, weight],
    [pool, poolWeight],
  ] as const) {
    sums.growth += growth * unit
    sums.growthDays += days * unit
    const deviation = growth - ratePercent * days
    sums.growthSquares += deviation * deviation * unit * (sums === pool ? 1 / ratePercent : 1)
    sums.growthWeight += days * unit
    addToWeek(sums, { from, to, growth, weight: unit })
  }
  const variation = ratePercent / Math.max(0.1, pool.growth / Math.max(pool.growthDays, 1e-9)) - 1
  pool.rateSquares += Math.min(4, variation * variation) * days * poolWeight
  pool.rateWeight += days * poolWeight
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
