import { describe, expect, test } from 'vitest'
import type { Round } from '../../../model/round.ts'
import { type Depot, lorrySchema, tipSchema } from '../../../model/site.ts'
import { ACTOR, createAuthority, openFor, openWithAuthorities, type RegistryHarness } from './harness.ts'

export function createDepot(id: string): Depot {
  return { id, name: `Depot ${id}`, longitude: 144.58, latitude: -37.9 }
}

export function createRound(id: string, createdTime: string, changes: Partial<Round> = {}): Round {
  return {
    id,
    status: 'queued',
    error: null,
    request: { date: '2026-02-16' },
    createdTime,
    revision: 0,
    estimated: true,
    attribution: null,
    cost: 0,
    distanceM: 0,
    durationSeconds: 0,
    lorries: [],
    left: [],
    ...changes,
  }
}

export function describeSites(harness: RegistryHarness): void {
  describe('sites and rounds', () => {
    test('depots, tips and lorries are kept as they are given, each kind for itself', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const tip = tipSchema.parse({ id: 'one', name: 'Tip\u0000', longitude: 1.123456789012345, latitude: 2 })
      const lorry = lorrySchema.parse({ id: 'one', name: 'Lorry', depotId: 'one' })
      await registry.createSite('alpha', 'depots', createDepot('one'), ACTOR)
      await registry.createSite('alpha', 'tips', tip, ACTOR)
      await registry.createSite('alpha', 'lorries', lorry, ACTOR)
      expect(await registry.getSite('alpha', 'depots', 'one')).toEqual(createDepot('one'))
      expect(await registry.getSite('alpha', 'tips', 'one')).toEqual(tip)
      expect(await registry.getSite('alpha', 'lorries', 'one')).toEqual(lorry)

      await expect(registry.createSite('alpha', 'lorries', lorry, ACTOR)).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
        message: expect.stringContaining('lorry "one"'),
      })
      await registry.updateSite('alpha', 'lorries', { ...lorry, name: 'Truck' }, ACTOR)
      expect((await registry.getSite('alpha', 'lorries', 'one')).name).toBe('Truck')
      await registry.deleteSite('alpha', 'lorries', 'one', ACTOR)
      const missing = { code: 'NOT_FOUND', message: expect.stringContaining('lorry "one"') }
      await expect(registry.getSite('alpha', 'lorries', 'one')).rejects.toMatchObject(missing)
      await expect(registry.updateSite('alpha', 'lorries', lorry, ACTOR)).rejects.toMatchObject(missing)
      await expect(registry.deleteSite('alpha', 'lorries', 'one', ACTOR)).rejects.toMatchObject(missing)
      expect((await registry.listSites('alpha', 'depots', { limit: 5 })).items).toHaveLength(1)

      const { items } = await registry.listAudit('alpha', { limit: 100 })
      expect(items.map(({ action }) => action).slice(1)).toEqual([
        'depot.create',
        'tip.create',
        'lorry.create',
        'lorry.update',
        'lorry.delete',
      ])
    })

    test('a lorry and its depot stay together, also where both change at once', async () => {
      const place = await harness.createPlace()
      const [one, two] = [await openFor(place), await openFor(place)]
      await createAuthority(one, 'alpha')
      const lorry = lorrySchema.parse({ id: 'lorry', name: 'Lorry', depotId: 'yard' })
      const missing = {
        code: 'INVALID_REQUEST',
        faults: [{ path: 'depotId', message: 'there is no depot yard' }],
      }
      await expect(one.createSite('alpha', 'lorries', lorry, ACTOR)).rejects.toMatchObject(missing)
      await one.createSite('alpha', 'depots', createDepot('yard'), ACTOR)
      await one.createSite('alpha', 'lorries', lorry, ACTOR)
      await expect(
        one.updateSite('alpha', 'lorries', { ...lorry, depotId: 'moon' }, ACTOR),
      ).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
      await expect(one.deleteSite('alpha', 'depots', 'yard', ACTOR)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('lorry'),
      })
      await one.deleteSite('alpha', 'lorries', 'lorry', ACTOR)
      for (let round = 0; round < 10; round++) {
        await Promise.allSettled([
          one.createSite('alpha', 'lorries', lorry, ACTOR),
          two.deleteSite('alpha', 'depots', 'yard', ACTOR),
        ])
        const depots = (await one.listSites('alpha', 'depots', { limit: 1 })).items.length
        const lorries = (await one.listSites('alpha', 'lorries', { limit: 1 })).items.length
        expect(lorries, `round ${round}`).toBeLessThanOrEqual(depots)
        if (lorries === 1) await one.deleteSite('alpha', 'lorries', 'lorry', ACTOR)
        if (depots === 0) await one.createSite('alpha', 'depots', createDepot('yard'), ACTOR)
      }
    })

    test('are listed by pages in the order of their ids', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      for (const id of ['c', 'a', 'b']) await registry.createSite('alpha', 'depots', createDepot(id), ACTOR)
      const first = await registry.listSites('alpha', 'depots', { limit: 2 })
      expect([first.items.map(({ id }) => id), first.next]).toEqual([['a', 'b'], 'b'])
      const second = await registry.listSites('alpha', 'depots', { limit: 2, after: 'b' })
      expect([second.items.map(({ id }) => id), second.next]).toEqual([['c'], null])
    })

    test('rounds are kept, replaced, and listed by pages with the newest first', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      await registry.createRound('alpha', createRound('z', '2026-02-16T10:00:00Z'))
      await registry.createRound('alpha', createRound('a', '2026-02-16T11:00:00Z'))
      await registry.createRound('alpha', createRound('b', '2026-02-16T11:00:00Z'))
      const done = createRound('z', '2026-02-16T10:00:00Z', { status: 'done', cost: 12.5, revision: 1 })
      await registry.updateRound('alpha', done)
      await expect(registry.updateRound('alpha', done)).rejects.toMatchObject({ code: 'CONFLICT' })
      expect(await registry.getRound('alpha', 'z')).toEqual(done)
      const first = await registry.listRounds('alpha', { limit: 2 })
      expect(first.items.map(({ id }) => id)).toEqual(['b', 'a'])
      const second = await registry.listRounds('alpha', { limit: 2, after: first.next ?? '' })
      expect([second.items.map(({ id }) => id), second.next]).toEqual([['z'], null])
      await expect(registry.getRound('alpha', 'y')).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(registry.createRound('alpha', done)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
      await expect(registry.createRound('nowhere', done)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    test('a list of rounds goes on after a place whose round is gone, and after nothing that is none', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      for (const [authority, id, hour] of [
        ['beta', 'gone', 11],
        ['beta', 'newer', 12],
        ['alpha', 'older', 10],
        ['alpha', 'newer', 12],
      ] as const) {
        await registry.createRound(authority, createRound(id, `2026-02-16T${hour}:00:00Z`))
      }
      const { next } = await registry.listRounds('beta', { limit: 1 })
      const after = next?.replace('newer', 'gone') ?? ''
      const { items } = await registry.listRounds('alpha', { limit: 10, after })
      expect(items.map(({ id }) => id)).toEqual(['older'])
      for (const wrong of ['gone', '.', '12.', 'x.gone']) {
        await expect(registry.listRounds('alpha', { limit: 10, after: wrong })).rejects.toMatchObject({
          code: 'INVALID_REQUEST',
          faults: [{ path: 'after', message: expect.any(String) }],
        })
      }
    })

    test('a round that ends after its authority was deleted is not in the next one of that id', async () => {
      const place = await harness.createPlace()
      const [one, two] = [await openFor(place), await openFor(place)]
      await createAuthority(one, 'alpha')
      const round = createRound('z', '2026-02-16T10:00:00Z')
      await one.createRound('alpha', round)
      await two.deleteAuthority('alpha', ACTOR)
      const late = { ...round, status: 'done', revision: 1 } as const
      await expect(one.updateRound('alpha', late)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await createAuthority(two, 'alpha')
      await expect(one.updateRound('alpha', late)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect((await one.listRounds('alpha', { limit: 10 })).items).toEqual([])
    })
  })
}
