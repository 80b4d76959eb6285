import type { Kind } from '../../model/device.ts'
import { KerbsideError } from '../../model/error.ts'
import type { Payload } from '../client/pack-payloads.ts'
import type { DeviceToRegister } from '../client/register-devices.ts'

/** A reading of a recording. `payload` is what the device publishes. */
export interface RecordedReading {
  readonly kind: Kind
  readonly device: string
  /** When it was measured, in ms since 1970. */
  readonly time: number
  /** When the device would have sent it: a counter's only at the end of its interval. In ms since 1970. */
  readonly sentTime: number
  readonly payload: Payload
}

/** What a format's reader finds, before it is put in order. */
export interface RecordedRows {
  readonly timeZone: string
  readonly devices: readonly DeviceToRegister[]
  readonly readings: readonly RecordedReading[]
}

/** A recording is held in memory to be put in order, so its length has a limit. */
export const RECORDED_READINGS_MAX = 5_000_000

export function tooLong(file: string): KerbsideError {
  return new KerbsideError(
    'INVALID_FILE',
    `${file} has more than ${RECORDED_READINGS_MAX} rows, which is the limit`,
  )
}
