import { describe, expect, test } from 'vitest'
import type { Connection } from '../../../model/connection.ts'
import { ACTOR, openWithAuthorities, type RegistryHarness } from './harness.ts'

const FEED = {
  id: 'bus-company',
  type: 'gtfs-realtime',
  url: 'https://feeds.example/positions.pb',
  intervalSeconds: 20,
} as const satisfies Connection
const STATE = { triedTime: 5, succeededTime: 4, problem: 'no answer', vehicles: 3, trips: 0 }

export function describeConnections(harness: RegistryHarness): void {
  describe('connections to other systems', () => {
    test('one is created, changed and deleted, its credentials stay unless they are given', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const sealed = Uint8Array.of(1, 2, 0, 255)
      await registry.createConnection('alpha', FEED, sealed, ACTOR)
      await expect(registry.createConnection('alpha', FEED, null, ACTOR)).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
      })
      const before = await registry.getConnection('alpha', FEED.id)
      expect(before).toMatchObject({ authority: 'alpha', connection: FEED, sealed, state: null })
      await registry.updateConnection('alpha', { ...FEED, intervalSeconds: 60 }, undefined, ACTOR)
      const after = await registry.getConnection('alpha', FEED.id)
      expect(after).toMatchObject({ connection: { intervalSeconds: 60 }, sealed })
      expect(after.version > before.version).toBe(true)
      await registry.updateConnection('alpha', FEED, null, ACTOR)
      await registry.createConnection('beta', FEED, null, ACTOR)
      expect((await registry.listConnections('alpha', { limit: 5 })).items).toMatchObject([{ sealed: null }])
      expect(await registry.listAllConnections()).toMatchObject([
        { authority: 'alpha' },
        { authority: 'beta' },
      ])
      const actions = (await registry.listAudit('alpha', { limit: 10 })).items.map(({ action }) => action)
      expect(actions).toEqual(expect.arrayContaining(['connection.create', 'connection.update']))
      await registry.deleteConnection('alpha', FEED.id, ACTOR)
      for (const attempt of [
        () => registry.getConnection('alpha', FEED.id),
        () => registry.updateConnection('alpha', FEED, null, ACTOR),
        () => registry.deleteConnection('alpha', FEED.id, ACTOR),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' })
      }
      await registry.deleteAuthority('beta', ACTOR)
      expect(await registry.listAllConnections()).toEqual([])
    })

    test('how it fares is told without a new version, and its last message is there for others', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      await registry.createConnection('alpha', FEED, null, ACTOR)
      const { version } = await registry.getConnection('alpha', FEED.id)
      await registry.reportConnection('alpha', FEED.id, { state: STATE })
      expect(await registry.listConnectionFeeds('alpha', 0)).toEqual([])
      const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256)
      await registry.reportConnection('alpha', FEED.id, { state: STATE, feed: { bytes, receivedTime: 10 } })
      expect(await registry.getConnection('alpha', FEED.id)).toMatchObject({ version, state: STATE })
      expect(await registry.listConnectionFeeds('alpha', 9)).toEqual([
        { id: FEED.id, bytes, receivedTime: 10 },
      ])
      expect(await registry.listConnectionFeeds('alpha', 10)).toEqual([])
      expect(await registry.listConnectionFeeds('beta', 0)).toEqual([])
      await registry.reportConnection('alpha', 'none', { state: STATE })
    })

    test('there are 50 at most', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      for (let index = 0; index < 50; index += 1) {
        await registry.createConnection('alpha', { ...FEED, id: `c${index}` }, null, ACTOR)
      }
      await expect(registry.createConnection('alpha', FEED, null, ACTOR)).rejects.toMatchObject({
        code: 'CONFLICT',
      })
      expect(await registry.listAllConnections()).toHaveLength(50)
    })

    test('what transit has learnt is kept by name, until its authority is deleted', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      expect(await registry.findTransitMemory('alpha', 'links')).toBeUndefined()
      await registry.keepTransitMemory('alpha', 'links', Uint8Array.of(1))
      await registry.keepTransitMemory('alpha', 'links', Uint8Array.of(0, 255, 7))
      expect(await registry.findTransitMemory('alpha', 'links')).toEqual(Uint8Array.of(0, 255, 7))
      expect(await registry.findTransitMemory('alpha', 'accuracy')).toBeUndefined()
      await registry.deleteAuthority('alpha', ACTOR)
      expect(await registry.findTransitMemory('alpha', 'links')).toBeUndefined()
      await expect(registry.keepTransitMemory('alpha', 'links', Uint8Array.of(1))).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
    })
  })
}
