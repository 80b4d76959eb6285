/** The first and the last temperature, as parts of an average arc's cost: 100 and 1 of the paper, on its instances. */
const FIRST_TEMPERATURE = 0.5
const LAST_TEMPERATURE = 0.005
/** A search that begins with a plan that was good yesterday, or an hour ago, is not to lose it. */
const WARM_TEMPERATURE = 0.05
/** More than this for each customer has not been seen to help. */
const ITERATIONS_PER_CUSTOMER_MAX = 15_000

export interface Budget {
  /** Ends after so many ruins and recreations; the same seed and number give the same plan. */
  readonly iterations?: number | undefined
  /** Ends after so long by `elapsedSeconds`. */
  readonly seconds?: number | undefined
  readonly elapsedSeconds: () => number
}

/** Of the whole budget, from one part to another, temperatures fall. */
export interface Cycle {
  readonly from: number
  readonly to: number
  readonly firstTemperature: number
  readonly lastTemperature: number
}

/** Growing cycles of cooling, each from the best so far, so that there is a good plan whenever somebody stops. */
export function listCycles(isWarm: boolean): Cycle[] {
  const ends = [0, 1 / 13, 4 / 13, 1]
  return ends.slice(1).map((to, i) => ({
    from: ends[i] as number,
    to,
    firstTemperature: isWarm ? WARM_TEMPERATURE : FIRST_TEMPERATURE,
    lastTemperature: LAST_TEMPERATURE,
  }))
}

/** How much of a budget is spent, be it time or iterations, whichever is further; 1 or more where all is. */
export function createMeter(
  { iterations, seconds, elapsedSeconds }: Budget,
  customerCount: number,
): (iteration: number) => number {
  const iterationsMax = iterations ?? ITERATIONS_PER_CUSTOMER_MAX * customerCount
  const startedAt = elapsedSeconds()
  return (iteration) =>
    Math.max(
      seconds === undefined ? 0 : (elapsedSeconds() - startedAt) / seconds,
      iteration / Math.max(1, iterationsMax),
    )
}
