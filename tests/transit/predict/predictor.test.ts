import { describe, expect, test } from 'vitest'
import { createPredictor, type Predictor } from '../../../transit/predict/predictor.ts'
import { createTripProgress } from '../../../transit/progress/trip-progress.ts'
import {
  aimedAt,
  arrivalsAt,
  createTestPredictor,
  distanceOf,
  drive,
  MINUTE,
  openTown,
  runOf,
} from './town.ts'

const timetable = openTown()
const tripAt = (hour: number, date?: string) => runOf(timetable, `R1-weekday-${hour}-0`, date)

/** Buses of these hours, each so many times as slow as the timetable. */
function driveHours(predictor: Predictor, hours: readonly number[], slowness: number, date?: string): void {
  for (const hour of hours) {
    const run = tripAt(hour, date)
    const arrivals = arrivalsAt(timetable, run, aimedAt(timetable, run, 0), slowness)
    drive(timetable, predictor, run, { arrivals })
  }
}

/** How long a bus of an hour is said to take from its fourth stop to its last, in ms, as it comes to the fourth. */
function predictWay(predictor: Predictor, hour: number, date?: string): number {
  const run = tripAt(hour, date)
  const arrivals = arrivalsAt(timetable, run, aimedAt(timetable, run, 0), 1)
  const now = arrivals[3] ?? 0
  drive(timetable, predictor, run, { arrivals, until: now })
  return (predictor.predict(run, now)?.arrivalTimes.at(-1) ?? Number.NaN) - now
}

describe('a prediction', () => {
  test('is the timetable as late as the bus, while nothing is known of the links', () => {
    const run = tripAt(10)
    const predictor = createTestPredictor(timetable)
    const arrivals = arrivalsAt(timetable, run, aimedAt(timetable, run, 0) + 4 * MINUTE, 1)
    const now = arrivals[5] ?? 0
    drive(timetable, predictor, run, { arrivals, until: now })
    const forecast = predictor.predict(run, now)
    expect(forecast?.firstStopIndex).toBe(6)
    expect(forecast?.arrivalTimes).toHaveLength(6)
    expect((forecast?.arrivalTimes[5] ?? 0) - now).toBeCloseTo(6 * MINUTE, -4)
    for (const [index, arrival] of (forecast?.arrivalTimes ?? []).entries()) {
      expect(forecast?.departureTimes[index]).toBeGreaterThanOrEqual(arrival)
      expect(forecast?.arrivalTimes[index + 1] ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(
        forecast?.departureTimes[index] ?? 0,
      )
    }
  })

  test('follows the buses before, and less so hours later', () => {
    const predictor = createTestPredictor(timetable)
    driveHours(predictor, [7, 8, 9], 1.6)
    const soon = predictWay(predictor, 10)
    const late = predictWay(predictor, 20)
    expect(soon).toBeGreaterThan(11 * MINUTE)
    expect(late).toBeLessThan(soon - MINUTE / 2)
    expect(late).toBeGreaterThan(8 * MINUTE)
  })

  test('is hardly moved by one bus that broke down', () => {
    const predictor = createTestPredictor(timetable)
    driveHours(predictor, [6, 7, 8], 1)
    const run = tripAt(9)
    const arrivals = arrivalsAt(timetable, run, aimedAt(timetable, run, 0), 1).map((time, stopIndex) =>
      stopIndex > 6 ? time + 20 * MINUTE : time,
    )
    drive(timetable, predictor, run, { arrivals })
    expect(predictWay(predictor, 10)).toBeLessThan(10 * MINUTE)
  })

  test('knows what the hour is like from the weeks before', () => {
    const predictor = createTestPredictor(timetable)
    for (const date of ['20260302', '20260303', '20260304', '20260305']) {
      driveHours(predictor, [8], 1.8, date)
      driveHours(predictor, [12, 13, 14], 1, date)
    }
    const rush = predictWay(predictor, 8, '20260306')
    const noon = predictWay(predictor, 13, '20260306')
    expect(rush).toBeGreaterThan(noon + MINUTE)
  })

  test('takes in what counters know of the streets', () => {
    const slow = createTestPredictor(timetable, { linkRatio: () => 1.5 })
    expect(predictWay(slow, 10)).toBeGreaterThan(1.4 * predictWay(createTestPredictor(timetable), 10))
  })

  test('leans early by as much as it is told, and by 3 % if it is not', () => {
    const exact = predictWay(createTestPredictor(timetable), 10)
    expect(predictWay(createTestPredictor(timetable, { leanPercent: 10 }), 10)).toBeCloseTo(0.9 * exact, -2)
    expect(predictWay(createPredictor({ timetable }), 10)).toBeCloseTo(0.97 * exact, -2)
  })

  test('is not made of a run of which nothing was seen, nor of one that is over', () => {
    const predictor = createTestPredictor(timetable)
    const run = tripAt(10)
    expect(predictor.predict(run, aimedAt(timetable, run, 3))).toBeUndefined()
    expect(predictor.predictNext(run, tripAt(11), aimedAt(timetable, run, 3))).toBeUndefined()
    driveHours(predictor, [10], 1)
    expect(predictor.predict(run, aimedAt(timetable, run, 11) + MINUTE)).toBeUndefined()
    predictor.forget(run)
    expect(predictor.predictNext(run, tripAt(11), aimedAt(timetable, run, 11))).toBeUndefined()
  })

  test('is made from what stops report, without a position', () => {
    const predictor = createTestPredictor(timetable)
    const run = tripAt(10)
    const time = aimedAt(timetable, run, 4) + 3 * MINUTE
    predictor.arrived(run, null, 4, time)
    predictor.departed(run, null, 4, time + 20_000)
    predictor.arrived(run, null, 99, time)
    const forecast = predictor.predict(run, time + 30_000)
    expect(forecast?.firstStopIndex).toBe(5)
    expect((forecast?.arrivalTimes[0] ?? 0) - time).toBeGreaterThan(MINUTE / 2)
    expect((forecast?.arrivalTimes[6] ?? 0) - time).toBeCloseTo(7 * MINUTE, -5)
  })
})

describe('a bus that is early', () => {
  test('leaves its first stop by the timetable', () => {
    const predictor = createTestPredictor(timetable)
    const run = tripAt(10)
    const start = aimedAt(timetable, run, 0)
    const progress = createTripProgress(timetable, run.trip)
    const step = progress.advance(start - 5 * MINUTE, distanceOf(timetable, run, 0))
    if (step) predictor.observe(run, 'bus', step)
    const forecast = predictor.predict(run, start - 5 * MINUTE)
    expect(forecast?.leavingTime).toBeGreaterThanOrEqual(start)
    expect(forecast?.arrivalTimes[0]).toBeGreaterThanOrEqual(start + MINUTE)
  })

  test('waits at later stops only where others were seen to', () => {
    const ask = (predictor: Predictor) => {
      const run = tripAt(23)
      predictor.arrived(run, 'bus', 6, aimedAt(timetable, run, 6) - 4 * MINUTE)
      const forecast = predictor.predict(run, aimedAt(timetable, run, 6) - 4 * MINUTE)
      return (forecast?.arrivalTimes[0] ?? 0) - aimedAt(timetable, run, 7)
    }
    const fresh = createTestPredictor(timetable)
    expect(ask(fresh)).toBeLessThan(-2 * MINUTE)
    const taught = createTestPredictor(timetable)
    for (let week = 0; week < 4; week += 1) {
      for (let hour = 6; hour < 22; hour += 1) {
        const run = tripAt(hour, `202603${String(2 + week * 7).padStart(2, '0')}`)
        const early = aimedAt(timetable, run, 6) - 4 * MINUTE
        taught.arrived(run, 'bus', 6, early)
        taught.arrived(run, 'bus', 7, aimedAt(timetable, run, 7) + 10_000)
      }
    }
    expect(ask(taught)).toBeGreaterThanOrEqual(0)
  })

  test('is not said to leave a timepoint early by any lean, where others were seen to wait there', () => {
    const timed = openTown({ 'stop_times.txt': (text) => text.replace(/(,stop-\d+,7),0$/gm, '$1,1') })
    const predictor = createTestPredictor(timed, { leanPercent: 20 })
    for (let hour = 6; hour < 22; hour += 1) {
      const run = runOf(timed, `R1-weekday-${hour}-0`)
      predictor.arrived(run, 'bus', 6, aimedAt(timed, run, 6) - 4 * MINUTE)
      predictor.arrived(run, 'bus', 7, aimedAt(timed, run, 7) + 10_000)
    }
    const run = runOf(timed, 'R1-weekday-23-0')
    const now = aimedAt(timed, run, 2) - 3 * MINUTE
    predictor.arrived(run, 'bus', 2, now)
    const forecast = predictor.predict(run, now)
    expect(forecast?.firstStopIndex).toBe(3)
    expect(forecast?.departureTimes[3]).toBe(aimedAt(timed, run, 6))
    expect(forecast?.arrivalTimes[3]).toBeLessThan(aimedAt(timed, run, 6) - MINUTE)
    expect(forecast?.arrivalTimes[4]).toBeGreaterThanOrEqual(aimedAt(timed, run, 6))
  })
})

describe('the next run of a vehicle', () => {
  const back = runOf(timetable, 'R1-weekday-10-1')

  test('begins by the timetable if the vehicle is there in time', () => {
    const predictor = createTestPredictor(timetable)
    const run = tripAt(10)
    const arrivals = arrivalsAt(timetable, run, aimedAt(timetable, run, 0), 1)
    const now = arrivals[6] ?? 0
    drive(timetable, predictor, run, { arrivals, until: now })
    const forecast = predictor.predictNext(run, back, now)
    expect(forecast?.firstStopIndex).toBe(0)
    expect(forecast?.departureTimes[0]).toBeGreaterThanOrEqual(aimedAt(timetable, back, 0))
    expect(forecast?.departureTimes[0]).toBeLessThan(aimedAt(timetable, back, 0) + 2 * MINUTE)
    expect(forecast?.arrivalTimes).toHaveLength(12)
  })

  test('begins after the shortest layover if it is late', () => {
    const predictor = createTestPredictor(timetable)
    const run = tripAt(10)
    const arrivals = arrivalsAt(timetable, run, aimedAt(timetable, run, 0) + 40 * MINUTE, 1)
    const now = arrivals[6] ?? 0
    drive(timetable, predictor, run, { arrivals, until: now })
    const ends = predictor.predict(run, now)?.arrivalTimes.at(-1) ?? 0
    const forecast = predictor.predictNext(run, back, now)
    expect((forecast?.departureTimes[0] ?? 0) - ends).toBe(2 * MINUTE)
  })
})

describe('an interval', () => {
  test('is wide at first, and as wide as the errors were once they are known', () => {
    const predictor = createTestPredictor(timetable)
    const widthAt = (hour: number, date?: string): number => {
      const run = tripAt(hour, date)
      const arrivals = arrivalsAt(timetable, run, aimedAt(timetable, run, 0), 1)
      const now = arrivals[3] ?? 0
      drive(timetable, predictor, run, { arrivals, until: now })
      const forecast = predictor.predict(run, now)
      return ((forecast?.latestTimes[3] ?? 0) - (forecast?.earliestTimes[3] ?? 0)) / 1000
    }
    const atFirst = widthAt(6)
    expect(atFirst).toBeGreaterThan(120)
    for (const date of ['20260303', '20260304', '20260305', '20260306', '20260309', '20260310']) {
      for (let hour = 6; hour < 24; hour += 1) {
        const run = tripAt(hour, date)
        const arrivals = arrivalsAt(timetable, run, aimedAt(timetable, run, 0), 1)
        for (const [stopIndex, time] of arrivals.entries()) {
          predictor.arrived(run, 'bus', stopIndex, time)
          predictor.predict(run, time)
        }
      }
    }
    expect(widthAt(7, '20260311')).toBeLessThan(60)
  })
})
