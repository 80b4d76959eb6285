import { describe, expect, test } from 'vitest'
import { createTripProgress } from '../../../transit/progress/trip-progress.ts'
import { distanceOf, openTown, runOf } from '../predict/town.ts'

const timetable = openTown()
const run = runOf(timetable, 'R1-weekday-10-0')
const at = (stopIndex: number): number => distanceOf(timetable, run, stopIndex)
const SECOND = 1000

describe('progress along a trip', () => {
  test('a stop was reached when the vehicle crossed it, going evenly between two positions', () => {
    const progress = createTripProgress(timetable, run.trip)
    progress.advance(0, at(1) - 100)
    const step = progress.advance(40 * SECOND, at(1) + 300)
    expect(step?.arrivals).toEqual([{ stopIndex: 1, time: expect.closeTo(10 * SECOND, -1) }])
    expect(step?.nextStopIndex).toBe(2)
    expect(step?.aheadRatio).toBeCloseTo((at(2) - at(1) - 300) / (at(2) - at(1)), 3)
  })

  test('of positions more than 150 s apart it is not known when the stops between were reached', () => {
    const progress = createTripProgress(timetable, run.trip)
    progress.advance(0, at(1) - 100)
    const step = progress.advance(151 * SECOND, at(3) + 10)
    expect(step).toMatchObject({ nextStopIndex: 4, arrivals: [] })
  })

  test('it never goes back for jitter, and a position far behind is left aside', () => {
    const progress = createTripProgress(timetable, run.trip)
    progress.advance(0, at(4))
    expect(progress.advance(30 * SECOND, at(4) - 60)?.distanceM).toBe(at(4))
    expect(progress.advance(60 * SECOND, at(4) - 400)).toBeUndefined()
    expect(progress.advance(90 * SECOND, at(4) + 50)?.distanceM).toBe(at(4) + 50)
  })

  test('several positions in turn that say it is elsewhere are right, unless progress must not go back', () => {
    const moving = createTripProgress(timetable, run.trip)
    const fixed = createTripProgress(timetable, run.trip, { restartAfter: Number.POSITIVE_INFINITY })
    for (const progress of [moving, fixed]) progress.advance(0, at(8))
    const steps = [1, 2, 3, 4].map((count) => moving.advance(count * 30 * SECOND, at(1) + count))
    expect(steps.map((step) => step?.nextStopIndex)).toEqual([undefined, undefined, undefined, 2])
    expect(steps[3]?.arrivals).toEqual([])
    for (const count of [1, 2, 3, 4, 5, 6]) {
      expect(fixed.advance(count * 30 * SECOND, at(1) + count)).toBeUndefined()
    }
  })

  test('a leap that no bus makes is left aside', () => {
    const progress = createTripProgress(timetable, run.trip)
    progress.advance(0, at(0))
    expect(progress.advance(10 * SECOND, at(8))).toBeUndefined()
  })

  test('a position that is not later is none, nor one beside the shape', () => {
    const progress = createTripProgress(timetable, run.trip)
    const { longitudes, latitudes, firstPoints } = timetable.shapes
    const point = firstPoints[timetable.trips.shapes[run.trip] ?? 0] ?? 0
    const [longitude = 0, latitude = 0] = [longitudes[point], latitudes[point]]
    expect(progress.observe(0, longitude, latitude + 0.0011)).toBeUndefined()
    expect(progress.observe(0, longitude, latitude)?.distanceM).toBeCloseTo(0, 0)
    expect(progress.observe(0, longitude, latitude)).toBeUndefined()
  })

  test('since when a vehicle stands is told, and it still stands when its receiver jitters', () => {
    const progress = createTripProgress(timetable, run.trip)
    progress.advance(0, at(2))
    progress.advance(30 * SECOND, at(2) + 12)
    expect(progress.advance(60 * SECOND, at(2) + 9)?.stillSince).toBe(0)
    expect(progress.advance(90 * SECOND, at(2) + 80)?.stillSince).toBe(90 * SECOND)
  })
})
