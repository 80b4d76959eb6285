import type { transit_realtime } from 'gtfs-realtime-bindings'
import type { Timetable } from '../timetable/timetable.ts'
import type { QualityContext } from './quality-context.ts'

export function checkAlert(
  { findings, timetable }: QualityContext,
  { informedEntity }: transit_realtime.IAlert,
  of: string,
): void {
  if (!informedEntity?.length) {
    findings.note('E032', of)
    return
  }
  for (const selector of informedEntity) {
    const { agencyId, routeId, routeType, stopId, trip } = selector
    const tripId = trip?.tripId
    const isEmpty = !agencyId && !routeId && routeType == null && !stopId && !tripId && !trip?.routeId
    if (isEmpty) findings.note('E033', of)
    if (!timetable) continue
    if (agencyId && !timetable.agencies.ids.includes(agencyId)) findings.note('E034', `${of}: ${agencyId}`)
    if (stopId && !timetable.stops.indexOf.has(stopId)) findings.note('E011', `${of}: ${stopId}`)
    for (const id of [routeId, trip?.routeId]) {
      if (id && !timetable.routes.indexOf.has(id)) findings.note('E004', `${of}: ${id}`)
    }
    if (!tripId) continue
    const route = routeOf(timetable, tripId)
    if (route === undefined) findings.note('E003', `${of}: ${tripId}`)
    else if ([routeId, trip?.routeId].some((id) => id && id !== route))
      findings.note('E035', `${of}: ${tripId}`)
  }
}

function routeOf({ trips, routes }: Timetable, tripId: string): string | undefined {
  const index = trips.indexOf.get(tripId)
  return index === undefined ? undefined : routes.ids[trips.routes[index] ?? -1]
}
