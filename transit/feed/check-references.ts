import type { ServiceAlert } from '../../model/service-alert.ts'
import type { ServiceChange } from '../../model/service-change.ts'
import type { Timetable } from '../timetable/timetable.ts'

interface Fault {
  readonly path: string
  readonly message: string
}

/** What an alert names that the timetable has not. */
export function checkAlertReferences(timetable: Timetable, { informedEntities }: ServiceAlert): Fault[] {
  return informedEntities.flatMap(({ routeId, tripId, stopId }, index) => {
    const at = `informedEntities.${index}`
    return [
      ...check(timetable.routes, 'route', routeId, `${at}.routeId`),
      ...check(timetable.trips, 'trip', tripId, `${at}.tripId`),
      ...check(timetable.stops, 'stop', stopId, `${at}.stopId`),
    ]
  })
}

/** What a change of service names that the timetable has not, or has where it must not. */
export function checkChangeReferences(timetable: Timetable, change: ServiceChange): Fault[] {
  const { trips, routes, stops } = timetable
  const faults = check(routes, 'route', change.routeId, 'routeId')
  switch (change.type) {
    case 'cancellation':
      return [...faults, ...check(trips, 'trip', change.tripId, 'tripId')]
    case 'skipped-stops':
      return [
        ...faults,
        ...check(trips, 'trip', change.tripId, 'tripId'),
        ...change.stopIds.flatMap((stopId, index) => check(stops, 'stop', stopId, `stopIds.${index}`)),
      ]
    case 'detour':
      return [
        ...faults,
        ...check(trips, 'trip', change.tripId, 'tripId'),
        ...change.stops.flatMap(({ stopId, replacementStopId }, index) => [
          ...check(stops, 'stop', stopId, `stops.${index}.stopId`),
          ...check(stops, 'stop', replacementStopId, `stops.${index}.replacementStopId`),
          ...checkIsStop(timetable, replacementStopId, `stops.${index}.replacementStopId`),
        ]),
      ]
    case 'added-trip':
      if (trips.indexOf.has(change.tripId)) {
        faults.push({ path: 'tripId', message: `${change.tripId} is a trip of the timetable already` })
      }
      return [
        ...faults,
        ...check(trips, 'trip', change.likeTripId, 'likeTripId'),
        ...change.stops.flatMap(({ stopId }, index) => check(stops, 'stop', stopId, `stops.${index}.stopId`)),
      ]
  }
}

/** A station stands for all of its stops where they are not served, but vehicles call at one of them. */
function checkIsStop({ stops }: Timetable, id: string | null, path: string): Fault[] {
  const stop = id === null ? undefined : stops.indexOf.get(id)
  if (stop === undefined || stops.locationTypes[stop] === 0) return []
  return [{ path, message: `${id} is no stop where vehicles call, but a station or a part of one` }]
}

function check(
  table: { readonly indexOf: ReadonlyMap<string, number> },
  noun: string,
  id: string | null | undefined,
  path: string,
): Fault[] {
  if (id === null || id === undefined || table.indexOf.has(id)) return []
  return [{ path, message: `there is no ${noun} ${id} in the timetable` }]
}
