import type { TownDevice } from '../../device-sim/list-town-devices.ts'
import type { RaisedAlert, SeenLevels } from './watched-town.ts'

const HOUR_MS = 3_600_000
/** Rounded it is 100 %. */
export const FULL_PERCENT = 99.5

/**
 * Whether there was something to an alert, in a town in which nobody has done any harm: a bin that does become full before its next
 * visit, or has been in the last hours; a battery and a display that say so themselves.
 */
export function isTrueAlarm(
  { alert, time, forecast }: RaisedAlert,
  device: TownDevice | undefined,
  seen: SeenLevels | undefined,
): boolean {
  if (!device) return false
  switch (alert.condition) {
    case 'bin-overflow':
      return forecast !== undefined && seen !== undefined && becomesFull(seen, time, forecast.nextVisitTime)
    case 'battery-low':
      return (alert.detail['batteryPercent'] ?? 100) <= 15
    case 'sign-dark':
      return [...device.readings({ from: time - 2 * HOUR_MS, to: time + 1 })].some(
        ({ payload }) => payload['state'] === 'dark',
      )
    default:
      return false
  }
}

function becomesFull({ times, levels }: SeenLevels, from: number, to: number): boolean {
  return times.some(
    (time, index) => time >= from - 2 * HOUR_MS && time <= to && (levels[index] as number) >= FULL_PERCENT,
  )
}
