import type { TransitDesk } from '../parts.ts'
import { MINUTE_MS, type Observer } from './observer.ts'

/** What the predictions of the last hour came to. */
export function observeAccuracy({ transit }: { readonly transit: TransitDesk | undefined }): Observer {
  return {
    subject: 'accuracy',
    everyMs: MINUTE_MS,
    async observe({ id }, time) {
      const horizons = transit?.recentAccuracy(id) ?? []
      return horizons.map(({ fromMinutes, toMinutes, ...fields }) => ({
        measurement: 'accuracy',
        time,
        tags: { horizon: `${fromMinutes}-${toMinutes}` },
        fields,
      }))
    },
  }
}
