import type { AlertEvent } from '../../model/alert.ts'
import type { Observation } from '../../model/observation.ts'

/** What dashboards have of alerts: that they were raised and cleared. */
export function observeAlerts(events: readonly AlertEvent[]): Observation<'alert'>[] {
  return events.flatMap(({ type, alert, time }) => {
    if (type !== 'raised' && type !== 'cleared') return []
    const { condition, device, severity, summary } = alert
    const fields = { isRaised: type === 'raised' ? 1 : 0, severity, summary }
    return [{ measurement: 'alert', time, tags: { condition, device: device ?? '' }, fields }]
  })
}
