/** A ratio of two sums, seen and expected, of which the older parts weigh less; 1 while little is known. */
export interface DecayedRatio {
  at(time: number): number
  add(time: number, seen: number, expected: number): void
  /** `[seen, expected, time]`, to be kept and given back. */
  readonly state: readonly [number, number, number]
  restore(state: readonly number[]): void
}

/** `priorExpected` is as much of what is expected as is taken to have been seen just so. Times are ms since 1970. */
export function createDecayedRatio(halfLifeMs: number, priorExpected: number): DecayedRatio {
  let [seen, expected, lastTime] = [0, 0, 0]
  return {
    at(time) {
      const fading = fadeTo(time)
      return (seen * fading + priorExpected) / (expected * fading + priorExpected)
    },
    add(time, moreSeen, moreExpected) {
      const fading = fadeTo(time)
      seen = seen * fading + moreSeen
      expected = expected * fading + moreExpected
      lastTime = Math.max(lastTime, time)
    },
    get state() {
      return [seen, expected, lastTime] as const
    },
    restore(state) {
      ;[seen = 0, expected = 0, lastTime = 0] = state
    },
  }

  function fadeTo(time: number): number {
    return time > lastTime ? 0.5 ** ((time - lastTime) / halfLifeMs) : 1
  }
}
