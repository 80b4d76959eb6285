import { expect, test } from 'vitest'
import { runKeyOf } from '../../../transit/feed/run-key.ts'
import { createVehicleEntities } from '../../../transit/feed/vehicle-positions.ts'
import { createTown, NOON, trackTrip, trackVehicle } from './live-town.ts'

test('a vehicle more than a mile from all lines of the town is left out', () => {
  const { timetable } = createTown()
  const { shapes, stops } = timetable
  const trip = trackTrip(timetable, { tripId: 'R1-weekday-12-0' })
  const trips = new Map([[runKeyOf(trip.tripId, trip.serviceDate, trip.startTime), trip]])
  const near = trackVehicle(timetable, trip)
  const latitudes = shapes.count > 0 ? shapes.latitudes : stops.latitudes
  const north = Math.max(...latitudes)
  // A mile is 0.01447 degrees of latitude.
  const vehicles = [
    near,
    { ...near, id: 'just within', latitude: north + 0.0143 },
    { ...near, id: 'too far', latitude: north + 0.0146 },
    { ...near, id: 'nowhere', latitude: 0, longitude: 0 },
  ]
  const ids = [...createVehicleEntities({ timetable, vehicles, trips, now: NOON, speed: 1 })].map(
    ({ id }) => id,
  )
  expect(ids).toEqual([near.id, 'just within'])
})
