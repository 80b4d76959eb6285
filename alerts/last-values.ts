import type { FieldValue, Reading } from '../model/reading.ts'

/** The last two values of a field that a device told. Times are ms since 1970. */
export interface LastValue {
  readonly value: FieldValue
  readonly time: number
  readonly before: { readonly value: FieldValue; readonly time: number } | undefined
}

/** By field; a device may tell its fields in readings apart. */
export type LastValues = ReadonlyMap<string, LastValue>

const FIELDS = [
  'fillPercent',
  'temperatureC',
  'batteryPercent',
  'batteryVolts',
  'tiltDegrees',
  'fireAlarm',
  'state',
]

/** What comes late, from before what is known, changes nothing. */
export function takeValues(values: Map<string, LastValue>, { time, fields }: Reading): void {
  for (const field of FIELDS) {
    const value = fields[field]
    const known = values.get(field)
    if (value === undefined || (known && time <= known.time)) continue
    values.set(field, { value, time, before: known && { value: known.value, time: known.time } })
  }
}

/** The last two numbers of a field, the newest first; fewer where there are none. */
export function lastNumbers(values: LastValues, field: string): number[] {
  const last = values.get(field)
  return [last?.value, last?.before?.value].filter((value) => typeof value === 'number')
}
