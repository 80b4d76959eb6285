import type { Alert, AlertEvent } from '../../model/alert.ts'
import { formatTime } from '../../model/time.ts'

export const TIME = Date.parse('2026-02-16T12:00:00Z')

/** The n-th event, of an alert of its own, n seconds after noon. */
export function createAlertEvent(
  n: number,
  changes: Partial<Omit<AlertEvent, 'alert'>> & { readonly alert?: Partial<Alert> } = {},
): AlertEvent {
  const time = TIME + n * 1000
  const { alert, ...event } = changes
  return {
    sequence: n,
    authority: 'alpha',
    type: 'raised',
    time,
    ...event,
    alert: {
      id: `alert-${n}`,
      condition: 'battery-low',
      severity: 'warning',
      kind: 'bin',
      device: `bin-${n}`,
      deviceName: null,
      longitude: null,
      latitude: null,
      summary: `The battery is at ${n} %`,
      detail: { batteryPercent: n },
      raisedTime: formatTime(time),
      clearedTime: null,
      acknowledgedTime: null,
      acknowledgedBy: null,
      note: null,
      ...alert,
    },
  }
}
