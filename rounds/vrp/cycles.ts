/** The first and the last temperature, as parts of an average arc's cost: 100 and 1 of the paper, on its instances. */
const FIRST_TEMPERATURE = 0.5
const LAST_TEMPERATURE = 0.005
/** A search that begins with a plan that was good yesterday, or an hour ago, is not to lose it. */
const WARM_TEMPERATURE = 0.05
/** When the cycles of cooling end, as parts of the whole: growing ones, so that there is a good plan whenever somebody stops. */
const CYCLE_ENDS = [1 / 13, 4 / 13, 1]
/** More than this for each customer has not been seen to help. */
const ITERATIONS_PER_CUSTOMER_MAX = 15_000

export interface Budget {
  /** Ends after so many ruins and recreations; the same seed and number give the same plan. */
  readonly iterations?: number | undefined
  /** Ends after so long by `elapsedSeconds`. */
  readonly seconds?: number | undefined
  readonly elapsedSeconds: () => number
}

/** A part of a search, in which temperatures fall from one to another. */
export interface Leg {
  /** Where it ends, as a part of the whole budget. */
  readonly until: number
  readonly iterations: number
  readonly firstTemperature: number
  readonly lastTemperature: number
  /** A new cycle starts from the best plan so far; otherwise the search goes on where it is. */
  readonly isNewCycle: boolean
}

/** The legs of a search: each cycle in so many, between which searches that go on side by side may learn of each other. */
export function listLegs(
  { iterations }: Budget,
  customerCount: number,
  options: { readonly isWarm: boolean; readonly legsPerCycle: number },
): Leg[] {
  const { isWarm, legsPerCycle } = options
  const iterationsMax = iterations ?? ITERATIONS_PER_CUSTOMER_MAX * customerCount
  const first = isWarm ? WARM_TEMPERATURE : FIRST_TEMPERATURE
  const temperatureAt = (part: number): number => first * (LAST_TEMPERATURE / first) ** part
  return CYCLE_ENDS.flatMap((end, cycle) => {
    const start = CYCLE_ENDS[cycle - 1] ?? 0
    return Array.from(
      { length: legsPerCycle },
      (_, leg): Leg => ({
        until: start + ((end - start) * (leg + 1)) / legsPerCycle,
        iterations: Math.round((iterationsMax * (end - start)) / legsPerCycle),
        firstTemperature: temperatureAt(leg / legsPerCycle),
        lastTemperature: temperatureAt((leg + 1) / legsPerCycle),
        isNewCycle: leg === 0,
      }),
    )
  })
}
