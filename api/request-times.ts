/** How long requests took of late, in little memory. */
export interface RequestTimes {
  add(seconds: number): void
  /** What was added since this was last asked. */
  take(): {
    readonly count: number
    readonly median: number | undefined
    readonly percentile99: number | undefined
  }
}

/** Each as wide as a tenth of a factor of e: quantiles are told to within 5 %. */
const PER_E = 10
/** From 10 µs to three hours. */
const SHORTEST_SECONDS = 1e-5
const BUCKETS = 210

export function createRequestTimes(): RequestTimes {
  const counts = new Uint32Array(BUCKETS)
  let count = 0
  return {
    add(seconds) {
      const bucket = Math.floor(PER_E * Math.log(Math.max(seconds, SHORTEST_SECONDS) / SHORTEST_SECONDS))
      const index = Math.min(BUCKETS - 1, bucket)
      counts[index] = (counts[index] as number) + 1
      count += 1
    },
    take() {
      const taken = { count, median: quantile(0.5), percentile99: quantile(0.99) }
      counts.fill(0)
      count = 0
      return taken
    },
  }

  /** The middle of the bucket that holds it. */
  function quantile(ratio: number): number | undefined {
    if (count === 0) return undefined
    let before = 0
    const bucket = counts.findIndex((inBucket) => {
      before += inBucket
      return before >= ratio * count
    })
    return SHORTEST_SECONDS * Math.exp((bucket + 0.5) / PER_E)
  }
}
