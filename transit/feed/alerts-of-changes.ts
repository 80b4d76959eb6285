import type { AlertEffect, ServiceAlert } from '../../model/service-alert.ts'
import type { ServiceChange } from '../../model/service-change.ts'
import { formatTime } from '../../model/time.ts'
import { serviceDayStart, shiftServiceDate } from '../timetable/service-day-start.ts'
import type { Timetable } from '../timetable/timetable.ts'

const EFFECTS = {
  cancellation: 'NO_SERVICE',
  'skipped-stops': 'MODIFIED_SERVICE',
  detour: 'DETOUR',
  'added-trip': 'ADDITIONAL_SERVICE',
} as const satisfies Record<ServiceChange['type'], AlertEffect>

/** Changes that have a text for passengers, as alerts of the same period. */
export function alertsOfChanges(changes: readonly ServiceChange[], timetable: Timetable): ServiceAlert[] {
  return changes.flatMap((change): ServiceAlert[] => {
    if (change.header === null) return []
    return [
      {
        id: `change-${change.id}`,
        cause: 'UNKNOWN_CAUSE',
        effect: EFFECTS[change.type],
        severity: 'UNKNOWN_SEVERITY',
        header: change.header,
        description: null,
        url: null,
        activePeriods: change.period ? [change.period] : periodsOf(change.serviceDates, timetable.timeZone),
        informedEntities: entitiesOf(change, timetable),
      },
    ]
  })
}

function periodsOf(dates: readonly string[], timeZone: string): ServiceAlert['activePeriods'] {
  return dates.map((date) => ({
    start: formatTime(serviceDayStart(timeZone, date)),
    // The day's last trips run into the morning after.
    end: formatTime(serviceDayStart(timeZone, shiftServiceDate(date, 1)) + 6 * 3_600_000),
  }))
}

function entitiesOf(change: ServiceChange, { trips, routes }: Timetable): ServiceAlert['informedEntities'] {
  if (change.type === 'added-trip') {
    const like = trips.indexOf.get(change.likeTripId ?? '')
    const likeRoute = like === undefined ? undefined : routes.ids[trips.routes[like] as number]
    return [{ routeId: change.routeId ?? likeRoute ?? '' }]
  }
  const trip = {
    ...(change.routeId !== null && { routeId: change.routeId }),
    ...(change.tripId !== null && { tripId: change.tripId }),
  }
  if (change.type === 'cancellation') return [trip]
  const stopIds = change.type === 'detour' ? change.stops.map(({ stopId }) => stopId) : change.stopIds
  return stopIds.map((stopId) => ({ ...trip, stopId }))
}
