import type { AlertEvent } from '../model/alert.ts'
import type { Hook } from '../model/hook.ts'

export function wantsEvent({ events, conditions }: Hook, { type, alert }: AlertEvent): boolean {
  return events.includes(type) && (conditions === null || conditions.includes(alert.condition))
}
