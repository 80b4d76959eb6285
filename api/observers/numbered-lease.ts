import type { Clock } from '../../model/clock.ts'
import type { Registry } from '../../registry/registry.ts'
import { createHeldLease, type HeldLease } from '../hold-lease.ts'

/** Processes of one command that are told apart. */
const NUMBERS_MAX = 64

/** One of some numbers, which no other process has: the lowest that is free, from 1. */
export interface NumberedLease extends HeldLease {
  /** Undefined before one is held. */
  number(): number | undefined
}

export function createNumberedLease(
  name: string,
  parts: { readonly registry: Registry; readonly clock: Clock },
): NumberedLease {
  let held: { readonly number: number; readonly lease: HeldLease } | undefined
  return {
    number: () => held?.number,
    async hold() {
      if (held && (await held.lease.hold())) return true
      held = undefined
      for (let number = 1; number <= NUMBERS_MAX; number += 1) {
        const lease = createHeldLease(`${name}/${number}`, parts)
        if (!(await lease.hold())) continue
        held = { number, lease }
        return true
      }
      return false
    },
    async release() {
      await held?.lease.release()
      held = undefined
    },
  }
}
