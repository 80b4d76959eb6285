import type { Device } from '../../model/device.ts'
import { type LastValues, lastNumbers } from '../last-values.ts'
import { nameOf, type Outcome } from '../outcome.ts'

const LOW_PERCENT = 15
/** So much more, and it was charged or changed: what a warm day adds is less. */
const CHARGED_PERCENT = 10
const CHARGED_VOLTS_RATIO = 1.05

/** A battery that is low in two readings in a row, by its charge where it tells that, or else by its voltage. */
export function judgeBattery(device: Device, values: LastValues): Outcome {
  const { batteryLowPercent: low = LOW_PERCENT, batteryLowVolts } = device.settings
  const [percent, percentBefore] = lastNumbers(values, 'batteryPercent')
  if (percent !== undefined) {
    if (percent >= Math.min(100, low + CHARGED_PERCENT)) return 'well'
    if (percent > low || percentBefore === undefined || percentBefore > low) return 'unsure'
    return {
      severity: 'warning',
      summary: `The battery of ${nameOf(device)} is down to ${percent} %.`,
      detail: { batteryPercent: percent },
    }
  }
  const [volts, voltsBefore] = lastNumbers(values, 'batteryVolts')
  if (batteryLowVolts === undefined || volts === undefined) return 'unsure'
  if (volts >= batteryLowVolts * CHARGED_VOLTS_RATIO) return 'well'
  if (volts > batteryLowVolts || voltsBefore === undefined || voltsBefore > batteryLowVolts) return 'unsure'
  return {
    severity: 'warning',
    summary: `The battery of ${nameOf(device)} is down to ${volts} V.`,
    detail: { batteryVolts: volts },
  }
}
