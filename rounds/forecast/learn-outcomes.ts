import { FEATURE_COUNT, writeFeatures } from './fill-features.ts'
import type { FillHistory, FillState, PendingState } from './fill-history.ts'
import type { FillPool } from './fill-pool.ts'
import { HEADS, type HeadName, HORIZONS_DAYS } from './horizons.ts'
import { listLevels } from './list-levels.ts'
import { addMiss, forgetMisses } from './misses.ts'
import { forgetLogistic, type Logistic, learnLogistic, predictLogistic } from './online-logistic.ts'
import { measureOwnFrequencies } from './own-frequencies.ts'
import { packState, unpackState } from './pack-state.ts'

const DAY_MS = 86_400_000
/** A reading this near to a horizon tells what was there; of readings that come more often, the nearest. */
const TOLERANCE_MS = 3 * 3_600_000
/** Over a longer gap it is not known what came. */
const LONGEST_GAP_MS = 1.5 * DAY_MS
/**
 * About one state a day is learnt from, whatever the interval of the readings: of those that come but once a day each, of
 * others one a little later every day, so that all hours are learnt from.
 */
const STATE_INTERVAL_MS = { daily: 0.9 * DAY_MS, often: 1.1 * DAY_MS }
/** What was learnt counts half after so many days: people's habits drift, and the town's emptying with them. */
const HALF_LIFE_DAYS = 150
/** The levels of one day come true or not together, so they teach less than as many days. */
const SHARE_OF_A_DAY = 2
/** Misses count half after so many days: a bin's take longer to show than those of all. */
const OWN_MISS_HALF_LIFE_DAYS = 30
const POOL_MISS_HALF_LIFE_DAYS = 20
/** Forgetting comes in steps of so much. */
const FORGET_MS = 3_600_000

/** Learns what came of the bin's earlier states from a reading. */
export function learnOutcomes(
  history: FillHistory,
  pool: FillPool,
  reading: { readonly time: number; readonly fillPercent: number; readonly isEmptied: boolean },
): void {
  forget(pool, reading.time)
  forgetMisses(history.misses, reading.time, OWN_MISS_HALF_LIFE_DAYS)
  forgetMisses(pool.misses, reading.time, POOL_MISS_HALF_LIFE_DAYS)
  let kept = 0
  for (const pending of history.pending) {
    follow(history, pool, pending, reading)
    if (pending.horizonCount < HORIZONS_DAYS.length) history.pending[kept++] = pending
  }
  history.pending.length = kept
}

/** Keeps the present state for learning, once a day; `stepMs` is the time since the reading before. */
export function rememberState(history: FillHistory, stepMs: number, describe: () => FillState): void {
  const last = history.pending.at(-1)
  if (history.time === null || history.readingCount < 2) return
  const interval = stepMs > DAY_MS / 2 ? STATE_INTERVAL_MS.daily : STATE_INTERVAL_MS.often
  if (last !== undefined && history.time - last.time < interval) return
  history.pending.push({
    time: history.time,
    packed: packState(describe()),
    lastTime: history.time,
    peakPercent: history.fillPercent,
    peakUnemptiedPercent: history.fillPercent,
    isEmptied: false,
    horizonCount: 0,
    earlierPeakPercent: history.fillPercent,
    earlierUnemptiedPercent: history.fillPercent,
    wasEmptied: false,
  })
}

function forget(pool: FillPool, time: number): void {
  pool.forgottenTime ??= time
  if (time - pool.forgottenTime < FORGET_MS) return
  const ratio = 0.5 ** ((time - pool.forgottenTime) / (HALF_LIFE_DAYS * DAY_MS))
  pool.forgottenTime = time
  for (const head of HEADS) for (const logistic of pool.heads[head]) forgetLogistic(logistic, ratio)
}

function follow(
  history: FillHistory,
  pool: FillPool,
  pending: PendingState,
  { time, fillPercent, isEmptied }: { time: number; fillPercent: number; isEmptied: boolean },
): void {
  const end = pending.time + (HORIZONS_DAYS[pending.horizonCount] as number) * DAY_MS
  if (time - pending.lastTime > LONGEST_GAP_MS || time > end + TOLERANCE_MS) {
    pending.horizonCount = HORIZONS_DAYS.length
    return
  }
  const tolerance = Math.min(TOLERANCE_MS, (time - pending.lastTime) / 2)
  pending.lastTime = time
  pending.isEmptied ||= isEmptied
  pending.peakPercent = Math.max(pending.peakPercent, fillPercent)
  if (!pending.isEmptied) pending.peakUnemptiedPercent = Math.max(pending.peakUnemptiedPercent, fillPercent)
  if (time < end - tolerance) return
  learn(history, pool, pending, fillPercent)
  pending.horizonCount++
  pending.earlierPeakPercent = pending.peakPercent
  pending.earlierUnemptiedPercent = pending.peakUnemptiedPercent
  pending.wasEmptied = pending.isEmptied
}

function learn(history: FillHistory, pool: FillPool, pending: PendingState, fillPercent: number): void {
  const { packed, horizonCount: horizonIndex } = pending
  const state = unpackState(packed)
  const levels = listLevels(state)
  const heads = HEADS.filter((head) => pool.heads[head].length > 0)
  const own = measureOwnFrequencies(history, state, levels, { heads, horizonIndex })
  const features = new Float64Array(FEATURE_COUNT)
  const weight = Math.min(1, SHARE_OF_A_DAY / levels.length)
  for (const [levelIndex, levelPercent] of levels.entries()) {
    for (const head of heads) {
      const logistic = pool.heads[head][horizonIndex] as Logistic
      const isTrue = outcomeOf(head, pending, levelPercent, fillPercent)
      if (isTrue === undefined) continue
      writeFeatures(features, { state, head, horizonIndex, levelPercent, own, levelIndex })
      const chance = predictLogistic(logistic, features)
      addMiss(history.misses, HEADS.indexOf(head), chance, isTrue, weight)
      addMiss(pool.misses, HEADS.indexOf(head), chance, isTrue, weight)
      learnLogistic(logistic, features, isTrue, weight)
    }
  }
}

/** Whether it came true; undefined where it had before, or where a collection hid what would have come. */
function outcomeOf(
  head: HeadName,
  pending: PendingState,
  levelPercent: number,
  fillPercent: number,
): boolean | undefined {
  if (head === 'level') return fillPercent >= levelPercent
  if (head === 'seen') {
    return pending.earlierPeakPercent >= levelPercent ? undefined : pending.peakPercent >= levelPercent
  }
  if (pending.wasEmptied || pending.earlierUnemptiedPercent >= levelPercent) return undefined
  if (pending.peakUnemptiedPercent >= levelPercent) return true
  return pending.isEmptied ? undefined : false
}
