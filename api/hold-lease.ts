import { randomUUID } from 'node:crypto'
import type { Clock } from '../model/clock.ts'
import type { Registry } from '../registry/registry.ts'

/** What one process at a time does: whether it is this one. */
export interface HeldLease {
  /** Renews it where it is time to. Where the registry is away it rejects, but holds what was renewed to its end. */
  hold(): Promise<boolean>
  /** Lets another process have it at once. Never rejects. */
  release(): Promise<void>
}

/** By the machine's clock: a process that has ended is followed by another so much later. */
const LEASE_MS = 10_000
const RENEW_MS = 2_000

export function createHeldLease(
  name: string,
  { registry, clock }: { readonly registry: Registry; readonly clock: Clock },
): HeldLease {
  const owner = randomUUID()
  let isHeld = false
  let askedAt = Number.NEGATIVE_INFINITY
  return {
    async hold() {
      if (performance.now() - askedAt < RENEW_MS) return isHeld
      const now = performance.now()
      try {
        isHeld = await registry.renewLease(name, owner, clock.now() + LEASE_MS * clock.speed)
      } catch (error) {
        if (!isHeld || now - askedAt >= LEASE_MS) throw error
        return true
      }
      askedAt = now
      return isHeld
    },
    async release() {
      if (isHeld) await registry.releaseLease(name, owner).catch(() => undefined)
      isHeld = false
    },
  }
}
