import type { Device } from '../../model/device.ts'
import { nameOf, type Outcome, sayDuration } from '../outcome.ts'

export interface Silence {
  /** Since it was last heard, or could have been. */
  readonly silentSeconds: number
  /** After so long it counts as silent. */
  readonly limitSeconds: number
  /** How often it usually reports; undefined where that is not known yet. */
  readonly usualSeconds: number | undefined
}

/** A device of which nothing is heard for longer than is usual with it. */
export function judgeSilence(
  device: Device,
  { silentSeconds, limitSeconds, usualSeconds }: Silence,
): Outcome {
  if (silentSeconds < limitSeconds) return 'well'
  const usual = usualSeconds === undefined ? '' : `; it usually reports every ${sayDuration(usualSeconds)}`
  return {
    severity: 'warning',
    summary: `Nothing is heard of ${nameOf(device)} for ${sayDuration(silentSeconds)}${usual}.`,
    detail: {
      silentSeconds: Math.round(silentSeconds),
      limitSeconds: Math.round(limitSeconds),
      ...(usualSeconds !== undefined && { usualSeconds: Math.round(usualSeconds) }),
    },
  }
}
