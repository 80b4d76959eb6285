import { describe, expect, test } from 'vitest'
import type { OutsideStop, OutsideUpdate } from '../../../transit/live/read-trip-updates.ts'
import { at, MINUTE, openTown, tripAt } from './drive.ts'

const TRIP = 'R1-weekday-10-0'

function stop(stopSequence: number | null, changes: Partial<OutsideStop> = {}): OutsideStop {
  return {
    stopSequence,
    stopId: null,
    arrivalTime: null,
    arrivalDelay: null,
    departureTime: null,
    departureDelay: null,
    uncertaintySeconds: null,
    relationship: 'SCHEDULED',
    ...changes,
  }
}

function hear(stops: readonly OutsideStop[], changes: Partial<OutsideUpdate> = {}, now = at('09:58')) {
  const { tracker } = openTown()
  const update: OutsideUpdate = {
    tripId: TRIP,
    startDate: null,
    startTime: null,
    isCanceled: false,
    vehicleId: null,
    vehicleLabel: null,
    time: now - 10_000,
    delay: null,
    stops,
    ...changes,
  }
  tracker.hear('vendor', [update, { ...update, tripId: 'unknown' }], now)
  const trip = tripAt(tracker, now, TRIP)
  const delays = trip?.stops.map(({ arrivalTime, aimedArrivalTime }) =>
    arrivalTime === null ? null : (arrivalTime - aimedArrivalTime) / MINUTE,
  )
  return { trip, delays }
}

const none = (count: number): null[] => Array(count).fill(null)

describe("another operator's update", () => {
  test('holds for the stops behind the one that it is told of, in whatever order it comes', () => {
    const { delays, trip } = hear([
      stop(8, { arrivalDelay: 5 * MINUTE }),
      stop(3, { arrivalDelay: 2 * MINUTE }),
    ])
    expect(delays).toEqual([...none(2), 2, 2, 2, 2, 2, 5, 5, 5, 5, 5])
    expect(trip?.stops.map(({ state }) => state)).toEqual([
      ...Array(2).fill('timetable'),
      ...Array(10).fill('live'),
    ])
  })

  test('of two for one stop the later one holds, and one for a stop that is not its own is laid where that is', () => {
    const twice = [stop(3, { arrivalDelay: MINUTE }), stop(3, { arrivalDelay: 3 * MINUTE })]
    expect(hear(twice).delays?.[2]).toBe(3)
    const elsewhere = [
      stop(2, { stopId: 'stop-5', arrivalTime: at('10:06') }),
      stop(null, { stopId: 'nowhere', arrivalDelay: 0 }),
    ]
    expect(hear(elsewhere).delays).toEqual([...none(4), ...Array(8).fill(2)])
  })

  test('has no time before the one before it', () => {
    const { trip } = hear([
      stop(2, { arrivalTime: at('10:10'), departureTime: at('10:09') }),
      stop(3, { arrivalTime: at('10:02') }),
    ])
    const times =
      trip?.stops.flatMap(({ arrivalTime, departureTime }) => [arrivalTime ?? 0, departureTime ?? 0]) ?? []
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(trip?.stops[2]?.arrivalTime).toBe(at('10:10'))
  })

  test('goes on past skipped stops, and ends at one without data', () => {
    const { delays, trip } = hear([
      stop(2, { departureDelay: 2 * MINUTE }),
      stop(4, { relationship: 'SKIPPED' }),
      stop(7, { relationship: 'NO_DATA' }),
      stop(10, { arrivalDelay: MINUTE }),
    ])
    expect(delays).toEqual([null, 2, 2, null, 2, 2, ...none(3), 1, 1, 1])
    expect(trip?.stops[3]?.isSkipped).toBe(true)
    expect(trip?.stops[6]?.state).toBe('noData')
  })

  test('of the whole trip holds where it tells of no stop, and a cancelled one has no times', () => {
    expect(hear([], { delay: 3 * MINUTE }).delays).toEqual(Array(12).fill(3))
    const { trip, delays } = hear([stop(2, { arrivalDelay: 0 })], { isCanceled: true })
    expect([trip?.relationship, trip?.stops[4]?.state]).toEqual(['CANCELED', 'cancelled'])
    expect(delays).toEqual(none(12))
  })

  test('that is older than 90 s is stale, and one of a date on which the trip does not run is none', () => {
    const now = at('09:58')
    expect(hear([stop(2, { arrivalDelay: 0 })], { time: now - 100_000 }).trip?.stops[5]?.state).toBe('stale')
    expect(hear([stop(2, { arrivalDelay: 0 })], { startDate: '20260215' }).trip?.observedTime).toBeNull()
  })
})
