import { describe, expect, test } from 'vitest'
import type { Registry } from '../../../registry/registry.ts'
import { ACTOR, createAuthority, openFor, openWithAuthorities, type RegistryHarness } from './harness.ts'
import { createRound } from './sites.ts'

const NOW = Date.parse('2026-02-16T12:00:00Z')

function claim(registry: Registry, owner: string, now = NOW, stage: 'solve' | 'record' = 'solve') {
  return registry.claimRound({ owner, stage, now, until: now + 1_000 })
}

async function claimOnly(registry: Registry, owner: string, now?: number, stage?: 'solve' | 'record') {
  const claimed = await claim(registry, owner, now, stage)
  if (!claimed) throw new Error('there is something to be done')
  return claimed
}

export function describeRoundJobs(harness: RegistryHarness): void {
  describe('what is to be done for rounds', () => {
    test('of many that look at once one gets each round, the oldest first', async () => {
      const place = await harness.createPlace()
      const registries = [await openFor(place), await openFor(place)] as const
      await createAuthority(registries[0], 'alpha')
      for (const [index, id] of ['c', 'a', 'b'].entries()) {
        await registries[0].createRound('alpha', createRound(id, `2026-02-16T1${index}:00:00Z`))
      }
      const first = await claimOnly(registries[1], 'first')
      expect(first).toMatchObject({
        lease: { authority: 'alpha', id: 'c', owner: 'first', attempt: 1 },
        round: { id: 'c', status: 'solving' },
        isCancelled: false,
      })
      expect((await registries[0].getRound('alpha', 'c')).status).toBe('solving')
      const claimed = await Promise.all(
        Array.from({ length: 10 }, (_, index) => claim(registries[index % 2 ? 0 : 1], `owner-${index}`)),
      )
      const ids = claimed.flatMap((one) => (one ? [one.lease.id] : []))
      expect(ids.toSorted()).toEqual(['a', 'b'])
    })

    test('a lease that is renewed is kept, one that is not is taken over, and its owner hears of it', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const round = createRound('z', '2026-02-16T10:00:00Z')
      await registry.createRound('alpha', round)
      const { lease } = await claimOnly(registry, 'one')
      expect(await registry.renewRound(lease, { until: NOW + 5_000, progress: { cost: 7 } })).toEqual({
        isCancelled: false,
      })
      expect(await registry.listRoundJobs()).toEqual([
        { authority: 'alpha', id: 'z', isSolving: true, progress: { cost: 7 } },
      ])
      expect(await claim(registry, 'two', NOW + 4_999)).toBeUndefined()
      const second = await claimOnly(registry, 'two', NOW + 5_000)
      expect(second.lease).toEqual({ authority: 'alpha', id: 'z', owner: 'two', attempt: 2 })
      expect(await registry.renewRound(lease, { until: NOW + 9_000 })).toBeUndefined()
      expect(await registry.finishRound(lease, { ...round, status: 'done', cost: 1 })).toBe(false)
      expect(await registry.releaseRound(lease)).toBe(false)
      expect(await registry.getRound('alpha', 'z')).toEqual({ ...round, status: 'solving' })
      // The same process once more is another lease, too.
      const third = await claimOnly(registry, 'two', NOW + 6_000)
      expect(await registry.finishRound(second.lease, { ...round, status: 'done' })).toBe(false)
      // Past its time, but nobody has taken it.
      expect(await registry.finishRound(third.lease, { ...round, status: 'failed' })).toBe(true)
      expect((await registry.getRound('alpha', 'z')).status).toBe('failed')
      expect(await registry.listRoundJobs()).toEqual([])
    })

    test('one that is given back is queued again at once, and that attempt does not count', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      await registry.createRound('alpha', createRound('z', '2026-02-16T10:00:00Z'))
      const { lease } = await claimOnly(registry, 'one')
      expect(await registry.releaseRound(lease)).toBe(true)
      expect((await registry.getRound('alpha', 'z')).status).toBe('queued')
      expect((await claimOnly(registry, 'two')).lease.attempt).toBe(1)
    })

    test('a round that is done is to be recorded until it is, and anew after each revision', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const round = createRound('z', '2026-02-16T10:00:00Z')
      await registry.createRound('alpha', round)
      const { lease } = await claimOnly(registry, 'one')
      const done = { ...round, status: 'done', cost: 12 } as const
      expect(await registry.finishRound(lease, done)).toBe(true)
      expect(await claim(registry, 'one')).toBeUndefined()
      const recording = await claimOnly(registry, 'one', NOW, 'record')
      expect(recording.round).toEqual(done)
      expect(await claim(registry, 'two', NOW, 'record')).toBeUndefined()
      const revised = { ...done, cost: 13, revision: 1 }
      await registry.updateRound('alpha', revised)
      expect(await registry.completeRound(recording.lease)).toBe(false)
      const again = await claimOnly(registry, 'two', NOW, 'record')
      expect(again.round).toEqual(revised)
      expect(await registry.completeRound(again.lease)).toBe(true)
      expect(await claim(registry, 'two', NOW + 60_000, 'record')).toBeUndefined()
    })

    test('one that waits is cancelled at once, one that is being planned when its owner looks', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      await registry.createRound('alpha', createRound('a', '2026-02-16T10:00:00Z'))
      await registry.createRound('alpha', createRound('b', '2026-02-16T11:00:00Z'))
      const { lease } = await claimOnly(registry, 'one')
      expect(await registry.cancelRound('alpha', 'b', NOW)).toMatchObject({
        outcome: 'cancelled',
        round: { id: 'b', status: 'cancelled' },
      })
      expect((await registry.getRound('alpha', 'b')).status).toBe('cancelled')
      expect(await registry.cancelRound('alpha', 'b', NOW)).toMatchObject({ outcome: 'over' })
      expect(await registry.cancelRound('alpha', 'a', NOW)).toMatchObject({ outcome: 'asked' })
      expect(await registry.renewRound(lease, { until: NOW + 5_000 })).toEqual({ isCancelled: true })
      // Whoever takes it over hears of it, too.
      expect(await claimOnly(registry, 'two', NOW + 5_000)).toMatchObject({ isCancelled: true })
      await expect(registry.cancelRound('alpha', 'none', NOW)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    test('one too many of an authority is refused, and another has its own', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const limits = { unfinishedMax: 1 }
      await registry.createRound('alpha', createRound('a', '2026-02-16T10:00:00Z'), limits)
      await expect(
        registry.createRound('alpha', createRound('b', '2026-02-16T10:00:00Z'), limits),
      ).rejects.toMatchObject({ code: 'BUSY' })
      await registry.createRound('beta', createRound('b', '2026-02-16T10:00:00Z'), limits)
    })

    test('a round that was asked for of an earlier authority is not created in the one of its id', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const incarnation = await registry.getIncarnation('alpha')
      const round = createRound('a', '2026-02-16T10:00:00Z')
      await registry.createRound('alpha', round, { incarnation })
      const { lease } = await claimOnly(registry, 'one')
      await registry.deleteAuthority('alpha', ACTOR)
      await createAuthority(registry, 'alpha')
      await expect(
        registry.createRound('alpha', { ...round, id: 'b' }, { incarnation }),
      ).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await registry.renewRound(lease, { until: NOW + 5_000 })).toBeUndefined()
      expect(await registry.finishRound(lease, { ...round, status: 'done' })).toBe(false)
      expect((await registry.listRounds('alpha', { limit: 5 })).items).toEqual([])
      expect(await registry.listRoundJobs()).toEqual([])
      await expect(registry.getIncarnation('nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })
  })
}
