export interface WeightedValue {
  readonly value: number
  readonly weight: number
}

/** The smallest value up to which the weights make a ratio of their sum; NaN of none. Sorts what it is given. */
export function weightedQuantile(values: WeightedValue[], ratio: number): number {
  values.sort((a, b) => a.value - b.value)
  let total = 0
  for (const { weight } of values) total += weight
  let passed = 0
  for (const { value, weight } of values) {
    passed += weight
    if (passed >= ratio * total) return value
  }
  return Number.NaN
}
