import type { Clock } from '../../model/clock.ts'
import type { Registry } from '../../registry/registry.ts'
import { MINUTE_MS, type Observer } from './observer.ts'

/** What became of what was published. */
export function observeBalance({
  registry,
  clock,
  refreshBalance,
}: {
  readonly registry: Registry
  readonly clock: Clock
  readonly refreshBalance?: (() => Promise<void>) | undefined
}): Observer {
  return {
    subject: 'balance',
    everyMs: MINUTE_MS,
    async observe({ id }, time) {
      await refreshBalance?.()
      const { accepted, stored, quarantined, pending, lagSeconds } = await registry.getBalance(
        id,
        clock.now(),
      )
      const fields = { accepted, stored, quarantined, pending, lagSeconds }
      return [{ measurement: 'balance', time, tags: {}, fields }]
    },
  }
}
