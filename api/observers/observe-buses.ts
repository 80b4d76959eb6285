import type { Observation } from '../../model/observation.ts'
import { runKeyOf } from '../../transit/feed/run-key.ts'
import type { TransitView } from '../transit-view.ts'
import { MINUTE_MS, type Observer } from './observer.ts'
import { delaySecondsOf } from './trip-status.ts'

/** Vehicles on a trip. */
export function observeBuses({ view }: { readonly view: TransitView }): Observer {
  return {
    subject: 'bus',
    everyMs: MINUTE_MS,
    async observe({ id }, time) {
      const moment = await view.findMoment(id)
      if (!moment) return []
      return moment.vehicles.flatMap((vehicle): Observation<'bus'>[] => {
        const { tripId, serviceDate, startTime, routeId, longitude, latitude } = vehicle
        if (tripId === null || serviceDate === null) return []
        const trip = moment.tripsByKey.get(runKeyOf(tripId, serviceDate, startTime))
        const delaySeconds = trip && delaySecondsOf(trip)
        return [
          {
            measurement: 'bus',
            time,
            tags: { vehicle: vehicle.id, route: routeId ?? '' },
            fields: { delaySeconds, latitude, longitude, trip: tripId },
          },
        ]
      })
    },
  }
}
