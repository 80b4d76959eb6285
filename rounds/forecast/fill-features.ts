import type { FillState } from './fill-history.ts'
import { HEADS, type HeadName, HORIZONS_DAYS } from './horizons.ts'
import type { OwnFrequencies } from './own-frequencies.ts'

export const FEATURE_COUNT = 29
const GREATEST_LOGIT = 5
/** The bin's own frequency counts as much as so many days that came as the growth lets expect. */
const PRIOR_DAYS = 4
const DAY_MS = 86_400_000

/** The weights of a pool that has learnt nothing: the chance that growth alone gives, with some of the bin's own. */
export function startWeights(): readonly number[] {
  const weights = new Array<number>(FEATURE_COUNT).fill(0)
  // As `writeFeatures` orders them: growth, how the recent rate differs, how the bin's own frequency does.
  weights.splice(1, 3, 1, 0.3, 0.5)
  return weights
}

export interface Asked {
  readonly state: FillState
  readonly head: HeadName
  /** Of `HORIZONS_DAYS`. */
  readonly horizonIndex: number
  readonly levelPercent: number
  /** How often this came about in the bin's own past, from a level like this one. */
  readonly own: OwnFrequencies
  /** Of the levels for which `own` was measured. */
  readonly levelIndex: number
}

/** Writes what the chance of one level at one horizon depends on. */
export function writeFeatures(features: Float64Array, asked: Asked): void {
  const { state, head, horizonIndex, levelPercent, own, levelIndex } = asked
  const expected = toLogit(chanceByGrowth(state, asked, 1))
  const recent = toLogit(chanceByGrowth(state, asked, state.recentRatio))
  const { events, days } = own.of(head, horizonIndex, levelIndex)
  const prior = 1 / (1 + Math.exp(-expected))
  const frequency = toLogit((events + PRIOR_DAYS * prior) / (days + PRIOR_DAYS))
  const sureness = days / (days + 3 * PRIOR_DAYS)
  const { fillPercent, scalePercent } = state
  const headIndex = HEADS.indexOf(head)
  // What fell in since the collection, by the rate, for what a compactor or a coarse scale does not show.
  const unseenRatio =
    Math.min(2, (state.daysSinceCollection * (state.growths[0] as number)) / 100) - fillPercent / 100
  const angle = (2 * Math.PI * state.time) / DAY_MS
  features.set([
    1,
    expected,
    recent - expected,
    frequency - expected,
    (frequency - expected) * sureness,
    // Neither is right far from even: bends in the line from what they say to what comes.
    Math.max(0, expected),
    Math.max(0, frequency),
    Math.max(0, -2.5 - frequency),
    (levelPercent - fillPercent) / 50 - 1,
    levelPercent / 50 - 1,
    unseenRatio,
    Math.log1p(state.daysSinceCollection) - 1,
    Math.log1p(state.daysSinceRise) - 1,
    Math.min(3, state.lastRiseRatio) - 1,
    Math.log(state.collectionsPerDay * 7 + 0.1),
    fillPercent < Math.max(5, scalePercent) ? 1 : 0,
    Math.log(state.dispersionPercent / 15),
    state.ownMiss[headIndex] as number,
    state.poolMiss[headIndex] as number,
    // Where bins are emptied in the morning, it matters to a full one whether that is still to come.
    Math.sin(angle),
    Math.cos(angle),
    Math.sin(angle) * (fillPercent / 50 - 1),
    Math.cos(angle) * (fillPercent / 50 - 1),
  ])
  // Weekdays against the mean of them, as the first of them is left out.
  const weekday = (((Math.floor(state.time / DAY_MS) + 3) % 7) + 7) % 7
  for (let day = 1; day < 7; day++) {
    features[FEATURE_COUNT - 7 + day] = weekday === day ? 0.5 : weekday === 0 ? -0.5 : 0
  }
}

function chanceByGrowth(
  state: FillState,
  { head, horizonIndex, levelPercent }: Asked,
  ratio: number,
): number {
  const days = HORIZONS_DAYS[horizonIndex] as number
  const growth = (state.growths[horizonIndex] as number) * ratio
  if (head === 'level') return standByGrowth(state, levelPercent, growth, days)
  const reached = reachByGrowth(state, levelPercent, growth)
  if (horizonIndex === 0) return reached
  const before = reachByGrowth(state, levelPercent, (state.growths[horizonIndex - 1] as number) * ratio)
  return Math.max(0, (reached - before) / Math.max(1e-6, 1 - before))
}

/** The chance that a bin grows to a level if nobody empties it, by nothing but the growth expected, in percent. */
export function reachByGrowth(state: FillState, levelPercent: number, growth: number): number {
  return chanceOfGrowing(state, levelPercent - state.fillPercent, growth)
}

/** The chance that it stands at a level or above after so many days, emptied as often as usual. */
export function standByGrowth(state: FillState, levelPercent: number, growth: number, days: number): number {
  const emptied = 1 - Math.exp(-state.collectionsPerDay * days)
  // Emptied half-way, on average.
  const refilled = chanceOfGrowing(state, levelPercent, growth / 2)
  return (1 - emptied) * reachByGrowth(state, levelPercent, growth) + emptied * refilled
}

/**
 * The chance that a fill expected to grow by `growth` grows by at least `needed`, both in percent. It grows by
 * gamma-distributed steps, and Wilson and Hilferty's cube root (1931) turns these into a normal variable. The reported
 * level is one of a scale's steps, so the true one is half a step nearer to the next, on average.
 */
function chanceOfGrowing(state: FillState, needed: number, growth: number): number {
  if (needed <= 0) return 1
  const mean = Math.max(growth, 0.01)
  const variance =
    state.dispersionPercent * mean +
    state.rateUncertainty * mean * mean +
    (state.scalePercent * state.scalePercent) / 12
  const shape = (mean * mean) / variance
  const ratio = Math.max(needed - state.scalePercent / 2, 0.1 * needed) / mean
  const z = 3 * Math.sqrt(shape) * (1 - 1 / (9 * shape) - Math.cbrt(ratio))
  // The normal distribution's, to within 0.01.
  return 1 / (1 + Math.exp(-1.702 * Math.max(-6, Math.min(6, z))))
}

export function toLogit(chance: number): number {
  const logit = Math.log(Math.max(chance, 1e-9) / Math.max(1 - chance, 1e-9))
  return Math.max(-GREATEST_LOGIT, Math.min(GREATEST_LOGIT, logit))
}
