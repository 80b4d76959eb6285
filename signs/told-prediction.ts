import type { Departure } from '../model/departure.ts'
import { isMonitored } from './t047/departure-content.ts'

/**
 * Signs show whole minutes, and vehicles say where they are each 10 to 30 s: a prediction moves by a few seconds with nearly
 * every one, or each second while a bus waits at its first stop. A quarter of a minute is what nobody at a stop sees, and
 * half of the 30 s that a departure may be off and still count as shown as it is.
 */
const MOVED_SECONDS = 15

/**
 * What of a departure a real-time message tells, '' where there is nothing to tell beside the timetable; `before`, what was
 * told, where it has not moved by 15 s, nor into another minute.
 */
export function tellPrediction(departure: Departure, before: string): string {
  if (departure.state === 'cancelled') return 'cancelled'
  if (!isMonitored(departure)) return ''
  const seconds = Math.floor(departure.expectedDepartureTime / 1_000)
  const told = timeTold(before) / 1_000
  const isSame =
    Math.abs(seconds - told) < MOVED_SECONDS && Math.floor(seconds / 60) === Math.floor(told / 60)
  return isSame ? before : String(seconds)
}

/** The departure as signs were told of it, so that one that comes later is told the same. */
export function asTold(departure: Departure, told: string): Departure {
  const expectedDepartureTime = timeTold(told)
  return Number.isNaN(expectedDepartureTime) || departure.expectedDepartureTime === expectedDepartureTime
    ? departure
    : { ...departure, expectedDepartureTime }
}

/** In ms since 1970; not a number where no time was told. */
function timeTold(told: string): number {
  return told === '' ? Number.NaN : Number(told) * 1_000
}
