import { createTownGtfs } from '../../device-sim/town/create-town-gtfs.ts'
import type { Town } from '../../device-sim/town/town.ts'
import type { Reading } from '../../model/reading.ts'
import { type AccuracyCount, createAccuracyCounters } from '../../transit/accuracy/accuracy-counters.ts'
import { createPredictionJudge } from '../../transit/accuracy/judge-predictions.ts'
import { createRecentAccuracy, type RecentHorizon } from '../../transit/accuracy/recent-accuracy.ts'
import { createTransitMoment, type TransitMoment } from '../../transit/feed/transit-moment.ts'
import { createLineCoverage } from '../../transit/live/line-coverage.ts'
import { toSighting } from '../../transit/live/sighting.ts'
import { createTracker } from '../../transit/live/tracker.ts'
import { createPredictor } from '../../transit/predict/predictor.ts'
import { readTimetable } from '../../transit/timetable/read-timetable.ts'

/** A town's buses by its timetable, followed as a running Kerbside does. Times are ms since 1970 and rise. */
export interface FollowedBuses {
  take(reading: Reading): void
  /** What is known now, and was predicted; what is predicted now is judged later. */
  look(now: number): TransitMoment
  accuracy(): readonly AccuracyCount[]
  recentAccuracy(now: number): readonly RecentHorizon[]
}

export function followBuses(town: Town, year: number): FollowedBuses {
  const { timetable, errors } = readTimetable(createTownGtfs(town, year))
  if (!timetable) throw new Error(`the town's timetable cannot be read: ${JSON.stringify(errors)}`)
  const counters = createAccuracyCounters()
  const recent = createRecentAccuracy()
  let latest = 0
  const tracker = createTracker({
    timetable,
    predictor: createPredictor({ timetable }),
    coverage: createLineCoverage(),
    // By hour of the day nothing is asked here.
    judge: createPredictionJudge({
      counters,
      hourOf: () => 0,
      onJudged: (judged) => recent.add(judged, latest),
    }),
    labelOf: (vehicle) => vehicle,
  })
  return {
    take(reading) {
      latest = Math.max(latest, reading.receivedTime)
      const sighting = toSighting(reading)
      if (sighting) tracker.see(sighting)
    },
    look(now) {
      latest = now
      const snapshot = tracker.snapshot(now)
      return createTransitMoment({ timetable, snapshot, changes: [], alerts: [], now })
    },
    accuracy: counters.list,
    recentAccuracy: recent.list,
  }
}
