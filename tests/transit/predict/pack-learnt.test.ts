import { describe, expect, test } from 'vitest'
import type { Predictor, RunForecast } from '../../../transit/predict/predictor.ts'
import { unpackLearnt } from '../../../transit/predict/unpack-learnt.ts'
import type { Timetable } from '../../../transit/timetable/timetable.ts'
import { aimedAt, arrivalsAt, createTestPredictor, drive, openTown, runOf } from './town.ts'

function teach(timetable: Timetable): Predictor {
  const predictor = createTestPredictor(timetable)
  for (let hour = 6; hour < 14; hour += 1) tellTrip(timetable, predictor, hour)
  return predictor
}

function tellTrip(timetable: Timetable, predictor: Predictor, hour: number): void {
  const run = runOf(timetable, `R1-weekday-${hour}-0`)
  const arrivals = arrivalsAt(timetable, run, aimedAt(timetable, run, 0), 1.4)
  for (const [stopIndex, time] of arrivals.entries()) {
    predictor.arrived(run, 'bus', stopIndex, time)
    predictor.departed(run, 'bus', stopIndex, time + 15_000)
    predictor.predict(run, time + 15_000)
  }
}

function ask(timetable: Timetable, predictor: Predictor): RunForecast | undefined {
  const run = runOf(timetable, 'R1-weekday-14-0')
  const arrivals = arrivalsAt(timetable, run, aimedAt(timetable, run, 0), 1)
  drive(timetable, predictor, run, { arrivals, until: arrivals[3] ?? 0 })
  return predictor.predict(run, arrivals[3] ?? 0)
}

function reverseRows(text: string): string {
  const [header = '', ...rows] = text.trim().split('\n')
  return [header, ...rows.reverse(), ''].join('\n')
}

describe('what was learnt', () => {
  const timetable = openTown()

  test('is the same after a restart: forecasts do not differ', () => {
    const predictor = teach(timetable)
    const restarted = createTestPredictor(timetable, { packed: predictor.pack() })
    const [before, after] = [ask(timetable, predictor), ask(timetable, restarted)]
    expect(after?.firstStopIndex).toBe(before?.firstStopIndex)
    for (const field of ['arrivalTimes', 'departureTimes', 'earliestTimes', 'latestTimes'] as const) {
      for (const [index, time] of (before?.[field] ?? []).entries()) {
        // Means and errors are kept in 32 bits, and the width of intervals begins anew.
        const tolerance = field.endsWith('stTimes') ? 5_000 : 100
        expect(Math.abs((after?.[field][index] ?? 0) - time)).toBeLessThan(tolerance)
      }
    }
    const fresh = ask(timetable, createTestPredictor(timetable))
    expect(before?.arrivalTimes[5]).toBeGreaterThan((fresh?.arrivalTimes[5] ?? 0) + 60_000)
  })

  test('counts once what is told again after a restart, and what is new after that', () => {
    const packed = teach(timetable).pack()
    const restarted = createTestPredictor(timetable, { packed })
    const untouched = restarted.pack()
    tellTrip(timetable, restarted, 13)
    const [before, after] = [unpackLearnt(untouched), unpackLearnt(restarted.pack())]
    expect(after?.links).toEqual(before?.links)
    expect(new Map(after?.dwells).get('stop-5')).toEqual(new Map(before?.dwells).get('stop-5'))
    tellTrip(timetable, restarted, 14)
    expect(unpackLearnt(restarted.pack())?.links).not.toEqual(before?.links)
  })

  test('outlives another timetable, whose stops are in another order', () => {
    const packed = teach(timetable).pack()
    const other = openTown({ 'stops.txt': reverseRows })
    expect(other.stops.ids).not.toEqual(timetable.stops.ids)
    const kept = ask(other, createTestPredictor(other, { packed }))
    const fresh = ask(other, createTestPredictor(other))
    expect(kept?.arrivalTimes[5]).toBeGreaterThan((fresh?.arrivalTimes[5] ?? 0) + 60_000)
  })

  test('is left aside where it is broken, or of another version', () => {
    const packed = teach(timetable).pack()
    const fresh = ask(timetable, createTestPredictor(timetable))
    const version = Uint8Array.from(packed)
    version[1] = 99
    for (const broken of [
      packed.subarray(0, packed.length - 7),
      new Uint8Array(0),
      version,
      Uint8Array.of(255, 255, 255),
    ]) {
      const forecast = ask(timetable, createTestPredictor(timetable, { packed: broken }))
      expect(forecast?.arrivalTimes).toEqual(fresh?.arrivalTimes)
    }
  })

  test('is small: some hundred bytes a link', () => {
    expect(teach(timetable).pack().length).toBeLessThan(12 * 1_000 + 12 * 4_000)
  })
})
