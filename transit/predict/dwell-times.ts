/** What a bus stands in the mean (27 s in Lviv), where nothing is known of the stop. */
const PRIOR_SECONDS = 27
const PRIOR_WEIGHT = 3
/** Older halts weigh less by this factor each. */
const KEEP = 0.95
/** Who stands longer waits for the timetable, or for something else. */
const DWELL_MAX_SECONDS = 180

/** How long vehicles stand at stops, by the stops' ids: as many as the timetable has. */
export interface DwellTimes {
  expect(stopId: string): number
  learn(stopId: string, seconds: number): void
  list(): Iterable<readonly [string, Dwell]>
}

/** Decayed sums. */
export interface Dwell {
  readonly seconds: number
  readonly weight: number
}

export function createDwellTimes(known: Iterable<readonly [string, Dwell]> = []): DwellTimes {
  const byStop = new Map(known)
  return {
    expect(stopId) {
      const { seconds, weight } = byStop.get(stopId) ?? { seconds: 0, weight: 0 }
      return (seconds + PRIOR_SECONDS * PRIOR_WEIGHT) / (weight + PRIOR_WEIGHT)
    },
    learn(stopId, seconds) {
      if (!(seconds >= 0 && seconds <= DWELL_MAX_SECONDS)) return
      const before = byStop.get(stopId) ?? { seconds: 0, weight: 0 }
      byStop.set(stopId, { seconds: before.seconds * KEEP + seconds, weight: before.weight * KEEP + 1 })
    },
    list: () => byStop,
  }
}
