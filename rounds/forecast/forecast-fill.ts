import { DAY_MS, describeFill } from './describe-fill.ts'
import { findUsualEmptying } from './emptying-hours.ts'
import { FEATURE_COUNT, reachByGrowth, standByGrowth, toLogit, writeFeatures } from './fill-features.ts'
import type { FillForecast, FillQuestion } from './fill-forecast.ts'
import type { FillHistory, FillState } from './fill-history.ts'
import type { FillPool } from './fill-pool.ts'
import { type HeadName, HORIZONS_DAYS } from './horizons.ts'
import { listLevels, toScale } from './list-levels.ts'
import { type Logistic, predictLogistic } from './online-logistic.ts'
import { measureOwnFrequencies } from './own-frequencies.ts'
import { summarizeLevels } from './summarize-levels.ts'
import { measureGrowthDays } from './week-profile.ts'

/**
 * What becomes of a bin, from its latest reading on, by its own past and what its pool has learnt: one forecast a time.
 * Chances never fall from one time to a later one. A bin that was never read is taken as empty now.
 */
export function forecastFill(
  history: FillHistory,
  pool: FillPool,
  { now, times, thresholdPercent, assumption }: FillQuestion,
): FillForecast[] {
  const { state, ratePercent, week } = describeFill(history, pool, history.time ?? now)
  const threshold = toScale(thresholdPercent, state.scalePercent)
  const levels = [...new Set([...listLevels(state), threshold])].sort((a, b) => a - b)
  const isUnemptied = assumption !== 'as-usual'
  const emptyingTime = assumption === 'until-emptied' ? findUsualEmptying(history, now) : undefined
  const heads: readonly HeadName[] = isUnemptied ? ['unemptied'] : ['seen', 'level']
  const own = measureOwnFrequencies(history, state, levels, { heads })
  const predict = createPredictor(pool, state, levels, own)
  const reach = levels.map((level, index) =>
    createReach(state, level, predict(isUnemptied ? 'unemptied' : 'seen', index), isUnemptied),
  )
  const stand = isUnemptied
    ? reach
    : levels.map((level, index) => createStand(state, level, predict('level', index)))
  return times.map((asked) => {
    const time = Math.min(asked, emptyingTime ?? asked)
    const days = Math.max(0, time - state.time) / DAY_MS
    const growth = ratePercent * measureGrowthDays(week, state.time, state.time + days * DAY_MS)
    const chances = levels.map((levelPercent, index) => ({
      levelPercent,
      chance: (stand[index] as ChanceAfter)(days, growth),
    }))
    const reached = levels.map((_, index) => (reach[index] as ChanceAfter)(days, growth))
    // A higher level is never the likelier one to be reached, though each is learnt by itself.
    for (let index = levels.length - 2; index >= 0; index--) {
      reached[index] = Math.max(reached[index] as number, reached[index + 1] as number)
    }
    return {
      time,
      ...summarizeLevels(chances, state, isUnemptied),
      chanceOfThreshold: reached[levels.indexOf(threshold)] as number,
      chanceOfOverflow: reached.at(-1) as number,
    }
  })
}

/** A chance after so many days, in which the bin is expected to grow by so much. */
type ChanceAfter = (days: number, growth: number) => number

function createPredictor(
  pool: FillPool,
  state: FillState,
  levels: readonly number[],
  own: ReturnType<typeof measureOwnFrequencies>,
): (head: HeadName, levelIndex: number) => number[] {
  const features = new Float64Array(FEATURE_COUNT)
  return (head, levelIndex) =>
    HORIZONS_DAYS.map((_, horizonIndex) => {
      const levelPercent = levels[levelIndex] as number
      writeFeatures(features, { state, head, horizonIndex, levelPercent, own, levelIndex })
      return predictLogistic(pool.heads[head][horizonIndex] as Logistic, features)
    })
}

/**
 * The chance that a level is reached, from the hazards of the horizons: within one it builds up as it does by growth
 * alone, and beyond the last it goes on as in it, or faster as growth does.
 */
function createReach(
  state: FillState,
  levelPercent: number,
  hazards: readonly number[],
  isUnemptied: boolean,
): ChanceAfter {
  if (levelPercent <= state.fillPercent) return () => 1
  const build = (growth: number): number =>
    -Math.log(1 - Math.min(reachByGrowth(state, levelPercent, growth), 1 - 1e-9))
  return (days, growth) => {
    let survival = 1
    let [from, built] = [0, 0]
    for (const [index, to] of HORIZONS_DAYS.entries()) {
      const hazard = hazards[index] as number
      if (days >= to) survival *= 1 - hazard
      else {
        const whole = build(state.growths[index] as number) - built
        const share = whole > 1e-9 ? (build(growth) - built) / whole : (days - from) / (to - from)
        return 1 - survival * (1 - hazard) ** Math.max(0, Math.min(1, share))
      }
      from = to
      built = build(state.growths[index] as number)
    }
    const [beforeLast = 0, last = 1] = HORIZONS_DAYS.slice(-2)
    const [earlier = 0, latest = 0] = state.growths.slice(-2).map(build)
    const evenly = (days - last) / (last - beforeLast)
    // What nobody empties comes ever nearer to any level; what somebody does starts again.
    const share =
      isUnemptied && latest > earlier
        ? Math.max(evenly, (build(growth) - latest) / (latest - earlier))
        : evenly
    return 1 - survival * (1 - (hazards.at(-1) as number)) ** share
  }
}

/**
 * The chance of standing at a level or above: what growth and the usual collections give, corrected as the horizons before
 * and after were. Beyond the last horizon it stays.
 */
function createStand(state: FillState, levelPercent: number, chances: readonly number[]): ChanceAfter {
  const corrections = HORIZONS_DAYS.map((days, index) => {
    const plain = standByGrowth(state, levelPercent, state.growths[index] as number, days)
    return toLogit(chances[index] as number) - toLogit(plain)
  })
  return (days, growth) => {
    if (days === 0) return levelPercent <= state.fillPercent ? 1 : 0
    const after = HORIZONS_DAYS.findIndex((horizon) => horizon >= days)
    if (after === -1) return chances.at(-1) as number
    const before = Math.max(0, after - 1)
    const [from = 0, to = 0] = [HORIZONS_DAYS[before], HORIZONS_DAYS[after]]
    const share = after === before ? 1 : (days - from) / (to - from)
    const correction = (1 - share) * (corrections[before] as number) + share * (corrections[after] as number)
    return 1 / (1 + Math.exp(-toLogit(standByGrowth(state, levelPercent, growth, days)) - correction))
  }
}
