import type { Device } from '../../model/device.ts'
import { type LastValues, lastNumbers } from '../last-values.ts'
import { nameOf, type Outcome } from '../outcome.ts'

/** The sun does not heat a bin so far. One reading may be wrong, two in a row are believed. */
const HOT_C = 75
const COOL_C = 55

/** A bin that says it burns, or is so hot that it does. */
export function judgeFire(bin: Device, values: LastValues): Outcome {
  const alarm = values.get('fireAlarm')
  const [now, before] = lastNumbers(values, 'temperatureC')
  const temperature = now === undefined ? {} : { temperatureC: now }
  const atHeat = now === undefined ? '' : `, at ${now} °C`
  if (alarm?.value === true) {
    const summary = `${nameOf(bin)} reports a fire${atHeat}.`
    return { severity: 'critical', summary, detail: temperature }
  }
  if (now !== undefined && now >= HOT_C && (before ?? 0) >= HOT_C) {
    return {
      severity: 'critical',
      summary: `${nameOf(bin)} is ${now} °C hot: it may burn.`,
      detail: temperature,
    }
  }
  if (now !== undefined && now > COOL_C) return 'unsure'
  return alarm === undefined && now === undefined ? 'unsure' : 'well'
}
