/** The last values of something, up to a limit; a value more pushes out the oldest. */
export interface RecentValues {
  add(value: number): void
  readonly count: number
  /** The value below which this share of them lies; NaN without any. */
  quantile(ratio: number): number
  /** The same of those above a value; NaN where there are less than `leastCount`. */
  quantileAbove(value: number, ratio: number, leastCount: number): number
  /** From the oldest to the newest. */
  list(): readonly number[]
}

/** Sorted again when a fiftieth of them is new: quantiles of many values hardly move until then. */
const STALE_SHARE = 50

export function createRecentValues(limit: number, known: readonly number[] = []): RecentValues {
  const values = new Float32Array(limit)
  let [count, next, sortedAt] = [0, 0, 0]
  let addedCount = 0
  let sorted = new Float32Array(0)
  for (const value of known.slice(-limit)) add(value)
  return {
    add,
    get count() {
      return count
    },
    quantile: (ratio) => pick(sortValues(), 0, ratio),
    quantileAbove(value, ratio, leastCount) {
      const all = sortValues()
      const from = findAbove(all, value)
      return all.length - from < leastCount ? Number.NaN : pick(all, from, ratio)
    },
    list: () =>
      count < limit
        ? [...values.subarray(0, count)]
        : [...values.subarray(next), ...values.subarray(0, next)],
  }

  function add(value: number): void {
    values[next] = value
    next = (next + 1) % limit
    count = Math.min(limit, count + 1)
    addedCount += 1
  }

  function sortValues(): Float32Array {
    if (sorted.length === 0 || addedCount - sortedAt > count / STALE_SHARE) {
      sorted = values.slice(0, count).sort()
      sortedAt = addedCount
    }
    return sorted
  }
}

function pick(sorted: Float32Array, from: number, ratio: number): number {
  const count = sorted.length - from
  return sorted[from + Math.min(count - 1, Math.floor(count * ratio))] ?? Number.NaN
}

function findAbove(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) > value) high = middle
    else low = middle + 1
  }
  return low
}
