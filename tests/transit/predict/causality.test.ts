import { expect, test } from 'vitest'
import { createTownFeed } from '../../../bench/predictions/create-town-feed.ts'
import { driveTown } from '../../../bench/predictions/drive-town.ts'
import type { Position } from '../../../bench/predictions/read-positions.ts'
import { traceRuns } from '../../../bench/predictions/trace-runs.ts'
import { createRandom } from '../../../model/random.ts'
import type { RunForecast } from '../../../transit/predict/predictor.ts'
import { readTimetable } from '../../../transit/timetable/read-timetable.ts'
import { createTestPredictor } from './town.ts'

const START = Date.UTC(2026, 2, 2)
/** Seven in the morning, as the rush begins. */
const NOW = START + 7 * 3_600_000

test('a prediction uses only what was known at its moment: another future, shuffled, changes nothing', () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  process.stderr.write(`causality: seed ${seed}\n`)
  const random = createRandom(seed)
  const { zip, trips } = createTownFeed(random)
  const { timetable } = readTimetable(zip)
  if (!timetable) throw new Error('the town has no timetable')
  const days = { startTime: START, dates: ['20260302'], holdsAtTimepoints: true }
  const morning = trips.filter(({ times }) => (times[0] ?? 0) < 7.5 * 3600)
  const positions = driveTown(morning, days, random)
  const past = positions.filter(({ time }) => time <= NOW)
  const future = positions.filter(({ time }) => time > NOW)
  const predictAll = (told: readonly Position[]): RunForecast[] => {
    const predictor = createTestPredictor(timetable)
    const forecasts: RunForecast[] = []
    for (const { traced, step } of traceRuns(timetable, told)) {
      predictor.observe(traced.run, traced.vehicleId, step)
      const forecast = predictor.predict(traced.run, step.time)
      if (forecast && step.time <= NOW) forecasts.push(forecast)
    }
    return forecasts
  }
  const known = predictAll(positions)
  expect(known.length).toBeGreaterThan(500)
  expect(predictAll(past)).toEqual(known)
  // The vehicles change places, and everything comes at another time.
  const places = future.map(({ longitude, latitude, tripId }) => ({
    longitude,
    latitude,
    tripId,
    sort: random(),
  }))
  places.sort((a, b) => a.sort - b.sort)
  const shuffled = future
    .map(
      (position, index): Position => ({
        ...position,
        ...places[index],
        time: position.time + random() * 600_000,
      }),
    )
    .sort((a, b) => a.time - b.time)
  expect(predictAll([...past, ...shuffled])).toEqual(known)
}, 60_000)
