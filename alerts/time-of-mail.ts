import type { AlertEvent } from '../model/alert.ts'

/** What comes within so long of the first event goes into one e-mail with it. */
const COLLECTED_MS = 15_000
/** Between two e-mails to one recipient; the shorter one where something critical was raised. */
const APART_MS = 300_000
const APART_CRITICAL_MS = 60_000

/** When the events that wait for a recipient, at least one, are to be sent in one e-mail, in ms since 1970. */
export function timeOfMail(events: readonly AlertEvent[], deliveredTime: number | null): number {
  const first = Math.min(...events.map(({ time }) => time))
  const isCritical = events.some(({ type, alert }) => type === 'raised' && alert.severity === 'critical')
  const apart = isCritical ? APART_CRITICAL_MS : APART_MS
  return Math.max(first + COLLECTED_MS, (deliveredTime ?? Number.NEGATIVE_INFINITY) + apart)
}
