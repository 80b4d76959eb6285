import { listTownDevices } from '../../device-sim/list-town-devices.ts'
import { createTown } from '../../device-sim/town/create-town.ts'
import { createTownGtfs } from '../../device-sim/town/create-town-gtfs.ts'
import type { FieldValue } from '../../model/reading.ts'
import { createAccuracyCounters } from '../../transit/accuracy/accuracy-counters.ts'
import { createPredictionJudge } from '../../transit/accuracy/judge-predictions.ts'
import { createLineCoverage } from '../../transit/live/line-coverage.ts'
import { toSighting } from '../../transit/live/sighting.ts'
import { createTracker } from '../../transit/live/tracker.ts'
import { createPredictor } from '../../transit/predict/predictor.ts'
import { readTimetable } from '../../transit/timetable/read-timetable.ts'
import type { Timetable } from '../../transit/timetable/timetable.ts'
import type { TransitSnapshot } from '../../transit/trip-prediction.ts'

/** What takes a reading on its way. */
const PATH_MS = 2_000

export interface TownDay {
  readonly zip: Uint8Array
  readonly timetable: Timetable
  /** What is known every so often, from `from` to `to`. */
  snapshots(from: number, to: number, everyMs: number): Generator<TransitSnapshot>
}

/** The buses of a simulated town, followed as a running Kerbside does, without waiting for any clock. */
export function createTownDay(seed: number, year: number): TownDay {
  const town = createTown({ seed })
  const zip = createTownGtfs(town, year)
  const { timetable, errors } = readTimetable(zip)
  if (!timetable) throw new Error(JSON.stringify(errors))
  const tracker = createTracker({
    timetable,
    predictor: createPredictor({ timetable }),
    coverage: createLineCoverage(),
    judge: createPredictionJudge({ counters: createAccuracyCounters(), hourOf: () => 0 }),
    labelOf: (vehicle) => vehicle,
  })
  const buses = listTownDevices(town).filter(({ kind }) => kind === 'vehicle')
  return {
    zip,
    timetable,
    *snapshots(from, to, everyMs) {
      for (let now = from; now < to; now += everyMs) {
        const span = { from: now - PATH_MS - everyMs, to: now - PATH_MS }
        const heard = buses.flatMap(({ id, readings }) =>
          [...readings(span)].map(({ time, payload }) => ({ id, time, payload })),
        )
        for (const { id, time, payload } of heard.sort((a, b) => a.time - b.time)) {
          const { time: _, ...fields } = payload
          const sighting = toSighting({
            authority: 'town',
            kind: 'vehicle',
            device: id,
            part: '',
            time,
            receivedTime: time + PATH_MS,
            fields: fields as Record<string, FieldValue>,
          })
          if (sighting) tracker.see(sighting)
        }
        yield tracker.snapshot(now)
      }
    },
  }
}
