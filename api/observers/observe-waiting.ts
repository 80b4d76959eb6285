import { REJECTION_REASONS } from '../../model/rejection.ts'
import type { Registry } from '../../registry/registry.ts'
import { MINUTE_MS, type Observer } from './observer.ts'

/** What waits in quarantine. Of every reason there is a row, so that one that is done with is seen to be so. */
export function observeWaiting({ registry }: { readonly registry: Registry }): Observer {
  return {
    subject: 'waiting',
    everyMs: MINUTE_MS,
    async observe({ id }, time) {
      const counts = await registry.countQuarantined(id)
      const countOf = new Map(counts.map(({ reason, count }) => [reason, count]))
      return REJECTION_REASONS.map((reason) => ({
        measurement: 'waiting',
        time,
        tags: { reason },
        fields: { readings: countOf.get(reason) ?? 0 },
      }))
    },
  }
}
