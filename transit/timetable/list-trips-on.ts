import type { Timetable } from './timetable.ts'

/** The trips whose service runs on a date such as 20260216, in the order of the timetable. */
export function listTripsOn({ trips, services }: Timetable, date: string): number[] {
  const runs = Array.from({ length: services.count }, (_, service) => services.runsOn(service, date))
  const found: number[] = []
  for (let trip = 0; trip < trips.count; trip += 1) if (runs[trips.services[trip] ?? -1]) found.push(trip)
  return found
}
