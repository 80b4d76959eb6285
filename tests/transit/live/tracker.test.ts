import { describe, expect, test } from 'vitest'
import { at, DATE, drive, MINUTE, openTown, placeOf, sight, tripAt, vehicleAt } from './drive.ts'

describe('a vehicle that says its trip', () => {
  test('goes along it: stops are passed when they were, the next ones are predicted as late as it is', () => {
    const town = openTown()
    const tripId = 'R1-weekday-10-0'
    drive(town, {
      vehicle: 'a',
      tripId,
      from: at('10:00'),
      to: at('10:06:30'),
      delay: 2 * MINUTE,
      says: { tripId },
    })
    const now = at('10:06:40')
    expect(vehicleAt(town.tracker, now, 'a')).toMatchObject({
      tripId,
      routeId: 'R1',
      serviceDate: DATE,
      confidence: 1,
      label: 'Bus a',
      stopId: 'stop-6',
      stopSequence: 6,
      currentStatus: 'IN_TRANSIT_TO',
    })
    const trip = tripAt(town.tracker, now, tripId)
    expect(trip).toMatchObject({ vehicleId: 'a', relationship: 'SCHEDULED', observedTime: at('10:06:30') })
    expect(trip?.stops.map(({ isPassed }) => isPassed)).toEqual([
      ...Array(5).fill(true),
      ...Array(7).fill(false),
    ])
    expect(trip?.stops.every(({ state }) => state === 'live')).toBe(true)
    expect(trip?.stops[3]?.arrivalTime).toBeCloseTo(at('10:05'), -4)
    let before = 0
    for (const { arrivalTime, departureTime, aimedArrivalTime, isPassed } of trip?.stops ?? []) {
      expect(arrivalTime).toBeGreaterThanOrEqual(before)
      expect(departureTime).toBeGreaterThanOrEqual(arrivalTime ?? Number.NaN)
      before = departureTime ?? Number.NaN
      if (!isPassed) expect((arrivalTime ?? 0) - aimedArrivalTime).toBeGreaterThan(MINUTE)
    }
  })

  test('is live for 90 s, then stale, and after ten minutes nothing is known, which is said on a line that reports', () => {
    const town = openTown()
    const tripId = 'R1-weekday-10-0'
    drive(town, { vehicle: 'a', tripId, from: at('10:00'), to: at('10:03'), says: { tripId } })
    const stateAt = (now: number) => tripAt(town.tracker, now, tripId)?.stops.at(-1)
    expect(stateAt(at('10:04'))).toMatchObject({ state: 'live', arrivalTime: expect.any(Number) })
    expect(stateAt(at('10:05'))).toMatchObject({ state: 'stale', arrivalTime: expect.any(Number) })
    drive(town, { vehicle: 'a', tripId, from: at('10:05'), to: at('10:05'), says: { tripId } })
    expect(stateAt(at('10:10:30'))).toMatchObject({ state: 'stale' })
    // R2 has nobody who ever reported; the return trip of R1 begins at 10:30.
    expect(tripAt(town.tracker, at('10:04'), 'R2-weekday-10-0')?.stops[5]).toMatchObject({
      state: 'timetable',
      arrivalTime: null,
    })
    expect(tripAt(town.tracker, at('10:31'), 'R1-weekday-10-1')?.stops[5]).toMatchObject({
      state: 'noData',
      arrivalTime: null,
    })
  })

  test('of a date that is not told it is the day that fits, past midnight the one before', () => {
    const town = openTown()
    const tripId = 'R1-weekday-24-0'
    const times = { from: at('24:00'), to: at('24:04'), says: { tripId } }
    drive(town, { vehicle: 'night', tripId, ...times })
    expect(vehicleAt(town.tracker, at('24:04'), 'night')).toMatchObject({ tripId, serviceDate: DATE })
    expect(tripAt(town.tracker, at('24:04'), tripId)?.stops[11]?.aimedArrivalTime).toBe(at('24:11'))
  })

  test('that is unknown or does not run then, is matched as one that says none', () => {
    const town = openTown()
    const real = 'R1-weekday-10-0'
    for (const [index, tripId] of ['of-last-year', 'R1-weekend-10-0', 'R1-weekday-18-0'].entries()) {
      const vehicle = `bus-${index}`
      drive(openTown(), { vehicle, tripId: real, from: at('10:00'), to: at('10:03'), says: { tripId } })
      const fresh = openTown()
      drive(fresh, {
        vehicle,
        tripId: real,
        from: at('10:00'),
        to: at('10:04'),
        says: { tripId, routeId: 'R1' },
      })
      expect(vehicleAt(fresh.tracker, at('10:04'), vehicle).tripId).toBe(real)
    }
    expect(town.tracker.snapshot(at('10:00')).vehicles).toEqual([])
  })

  test('off its route it is a vehicle like others, and after two minutes it predicts nothing, until it is back', () => {
    const town = openTown()
    const tripId = 'R1-weekday-10-0'
    drive(town, { vehicle: 'a', tripId, from: at('10:00'), to: at('10:04'), says: { tripId } })
    const away = (time: number) => {
      const place = placeOf(town.timetable, tripId, time)
      town.tracker.see(sight('a', time, { ...place, latitude: place.latitude + 0.003, tripId }))
    }
    for (let time = at('10:04:15'); time <= at('10:05:30'); time += 15_000) away(time)
    expect(vehicleAt(town.tracker, at('10:05:30'), 'a')).toMatchObject({ tripId: null, confidence: 0 })
    expect(tripAt(town.tracker, at('10:05:30'), tripId)?.stops[11]?.arrivalTime).toBeGreaterThan(0)
    for (let time = at('10:05:45'); time <= at('10:07'); time += 15_000) away(time)
    expect(tripAt(town.tracker, at('10:07'), tripId)?.stops[11]).toMatchObject({
      state: 'noData',
      arrivalTime: null,
    })
    drive(town, { vehicle: 'a', tripId, from: at('10:07:15'), to: at('10:08'), says: { tripId } })
    expect(vehicleAt(town.tracker, at('10:08'), 'a')).toMatchObject({ tripId, confidence: 1 })
    expect(tripAt(town.tracker, at('10:08'), tripId)?.stops[11]?.state).toBe('live')
  })

  test('of two that say the same trip the one that is on it has it, and the other predicts nothing', () => {
    const town = openTown()
    const tripId = 'R1-weekday-10-0'
    // It says so from where the way back ends, an hour's drive of that trip away.
    const depot = placeOf(town.timetable, tripId, at('10:11'))
    for (let time = at('10:00'); time <= at('10:05'); time += 15_000) {
      town.tracker.see(sight('ghost', time, { ...depot, latitude: depot.latitude + 0.01, tripId }))
      town.tracker.see(sight('real', time + 1, { ...placeOf(town.timetable, tripId, time), tripId }))
    }
    expect(vehicleAt(town.tracker, at('10:05'), 'real').tripId).toBe(tripId)
    expect(vehicleAt(town.tracker, at('10:05'), 'ghost')).toMatchObject({ tripId: null, stopId: null })
    const trips = town.tracker.snapshot(at('10:05')).trips.filter((trip) => trip.tripId === tripId)
    expect(trips).toMatchObject([{ vehicleId: 'real' }])
  })

  test('when it has come to the end, its next trip by the block is predicted, also while it still says the old one', () => {
    const town = openTown()
    const [tripId, next] = ['R1-weekday-10-0', 'R1-weekday-10-1']
    drive(town, { vehicle: 'a', tripId, from: at('10:00'), to: at('10:09'), says: { tripId } })
    const early = tripAt(town.tracker, at('10:09'), next)
    expect(early?.stops[0]?.departureTime).toBeGreaterThanOrEqual(at('10:30'))
    drive(town, { vehicle: 'a', tripId, from: at('10:09:15'), to: at('10:20'), says: { tripId } })
    expect(vehicleAt(town.tracker, at('10:20'), 'a').tripId).toBeNull()
    expect(tripAt(town.tracker, at('10:20'), next)?.stops[5]).toMatchObject({ state: 'live' })
    expect(tripAt(town.tracker, at('10:20'), tripId)).toBeUndefined()
  })

  test('parked on its way with the engine on, it predicts nothing after a quarter of an hour', () => {
    const town = openTown()
    const tripId = 'R1-weekday-10-0'
    drive(town, { vehicle: 'a', tripId, from: at('10:00'), to: at('10:05'), says: { tripId } })
    const place = placeOf(town.timetable, tripId, at('10:05'))
    for (let time = at('10:05:15'); time <= at('10:22'); time += 15_000) {
      town.tracker.see(sight('a', time, { ...place, tripId }))
    }
    expect(tripAt(town.tracker, at('10:11'), tripId)?.stops[11]?.state).toBe('live')
    expect(tripAt(town.tracker, at('10:22'), tripId)).toBeUndefined()
    expect(vehicleAt(town.tracker, at('10:22'), 'a').tripId).toBeNull()
  })

  test('it may name it by route, date, direction and start, as Helsinki does', () => {
    const town = openTown()
    const says = { routeId: 'R1', startDate: DATE, startTime: '10:30:00', directionId: 1 }
    drive(town, { vehicle: 'a', tripId: 'R1-weekday-10-1', from: at('10:30'), to: at('10:31'), says })
    expect(vehicleAt(town.tracker, at('10:31'), 'a')).toMatchObject({
      tripId: 'R1-weekday-10-1',
      confidence: 1,
    })
  })
})

describe('a vehicle that says no trip', () => {
  test('is matched by its route when it was seen to move along it, and then stays with its trip', () => {
    const town = openTown()
    const tripId = 'R1-weekday-10-0'
    const says = { routeId: 'R1' }
    drive(town, { vehicle: 'a', tripId, from: at('09:55'), to: at('10:00'), says })
    expect(vehicleAt(town.tracker, at('10:00'), 'a').tripId).toBeNull()
    for (let minute = 2; minute <= 10; minute += 1) {
      const now = at(`10:${String(minute).padStart(2, '0')}`)
      drive(town, { vehicle: 'a', tripId, from: now - MINUTE + 15_000, to: now, says })
      const { confidence, ...vehicle } = vehicleAt(town.tracker, now, 'a')
      expect(vehicle.tripId).toBe(tripId)
      expect(confidence).toBeGreaterThan(0.6)
    }
    expect(tripAt(town.tracker, at('10:10'), tripId)?.vehicleId).toBe('a')
  })

  test('after its trip it is taken to go on with the next one of its block, and back the other way', () => {
    const town = openTown()
    const says = { routeId: 'R1' }
    drive(town, { vehicle: 'a', tripId: 'R1-weekday-10-0', from: at('10:00'), to: at('10:12'), says })
    drive(town, { vehicle: 'a', tripId: 'R1-weekday-10-1', from: at('10:12:15'), to: at('10:29'), says })
    expect(tripAt(town.tracker, at('10:29'), 'R1-weekday-10-1')?.stops[6]?.state).toBe('live')
    drive(town, { vehicle: 'a', tripId: 'R1-weekday-10-1', from: at('10:29:15'), to: at('10:34'), says })
    expect(vehicleAt(town.tracker, at('10:34'), 'a')).toMatchObject({
      tripId: 'R1-weekday-10-1',
      stopId: 'stop-8',
    })
  })

  test('where two lines share the street it is on neither until they part', () => {
    // Of R1 and R2, which begin together, the second ends at stop 6: one of the two goes on.
    const town = openTown()
    drive(town, { vehicle: 'a', tripId: 'R1-weekday-10-0', from: at('10:00'), to: at('10:04') })
    const { tripId, confidence } = vehicleAt(town.tracker, at('10:04'), 'a')
    expect([tripId === null, confidence <= 0.6]).toContain(true)
    drive(town, { vehicle: 'a', tripId: 'R1-weekday-10-0', from: at('10:04:15'), to: at('10:09') })
    expect(vehicleAt(town.tracker, at('10:09'), 'a').tripId).toBe('R1-weekday-10-0')
  })

  test('that stands beside a line with its engine on is no bus of that line, whatever passes', () => {
    const town = openTown()
    const depot = placeOf(town.timetable, 'R1-weekday-10-0', at('10:04'))
    for (let time = at('09:50'); time <= at('11:10'); time += 15_000) {
      const jitter = ((time / 15_000) % 3) * 0.00005
      town.tracker.see(sight('parked', time, { ...depot, latitude: depot.latitude + 0.0002 + jitter }))
      const { trips, vehicles } = town.tracker.snapshot(time)
      expect(vehicles[0]?.tripId).toBeNull()
      expect(trips.every(({ vehicleId, observedTime }) => vehicleId === null && observedTime === null)).toBe(
        true,
      )
    }
  })

  test('on another street it is shown, and predicts nothing', () => {
    const town = openTown()
    const tripId = 'R1-weekday-10-0'
    for (let time = at('10:00'); time <= at('10:10'); time += 15_000) {
      const { longitude, latitude } = placeOf(town.timetable, tripId, time)
      town.tracker.see(sight('a', time, { longitude, latitude: latitude + 0.0025, routeId: 'R1' }))
    }
    const { vehicles, trips } = town.tracker.snapshot(at('10:10'))
    expect(vehicles).toMatchObject([{ id: 'a', tripId: null, confidence: 0 }])
    expect(trips.some(({ observedTime }) => observedTime !== null)).toBe(false)
  })
})

describe('what stops tell', () => {
  test('a passage is an observation of its trip, though the bus itself tells nothing', () => {
    const town = openTown()
    const tripId = 'R1-weekday-10-0'
    const passage = {
      stopIds: ['stop-4'],
      vehicle: null,
      tripId,
      arrivalTime: at('10:05'),
      departureTime: at('10:05:20'),
    }
    expect(town.tracker.pass(passage)).toBe(true)
    const trip = tripAt(town.tracker, at('10:05:30'), tripId)
    expect(trip).toMatchObject({ vehicleId: null, observedTime: at('10:05:20') })
    expect(trip?.stops[3]).toMatchObject({
      isPassed: true,
      arrivalTime: at('10:05'),
      departureTime: at('10:05:20'),
    })
    expect(trip?.stops[4]?.arrivalTime).toBeGreaterThan(at('10:05:30'))
    expect(town.tracker.pass({ ...passage, tripId: 'none' })).toBe(false)
    expect(town.tracker.pass({ ...passage, stopIds: ['elsewhere'] })).toBe(false)
    expect(town.tracker.pass({ ...passage, arrivalTime: null, departureTime: null })).toBe(false)
  })

  test('one by its vehicle is of the trip that this is on', () => {
    const town = openTown()
    const tripId = 'R1-weekday-10-0'
    drive(town, { vehicle: 'a', tripId, from: at('10:00'), to: at('10:02:30'), says: { tripId } })
    const passage = {
      stopIds: ['stop-4'],
      vehicle: 'a',
      tripId: null,
      arrivalTime: at('10:03:10'),
      departureTime: null,
    }
    expect(town.tracker.pass(passage)).toBe(true)
    expect(tripAt(town.tracker, at('10:03:15'), tripId)?.stops[3]).toMatchObject({
      arrivalTime: at('10:03:10'),
      isPassed: false,
    })
    expect(town.tracker.pass({ ...passage, vehicle: 'nobody' })).toBe(false)
  })
})

test('predictions are judged by what comes of them, and only by what was live', () => {
  const town = openTown()
  const tripId = 'R1-weekday-10-0'
  for (let time = at('10:00'); time <= at('10:12'); time += 15_000) {
    drive(town, { vehicle: 'a', tripId, from: time, to: time, delay: MINUTE, says: { tripId } })
    town.tracker.snapshot(time + 1)
  }
  const counted = town.counters.list().filter(({ scheme }) => scheme === 'mbta')
  expect(counted.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(40)
  expect(counted.every(({ routeId, hour }) => routeId === 'R1' && hour === 10)).toBe(true)
})
