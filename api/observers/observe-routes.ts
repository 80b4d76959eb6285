import type { Observation } from '../../model/observation.ts'
import type { TripPrediction } from '../../transit/trip-prediction.ts'
import type { TransitView } from '../transit-view.ts'
import { MINUTE_MS, type Observer } from './observer.ts'
import { delaySecondsOf, findNextStop, isUnderWay } from './trip-status.ts'

/** What passengers call late. */
const LATE_SECONDS = 300

/** What of each route's trips, of those that are to be under way, is on the road. */
export function observeRoutes({ view }: { readonly view: TransitView }): Observer {
  return {
    subject: 'route',
    everyMs: MINUTE_MS,
    async observe({ id }, time) {
      const moment = await view.findMoment(id)
      if (!moment) return []
      const due = moment.trips.filter((trip) => isUnderWay(trip, moment.time))
      return [...Map.groupBy(due, ({ routeId }) => routeId)].map(([route, trips]) => ({
        measurement: 'route',
        time,
        tags: { route },
        fields: countTrips(trips),
      }))
    },
  }
}

function countTrips(trips: readonly TripPrediction[]): Observation<'route'>['fields'] {
  const delays = trips.flatMap((trip) => {
    const isLive = findNextStop(trip)?.state === 'live'
    return (isLive ? delaySecondsOf(trip) : undefined) ?? []
  })
  return {
    due: trips.length,
    live: delays.length,
    missing: trips.filter((trip) => findNextStop(trip)?.state === 'noData').length,
    late: delays.filter((seconds) => seconds > LATE_SECONDS).length,
    meanDelaySeconds:
      delays.length === 0 ? undefined : delays.reduce((sum, delay) => sum + delay, 0) / delays.length,
  }
}
