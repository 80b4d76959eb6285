import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createAccuracyCounters } from '../../../transit/accuracy/accuracy-counters.ts'
import { createPredictionJudge } from '../../../transit/accuracy/judge-predictions.ts'
import { createLineCoverage } from '../../../transit/live/line-coverage.ts'
import { readTripUpdates } from '../../../transit/live/read-trip-updates.ts'
import { createTracker } from '../../../transit/live/tracker.ts'
import { createPredictor } from '../../../transit/predict/predictor.ts'
import { readTimetable } from '../../../transit/timetable/read-timetable.ts'
import { findTestData } from '../../fixtures/find-test-data.ts'

const folder = findTestData('transit/raba-redding-2025')
/** When the real message was made. */
const MADE = 1_749_416_885_000

test.runIf(folder)(
  "a vendor's real trip updates are given out whole: every stop of its trips, in order",
  () => {
    const { timetable } = readTimetable(readFileSync(join(folder ?? '', 'raba.zip')))
    if (!timetable) throw new Error('the feed is imported')
    const updates = readTripUpdates(readFileSync(join(folder ?? '', 'raba-trip-updates.pb')), MADE + 5_000)
    expect(updates).toHaveLength(9)
    const tracker = createTracker({
      timetable,
      predictor: createPredictor({ timetable }),
      coverage: createLineCoverage(),
      judge: createPredictionJudge({ counters: createAccuracyCounters(), hourOf: () => 0 }),
      labelOf: () => null,
    })
    tracker.hear('vendor', updates ?? [], MADE + 5_000)
    const { trips } = tracker.snapshot(MADE + 10_000)
    const told = trips.filter(({ observedTime }) => observedTime !== null)
    expect(told.map(({ tripId }) => tripId).toSorted()).toEqual(
      updates?.map(({ tripId }) => tripId).toSorted(),
    )
    for (const { trip, stops } of told) {
      const first = timetable.trips.firstStopTimes[trip] ?? 0
      expect(stops.map(({ stopTime }) => stopTime)).toEqual(
        Array.from(
          { length: (timetable.trips.firstStopTimes[trip + 1] ?? 0) - first },
          (_, index) => first + index,
        ),
      )
      const times = stops
        .flatMap(({ arrivalTime, departureTime }) => [arrivalTime, departureTime])
        .filter((time) => time !== null)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    }
    // Of a trip of the next day it says that five stops are skipped, and no more.
    const skipping = told.find(({ tripId }) => tripId.startsWith('53ab28c1'))
    expect(skipping?.serviceDate).toBe('20250609')
    expect(
      skipping?.stops.filter(({ isSkipped }) => isSkipped).map(({ stopSequence }) => stopSequence),
    ).toEqual([18, 19, 20, 21, 22])
    // Ten minutes on it is too old to be told.
    expect(
      tracker.snapshot(MADE + 11 * 60_000).trips.every(({ observedTime }) => observedTime === null),
    ).toBe(true)
  },
)
