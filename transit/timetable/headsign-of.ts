import type { Timetable } from './timetable.ts'

/** What a vehicle shows at a stop of a trip: the stop's own, where it has one. */
export function headsignOf({ stopTimes, trips }: Timetable, stopTime: number, trip: number): string {
  const own = stopTimes.headsigns[stopTime] ?? -1
  return (own >= 0 ? stopTimes.headsignTexts[own] : undefined) ?? trips.headsigns[trip] ?? ''
}
