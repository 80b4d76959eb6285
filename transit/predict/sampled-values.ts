import { createRecentValues, type RecentValues } from './recent-values.ts'

/** An even sample of the values of the last hours, however many there were: of every so many one. */
export interface SampledValues {
  add(time: number, value: number): void
  readonly values: RecentValues
}

/**
 * Up to `limit` values are kept. Where they would be of less time than `spanMs`, every other one is let go and from then on
 * one of twice as many is taken; otherwise the oldest goes. Times are ms since 1970.
 */
export function createSampledValues(
  limit: number,
  spanMs: number,
  known: readonly number[] = [],
): SampledValues {
  let values = createRecentValues(limit, known)
  let [stride, seenCount] = [1, 0]
  /** Since when the values are kept: those that were known before are as if they had just come. */
  let sinceTime = Number.NaN
  return {
    add(time, value) {
      if (Number.isNaN(sinceTime)) sinceTime = time
      seenCount += 1
      if (seenCount % stride !== 0) return
      if (values.count === limit && time - sinceTime < spanMs) {
        stride *= 2
        values = createRecentValues(
          limit,
          values.list().filter((_, index) => index % 2 === 1),
        )
      } else if (values.count === limit && time - sinceTime > 2 * spanMs) {
        stride = Math.max(1, stride / 2)
        sinceTime = time - spanMs
      }
      values.add(value)
    },
    get values() {
      return values
    },
  }
}
