import type { Settings } from '../model/device.ts'
import type { FieldValue } from '../model/reading.ts'
import type { Rejection } from '../model/rejection.ts'

/** What a sensor reports that has 16 bits for the distance and heard nothing. */
const NO_ECHO_MM = 65_535

/**
 * Adds to a bin's fields the level that its distance is by its calibration, linear from empty (0) to full (100 per cent)
 * and clamped. A level that the device gave itself stays. Resolves what a sensor says when it heard no echo: it is
 * neither full nor empty.
 */
export function calibrate(fields: Record<string, FieldValue>, settings: Settings): Rejection | undefined {
  const distance = fields['distanceMm']
  if (typeof distance !== 'number') return undefined
  const maximum = settings.maximumDistanceMm ?? NO_ECHO_MM
  if (distance === 0 || distance >= maximum) {
    return {
      reason: 'no_echo',
      detail: `distanceMm: ${distance} means that the sensor heard no echo, above 0 and below ${maximum} is allowed`,
    }
  }
  if (fields['fillPercent'] !== undefined) return undefined
  const { emptyDistanceMm: empty, fullDistanceMm: full } = settings
  if (empty === undefined || full === undefined) {
    return {
      reason: 'not_calibrated',
      detail: `distanceMm: ${distance} is no level without the bin's settings emptyDistanceMm (${empty ?? 'not set'}) and fullDistanceMm (${full ?? 'not set'}), or fillPercent beside it`,
    }
  }
  const percent = Math.min(100, Math.max(0, ((empty - distance) / (empty - full)) * 100))
  // A ten-thousandth of a per cent is far below what a sensor resolves, and keeps 56.00000000000001 out.
  fields['fillPercent'] = Math.round(percent * 10_000) / 10_000
  return undefined
}
