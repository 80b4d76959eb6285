import { describe, expect, test } from 'vitest'
import type { JudgedPrediction } from '../../../model/judged-prediction.ts'
import { createAccuracyCounters } from '../../../transit/accuracy/accuracy-counters.ts'
import { createPredictionJudge } from '../../../transit/accuracy/judge-predictions.ts'
import type { StopPrediction, TripPrediction } from '../../../transit/trip-prediction.ts'

const NOW = Date.parse('2026-02-16T12:00:00Z')
const MINUTE = 60_000

function predict(
  arrivalTimes: readonly (number | null)[],
  changes: Partial<StopPrediction> = {},
): TripPrediction {
  return {
    trip: 0,
    tripId: 't',
    routeId: '70',
    serviceDate: '20260216',
    startTime: null,
    relationship: 'SCHEDULED',
    vehicleId: 'bus',
    vehicleLabel: null,
    observedTime: NOW,
    stops: arrivalTimes.map((arrivalTime, index) => ({
      stopTime: index,
      stopId: `s${index}`,
      stopSequence: index,
      headsign: '',
      aimedArrivalTime: NOW,
      aimedDepartureTime: NOW,
      arrivalTime,
      departureTime: arrivalTime === null ? null : arrivalTime + 20_000,
      earliestTime: arrivalTime === null ? null : arrivalTime - 40_000,
      latestTime: arrivalTime === null ? null : arrivalTime + 80_000,
      uncertaintySeconds: 60,
      isPassed: false,
      isSkipped: false,
      state: 'live',
      ...changes,
    })),
  }
}

function open() {
  const counters = createAccuracyCounters()
  const judged: JudgedPrediction[] = []
  const judge = createPredictionJudge({
    counters,
    hourOf: (time) => new Date(time).getUTCHours(),
    onJudged: (one) => judged.push(one),
  })
  return { counters, judge, judged }
}

describe('what predictions came to', () => {
  test('each is binned by the predicted and by the actual time to arrival, with its error and its interval', () => {
    const { counters, judge } = open()
    judge.note('run', predict([NOW + 5 * MINUTE]), NOW)
    // The interval is the departure's, 20 s later: it held arrivals of 60 s before to 60 s after.
    judge.observe('run', 0, NOW + 7 * MINUTE)
    expect(counters.list()).toEqual([
      expect.objectContaining({ scheme: 'mbta', bin: 1, count: 1, good: 1, errorSeconds: 120, hour: 12 }),
      expect.objectContaining({ scheme: 'transitApp', bin: 2, count: 1, good: 1, intervals: 1, covered: 0 }),
    ])
    judge.note('run', predict([NOW + 2 * MINUTE]), NOW)
    judge.observe('run', 0, NOW + 2 * MINUTE - 59_000)
    const [first] = counters.list()
    expect(first).toMatchObject({ scheme: 'mbta', bin: 0, good: 1, absoluteErrorSeconds: 59, covered: 1 })
  })

  test('one a minute counts, those beyond half an hour do not, nor what rests on nothing live', () => {
    const { counters, judge } = open()
    for (let second = 0; second < 180; second += 5) {
      judge.note('run', predict([NOW + 4 * MINUTE, NOW + 40 * MINUTE]), NOW + second * 1000)
    }
    judge.note('other', predict([NOW + MINUTE], { state: 'stale' }), NOW)
    for (const run of ['run', 'other']) {
      judge.observe(run, 0, NOW + 4 * MINUTE)
      judge.observe(run, 1, NOW + 40 * MINUTE)
    }
    const counted = counters.list().filter(({ scheme }) => scheme === 'mbta')
    expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(3)
  })

  test('each is told with what it said and what came of it, once, in whole ms', () => {
    const { judge, judged } = open()
    for (let second = 0; second < 100; second += 5) {
      judge.note('run', predict([NOW + 5 * MINUTE]), NOW + second * 1000)
    }
    judge.note('without', predict([NOW + MINUTE], { earliestTime: null, latestTime: null }), NOW)
    expect(judged).toEqual([])
    const actualTime = NOW + 7 * MINUTE
    judge.observe('run', 0, actualTime + 0.3)
    judge.observe('run', 0, actualTime + 5)
    const named = { routeId: '70', tripId: 't', stopId: 's0', stopSequence: 0, serviceDate: '20260216' }
    const said = { startTime: null, predictedTime: NOW + 5 * MINUTE, actualTime, errorSeconds: 120 }
    const interval = { earliestTime: NOW + 4 * MINUTE, latestTime: NOW + 6 * MINUTE, isCovered: false }
    expect(judged.splice(0)).toEqual([
      { ...named, ...said, ...interval, time: NOW, horizonSeconds: 300 },
      { ...named, ...said, ...interval, time: NOW + MINUTE, horizonSeconds: 240 },
    ])
    judge.observe('without', 0, NOW + MINUTE)
    expect(judged).toMatchObject([{ earliestTime: null, latestTime: null, isCovered: null, errorSeconds: 0 }])
  })

  test('a stop is judged once, and a run that is over is not judged any more', () => {
    const { counters, judge } = open()
    judge.note('run', predict([NOW + MINUTE, NOW + 2 * MINUTE]), NOW)
    judge.observe('run', 0, NOW + MINUTE)
    judge.observe('run', 0, NOW + 2 * MINUTE)
    judge.forget('run')
    judge.observe('run', 1, NOW + 2 * MINUTE)
    expect(counters.list().map(({ count }) => count)).toEqual([1, 1])
  })

  test('what is packed is read again, fades day by day, and damaged bytes are a fresh start', () => {
    const { counters, judge } = open()
    judge.note('run', predict([NOW + MINUTE, NOW + 9 * MINUTE]), NOW)
    judge.observe('run', 0, NOW + MINUTE)
    judge.observe('run', 1, NOW + 10 * MINUTE)
    const packed = counters.pack()
    const again = createAccuracyCounters(packed)
    expect(again.list()).toEqual(counters.list())
    again.fade()
    expect(again.list()[0]?.count).toBeCloseTo(0.9)
    for (let day = 0; day < 10; day += 1) again.fade()
    expect(again.list()).toEqual([])
    expect(again.pack().length).toBeLessThan(60)
    for (const damaged of [new Uint8Array(), packed.slice(0, 20), packed.slice(0, -3), new Uint8Array(99)]) {
      expect(() => createAccuracyCounters(damaged).list()).not.toThrow()
    }
  })
})
