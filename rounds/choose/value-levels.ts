import type { FillForecast } from '../forecast/fill-forecast.ts'

/** What a bin costs, in the money of the lorries' prices. */
export interface VisitPrices {
  /** What a visit usually costs: its lift and its share of a round. */
  readonly visitCost: number
  /** What it costs that a bin stands full for a day. */
  readonly overflowCostPerDay: number
}

/** What lies ahead of a bin by the level that it has at a round, in steps of `LEVEL_STEP_PERCENT` up to 100 %. */
export type LevelValues = Float64Array

const LEVEL_STEP_PERCENT = 5
const FULL = 100 / LEVEL_STEP_PERCENT
/**
 * A visit is at times on the way, at others far from it: equally often these parts of what it usually costs. They are near
 * to each other, as a bin that nobody passes today is soon passed for its neighbours: wider ones lift bins too empty.
 */
const VISIT_COST_RATIOS = [0.85, 1, 1.15]
const SWEEPS = 80

/**
 * The relative values of a bin's levels at a round, under the policy that costs least in the long run: relative value
 * iteration (Puterman 1994, Markov Decision Processes, section 8.5.5). At each round the bin is either emptied, at a cost
 * that is known only then, or left until the next one, with the cost of the days on which it stands full. Of the forecasts
 * of the bin as if it were just emptied, the last is that of the next round, and there is one for the end of each day until
 * then: what may fall in is taken to be the same at any level.
 */
export function valueLevels(
  { visitCost, overflowCostPerDay }: VisitPrices,
  ofEmptied: readonly FillForecast[],
): LevelValues {
  const growth = spread(ofEmptied.at(-1) as FillForecast)
  const overflowCosts = Float64Array.from({ length: FULL + 1 }, (_, level) =>
    ofEmptied.reduce(
      (sum, forecast) =>
        sum + overflowCostPerDay * chanceOfGrowth(forecast, 100 - level * LEVEL_STEP_PERCENT),
      0,
    ),
  )
  const values = new Float64Array(FULL + 1)
  const waiting = new Float64Array(FULL + 1)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let level = 0; level <= FULL; level++) {
      let value = overflowCosts[level] as number
      for (let more = 0; more <= FULL; more++) {
        value += (growth[more] as number) * (values[Math.min(FULL, level + more)] as number)
      }
      waiting[level] = value
    }
    const emptied = waiting[0] as number
    for (let level = 0; level <= FULL; level++) {
      const wait = waiting[level] as number
      let value = 0
      for (const ratio of VISIT_COST_RATIOS) value += Math.min(wait, emptied + ratio * visitCost)
      values[level] = value / VISIT_COST_RATIOS.length - emptied
    }
  }
  return values
}

/** The expected value of the level that is forecast. */
export function expectValue(values: LevelValues, forecast: FillForecast): number {
  return spread(forecast).reduce((sum, chance, level) => sum + chance * (values[level] as number), 0)
}

/** The chance of each level, in steps of `LEVEL_STEP_PERCENT`, to which levels in between are rounded. */
function spread(forecast: FillForecast): Float64Array {
  const chances = new Float64Array(FULL + 1)
  let above = 0
  for (let level = FULL; level >= 0; level--) {
    const atLeast = level === 0 ? 1 : chanceOfGrowth(forecast, (level - 0.5) * LEVEL_STEP_PERCENT)
    chances[level] = Math.max(0, atLeast - above)
    above = Math.max(above, atLeast)
  }
  return chances
}

/** The chance of a level or more, between the levels of the forecast in a straight line. */
function chanceOfGrowth({ levels }: FillForecast, percent: number): number {
  let [from, before] = [0, 1]
  for (const { levelPercent, chance } of levels) {
    if (levelPercent >= percent) {
      const share = (percent - from) / Math.max(1e-9, levelPercent - from)
      return before + (chance - before) * Math.max(0, Math.min(1, share))
    }
    from = levelPercent
    before = chance
  }
  return before
}
