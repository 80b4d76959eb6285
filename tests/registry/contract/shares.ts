import { describe, expect, test } from 'vitest'
import type { Share } from '../../../model/share.ts'
import type { Registry } from '../../../registry/registry.ts'
import { ACTOR, createAuthority, openWithAuthorities, type RegistryHarness } from './harness.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

function createShare(changes: Partial<Share> = {}): Parameters<Registry['createShare']>[1] {
  const now = Date.now()
  return {
    id: 'share-1',
    to: 'beta',
    dataset: { type: 'bins', deviceIds: ['bin-1', 'bin-2'] },
    purpose: 'plan',
    from: now - HOUR_MS,
    until: now + HOUR_MS,
    ...changes,
  }
}

const ACCESS = { use: 'readings', actor: 'key-1', target: 'bin-1', round: null, count: 3 } as const
const PAGE = { limit: 10 }

export function describeShares(harness: RegistryHarness): void {
  describe('shares', () => {
    test('one is seen by both sides and nobody else, changed, and withdrawn', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta', 'gamma')
      const share = createShare()
      const created = await registry.createShare('alpha', share, ACTOR)
      expect(created).toMatchObject({ ...share, granting: 'alpha', endedTime: null, endedBy: null })
      const granted = await registry.listShares('alpha', { direction: 'granted', ...PAGE })
      expect(granted).toEqual({ items: [created], next: null })
      expect(await registry.listShares('beta', { direction: 'received', ...PAGE })).toEqual(granted)
      for (const [authority, direction] of [
        ['alpha', 'received'],
        ['beta', 'granted'],
        ['gamma', 'granted'],
        ['gamma', 'received'],
      ] as const) {
        expect((await registry.listShares(authority, { direction, ...PAGE })).items).toEqual([])
      }
      for (const side of ['alpha', 'beta']) expect(await registry.getShare(side, 'share-1')).toEqual(created)
      expect(await registry.listUsableShares('beta')).toEqual([created])
      expect(await registry.listUsableShares('alpha')).toEqual([])

      const later = Date.now() + DAY_MS
      for (const attempt of [
        () => registry.getShare('gamma', 'share-1'),
        () => registry.getShare('alpha', 'share-2'),
        () => registry.updateShare('beta', 'share-1', later, ACTOR),
        () => registry.updateShare('gamma', 'share-1', later, ACTOR),
        () => registry.endShare('gamma', 'share-1', ACTOR),
        () => registry.recordShareAccess('share-2', ACCESS),
        () => registry.createShare('nobody', createShare({ id: 'other' }), ACTOR),
      ]) {
        await expect(attempt(), attempt.toString()).rejects.toMatchObject({ code: 'NOT_FOUND' })
      }
      expect(await registry.updateShare('alpha', 'share-1', later, ACTOR)).toEqual({
        ...created,
        until: later,
      })
      await registry.endShare('alpha', 'share-1', ACTOR)
      expect(await registry.listUsableShares('beta')).toEqual([])
      expect(await registry.getShare('beta', 'share-1')).toMatchObject({ endedBy: 'alpha' })
      for (const attempt of [
        () => registry.endShare('alpha', 'share-1', ACTOR),
        () => registry.endShare('beta', 'share-1', ACTOR),
        () => registry.updateShare('alpha', 'share-1', later, ACTOR),
      ]) {
        await expect(attempt(), attempt.toString()).rejects.toMatchObject({ code: 'CONFLICT' })
      }
    })

    test('each side has what was done in its audit, and of the other no more than which authority it was', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      await registry.createShare('alpha', createShare(), 'key-of-alpha')
      await registry.endShare('beta', 'share-1', 'key-of-beta')
      const entriesOf = async (authority: string) =>
        (await registry.listAudit(authority, { limit: 100 })).items
          .filter(({ target }) => target === 'share-1')
          .map(({ action, actor }) => [action, actor])
      expect(await entriesOf('alpha')).toEqual([
        ['share.create', 'key-of-alpha'],
        ['share.decline', 'beta'],
      ])
      expect(await entriesOf('beta')).toEqual([
        ['share.create', 'alpha'],
        ['share.decline', 'key-of-beta'],
      ])
    })

    test('what is granted to nobody, or to an earlier authority of an id, no later one finds', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      await registry.createShare('alpha', createShare({ id: 'early', to: 'gamma' }), ACTOR)
      await registry.createShare('alpha', createShare({ id: 'late' }), ACTOR)
      await createAuthority(registry, 'gamma')
      await registry.deleteAuthority('beta', ACTOR)
      await createAuthority(registry, 'beta')
      for (const [authority, id] of [
        ['gamma', 'early'],
        ['beta', 'late'],
      ] as const) {
        await expect(registry.getShare(authority, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
        await expect(registry.endShare(authority, id, ACTOR)).rejects.toMatchObject({ code: 'NOT_FOUND' })
        expect((await registry.listShares(authority, { direction: 'received', ...PAGE })).items).toEqual([])
        expect(await registry.listUsableShares(authority)).toEqual([])
        await registry.endShare('alpha', id, ACTOR)
        const { items } = await registry.listAudit(authority, { limit: 100 })
        expect(items.filter(({ action, target }) => action === 'share.withdraw' && target === id)).toEqual([])
      }
      await registry.deleteAuthority('alpha', ACTOR)
      await expect(registry.getShare('alpha', 'early')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    test('accesses are kept while it may be used, and are listed newest first', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      await registry.createShare('alpha', createShare(), ACTOR)
      await registry.recordShareAccess('share-1', ACCESS)
      const plan = { use: 'plan', actor: 'planning', target: null, round: 'r-1', count: 2 } as const
      await registry.recordShareAccess('share-1', plan)
      const { items } = await registry.listShareAccesses('share-1', PAGE)
      expect(items).toEqual([
        { number: 2, time: expect.any(Number), ...plan },
        { number: 1, time: expect.any(Number), ...ACCESS },
      ])
      expect(await registry.listShareAccesses('share-1', { limit: 1 })).toMatchObject({ next: '2' })
      const rest = await registry.listShareAccesses('share-1', { limit: 1, after: '2' })
      expect(rest).toEqual({ items: [items[1]], next: null })

      const now = Date.now()
      await registry.createShare('alpha', createShare({ id: 'next', from: now + HOUR_MS }), ACTOR)
      await registry.createShare('alpha', createShare({ id: 'past', until: now - 1 }), ACTOR)
      await registry.endShare('alpha', 'share-1', ACTOR)
      for (const id of ['share-1', 'next', 'past']) {
        await expect(registry.recordShareAccess(id, ACCESS)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      }
      expect((await registry.listShareAccesses('share-1', PAGE)).items).toHaveLength(2)
      const limits = { quarantinedBefore: 0, quarantinedMax: 10, quarantinedBytesMax: 10 }
      await registry.trim({ now: Date.now() + 91 * DAY_MS, ...limits })
      expect((await registry.listShareAccesses('share-1', PAGE)).items).toHaveLength(2)
      await registry.trim({ now: Date.now() + 93 * DAY_MS, ...limits })
      expect((await registry.listShares('alpha', { direction: 'granted', ...PAGE })).items).toEqual([])
    })

    test('200 are granted at most, besides those that are over', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      await registry.createShare('alpha', createShare({ id: 'over', until: Date.now() - 1 }), ACTOR)
      for (let index = 0; index < 200; index += 1) {
        await registry.createShare('alpha', createShare({ id: `share-${index}` }), ACTOR)
      }
      const onceMore = () => registry.createShare('alpha', createShare({ id: 'more' }), ACTOR)
      await expect(onceMore()).rejects.toMatchObject({ code: 'CONFLICT' })
      const prolonged = () => registry.updateShare('alpha', 'over', Date.now() + HOUR_MS, ACTOR)
      await expect(prolonged()).rejects.toMatchObject({ code: 'CONFLICT' })
      await registry.endShare('alpha', 'share-0', ACTOR)
      await onceMore()
    })
  })
}
