import { createRunList } from '../../transit/feed/list-runs.ts'
import { planTrip } from '../../transit/feed/plan-trip.ts'
import type { Timetable } from '../../transit/timetable/timetable.ts'
import type { TransitSnapshot, TripPrediction } from '../../transit/trip-prediction.ts'

/** All trips that are under way, each with a bus that is some minutes late and never for two seconds the same. */
export function trackTown(timetable: Timetable, now: number): TransitSnapshot {
  const trips: TripPrediction[] = []
  const listRuns = createRunList(timetable, now, now)
  for (let trip = 0; trip < timetable.trips.count; trip += 1) {
    for (const run of listRuns(trip)) {
      const delayMs = (((trip * 7919) % 600) - 60) * 1000 + (now % 30_000)
      const planned = planTrip(timetable, run)
      trips.push({
        ...planned,
        vehicleId: `bus-${trip}`,
        observedTime: now - ((trip * 131) % 20_000),
        stops: planned.stops.map((stop) => {
          const departureTime = stop.aimedDepartureTime + delayMs
          return {
            ...stop,
            arrivalTime: departureTime - 20_000,
            departureTime,
            earliestTime: departureTime - 60_000,
            latestTime: departureTime + 120_000,
            uncertaintySeconds: 70,
            isPassed: departureTime <= now,
            state: 'live',
          }
        }),
      })
    }
  }
  return { version: timetable.version, time: now, trips, vehicles: [] }
}
