import type { AlertEvent } from '../model/alert.ts'
import { formatTime } from '../model/time.ts'

export interface HookMessage {
  /** The same however often it is sent, and no other event's of any installation. */
  readonly id: string
  readonly body: string
}

/** An event as it is posted: `{type: "alert.raised", timestamp, authority, data: the alert as it was then}`. */
export function writeHookMessage({ sequence, authority, type, alert, time }: AlertEvent): HookMessage {
  const message = { type: `alert.${type}`, timestamp: formatTime(time), authority, data: alert }
  // The alert's id, since a registry that was put back from a copy counts its events from there again.
  return { id: `evt_${alert.id}_${sequence}`, body: JSON.stringify(message) }
}
