import { describe, expect, test } from 'vitest'
import { openFor, type RegistryHarness } from './harness.ts'

export function describeLeases(harness: RegistryHarness): void {
  describe('leases', () => {
    test('of many that ask at once one gets it, and each name is one of its own', async () => {
      const place = await harness.createPlace()
      const registries = [await openFor(place), await openFor(place)] as const
      const until = Date.now() + 60_000
      const got = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          registries[index % 2 ? 1 : 0].renewLease('transit:alpha', `owner-${index}`, until),
        ),
      )
      expect(got.filter((isOwner) => isOwner)).toHaveLength(1)
      expect(await registries[0].renewLease('transit:beta', 'another', until)).toBe(true)
    })

    test('its owner renews it, others get it when it has ended or is given back', async () => {
      const registry = await openFor(await harness.createPlace())
      const now = Date.now()
      expect(await registry.renewLease('signs', 'one', now + 60_000)).toBe(true)
      expect(await registry.renewLease('signs', 'two', now + 90_000)).toBe(false)
      expect(await registry.renewLease('signs', 'one', now + 120_000)).toBe(true)
      // Not its own to give back.
      await registry.releaseLease('signs', 'two')
      expect(await registry.renewLease('signs', 'two', now + 90_000)).toBe(false)
      await registry.releaseLease('signs', 'one')
      // It ends in the past: anybody may have it.
      expect(await registry.renewLease('signs', 'two', now - 1_000)).toBe(true)
      expect(await registry.renewLease('signs', 'one', now + 60_000)).toBe(true)
      expect(await registry.renewLease('signs', 'two', now + 60_000)).toBe(false)
    })
  })
}
