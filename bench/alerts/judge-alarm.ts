import type { TownDevice } from '../../device-sim/list-town-devices.ts'
import type { RaisedAlert } from './watched-town.ts'

const HOUR_MS = 3_600_000
/** Rounded it is 100 %. */
const FULL_PERCENT = 99.5

/**
 * Whether there was something to an alert, in a town in which nobody has done any harm: a bin that does become full before its next
 * visit, or has been in the last hours; a battery and a display that say so themselves.
 */
export function isTrueAlarm({ alert, time, forecast }: RaisedAlert, device: TownDevice | undefined): boolean {
  if (!device) return false
  switch (alert.condition) {
    case 'bin-overflow':
      return forecast !== undefined && becomesFull(device, time, forecast.nextVisitTime)
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

function becomesFull({ readings, toRegister }: TownDevice, from: number, to: number): boolean {
  const { emptyDistanceMm, fullDistanceMm } = (toRegister.settings ?? {}) as Record<
    string,
    number | undefined
  >
  for (const { payload } of readings({ from: from - 2 * HOUR_MS, to })) {
    const { fillPercent, distanceMm } = payload
    const level =
      typeof distanceMm === 'number' && emptyDistanceMm !== undefined && fullDistanceMm !== undefined
        ? (100 * (emptyDistanceMm - distanceMm)) / (emptyDistanceMm - fullDistanceMm)
        : Number(fillPercent)
    if (level >= FULL_PERCENT) return true
  }
  return false
}
