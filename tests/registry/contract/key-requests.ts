import { describe, expect, test } from 'vitest'
import type { KeyRequestDecision } from '../../../model/key-request.ts'
import { ACTOR, openFor, openWithAuthorities, type RegistryHarness } from './harness.ts'

const NEW = { name: 'Bus app', contact: 'dev@app.example', purpose: 'Departures on a watch' }
const APPROVAL = { isApproved: true, requestsPerMinute: 120 } as const
const REJECTION = { isApproved: false } as const
const DAY_MS = 86_400_000
const TRIM = { quarantinedBefore: 0, quarantinedMax: 1_000, quarantinedBytesMax: 1_000_000 }

export function describeKeyRequests(harness: RegistryHarness): void {
  describe('requests for keys', () => {
    test('an approved one is given its key once, by its token', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const { request, token } = await registry.createKeyRequest('alpha', NEW, 10)
      expect(request).toMatchObject({ ...NEW, state: 'open', keyId: null, decidedTime: null })
      expect((await registry.collectKey('alpha', request.id, token)).secret).toBeUndefined()
      const approved = await registry.decideKeyRequest('alpha', request.id, APPROVAL, ACTOR)
      expect(approved).toMatchObject({ state: 'approved', requestsPerMinute: 120, ...NEW })
      await expect(registry.collectKey('alpha', request.id, `${token}x`)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
      const collected = await registry.collectKey('alpha', request.id, token)
      const found = await registry.findKey(collected.secret ?? '')
      expect(found).toMatchObject({
        authority: 'alpha',
        key: {
          id: collected.request.keyId,
          name: 'Bus app',
          scopes: ['published'],
          requestsPerMinute: 120,
        },
      })
      expect((await registry.listKeys('alpha', { limit: 10 })).items).toEqual([found?.key])
      const again = await registry.collectKey('alpha', request.id, token)
      expect(again).toEqual({ request: { ...collected.request, state: 'collected' } })
    })

    test('of many that collect at once, in two processes, one gets the key', async () => {
      const place = await harness.createPlace()
      const registries = [await openFor(place), await openFor(place)] as const
      await registries[0].createAuthority({ id: 'alpha', timeZone: 'UTC', published: [] }, ACTOR)
      const { request, token } = await registries[0].createKeyRequest('alpha', NEW, 10)
      await registries[0].decideKeyRequest('alpha', request.id, APPROVAL, ACTOR)
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          registries[index % 2 ? 1 : 0].collectKey('alpha', request.id, token),
        ),
      )
      expect(answers.filter(({ secret }) => secret !== undefined)).toHaveLength(1)
      expect((await registries[0].listKeys('alpha', { limit: 10 })).items).toHaveLength(1)
    })

    test('of one that is rejected, who asked is forgotten at once', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const { request, token } = await registry.createKeyRequest('alpha', NEW, 10)
      const rejected = await registry.decideKeyRequest('alpha', request.id, REJECTION, ACTOR)
      expect(rejected).toMatchObject({ state: 'rejected', contact: null, purpose: null, name: 'Bus app' })
      expect(await registry.collectKey('alpha', request.id, token)).toEqual({ request: rejected })
      for (const decision of [APPROVAL, REJECTION] satisfies KeyRequestDecision[]) {
        await expect(registry.decideKeyRequest('alpha', request.id, decision, ACTOR)).rejects.toMatchObject({
          code: 'CONFLICT',
        })
      }
    })

    test('no more are open than is allowed, and they are listed by their state', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const first = await registry.createKeyRequest('alpha', NEW, 2)
      const second = await registry.createKeyRequest('alpha', { ...NEW, name: 'Two\0' }, 2)
      await expect(registry.createKeyRequest('alpha', NEW, 2)).rejects.toMatchObject({ code: 'BUSY' })
      await registry.createKeyRequest('beta', NEW, 2)
      await registry.decideKeyRequest('alpha', first.request.id, REJECTION, ACTOR)
      const third = await registry.createKeyRequest('alpha', NEW, 2)
      const open = { limit: 10, state: 'open' } as const
      expect((await registry.listKeyRequests('alpha', open)).items).toEqual([second.request, third.request])
      const page = await registry.listKeyRequests('alpha', { limit: 1 })
      expect(page).toMatchObject({ items: [{ id: first.request.id }], next: first.request.id })
      const rest = await registry.listKeyRequests('alpha', { limit: 2, after: page.next ?? '' })
      expect(rest).toMatchObject({ items: [{ name: 'Two\uFFFD' }, {}], next: null })
      await expect(registry.createKeyRequest('nowhere', NEW, 2)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      const elsewhere = registry.decideKeyRequest('beta', second.request.id, APPROVAL, ACTOR)
      await expect(elsewhere).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(registry.collectKey('beta', second.request.id, second.token)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
    })

    test('the audit names who decided, and neither contact nor secret', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const { request, token } = await registry.createKeyRequest('alpha', NEW, 10)
      await registry.decideKeyRequest('alpha', request.id, APPROVAL, ACTOR)
      const { secret = '' } = await registry.collectKey('alpha', request.id, token)
      const { items } = await registry.listAudit('alpha', { limit: 10 })
      expect(items.slice(1)).toMatchObject([
        { actor: ACTOR, action: 'key_request.approve', target: request.id },
        { actor: `key-request:${request.id}`, action: 'key.create', detail: { requestsPerMinute: 120 } },
      ])
      for (const hidden of [token, secret, NEW.contact]) expect(JSON.stringify(items)).not.toContain(hidden)
    })

    test('they are kept for as long as is said, and with their key at most', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const names = ['open', 'rejected', 'approved', 'collected', 'revoked']
      const requests = new Map<string, { id: string; token: string }>()
      for (const name of names) {
        const { request, token } = await registry.createKeyRequest('alpha', { ...NEW, name }, 10)
        requests.set(name, { id: request.id, token })
        if (name === 'open') continue
        const decision = name === 'rejected' ? REJECTION : APPROVAL
        await registry.decideKeyRequest('alpha', request.id, decision, ACTOR)
        if (!['collected', 'revoked'].includes(name)) continue
        const { request: collected } = await registry.collectKey('alpha', request.id, token)
        if (name === 'revoked') await registry.deleteKey('alpha', collected.keyId ?? '', ACTOR)
      }
      const namesNow = async () =>
        (await registry.listKeyRequests('alpha', { limit: 10 })).items.map(({ name }) => name)
      expect(await namesNow()).toEqual(names.slice(0, 4))
      const { createdTime } = (await registry.listKeyRequests('alpha', { limit: 10 })).items[0] ?? {}
      const trimAt = (days: number) => registry.trim({ ...TRIM, now: (createdTime ?? 0) + days * DAY_MS })
      await trimAt(29.9)
      expect(await namesNow()).toEqual(names.slice(0, 4))
      await trimAt(30.1)
      expect(await namesNow()).toEqual(['collected'])
      await trimAt(365.1)
      expect(await namesNow()).toEqual([])
      expect((await registry.listKeys('alpha', { limit: 10 })).items).toHaveLength(1)
    })
  })

  describe('what is asked with a key', () => {
    test('is added up by the day, for 92 days, until the key is gone', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const { key } = await registry.createKey('alpha', { name: 'App', scopes: ['published'] }, ACTOR)
      const count = (date: string, requests: number, refused: number) => {
        return { keyId: key.id, date, requests, refused }
      }
      await registry.addKeyUsage([count('2026-02-16', 10, 1), count('2026-02-15', 3, 0)])
      await registry.addKeyUsage([{ ...count('2026-02-16', 5, 0), keyId: 'nobodys' }])
      await registry.addKeyUsage([
        count('2026-02-16', 5, 2),
        { ...count('2026-02-16', 9, 9), keyId: 'installation' },
      ])
      expect(await registry.listKeyUsage('alpha', key.id)).toEqual([
        { date: '2026-02-16', requests: 15, refused: 3 },
        { date: '2026-02-15', requests: 3, refused: 0 },
      ])
      await expect(registry.listKeyUsage('beta', key.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await registry.trim({ ...TRIM, now: Date.parse('2026-05-19T12:00:00Z') })
      expect(await registry.listKeyUsage('alpha', key.id)).toMatchObject([{ date: '2026-02-16' }])
      await registry.deleteKey('alpha', key.id, ACTOR)
      await expect(registry.listKeyUsage('alpha', key.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    test('of several processes at once is all counted', async () => {
      const place = await harness.createPlace()
      const registries = [await openFor(place), await openFor(place)] as const
      await registries[0].createAuthority({ id: 'alpha', timeZone: 'UTC', published: [] }, ACTOR)
      const { key } = await registries[0].createKey('alpha', { name: 'App', scopes: ['read'] }, ACTOR)
      const counted = { keyId: key.id, date: '2026-02-16', requests: 2, refused: 1 }
      await Promise.all(
        Array.from({ length: 10 }, (_, index) => registries[index % 2 ? 1 : 0].addKeyUsage([counted])),
      )
      expect(await registries[0].listKeyUsage('alpha', key.id)).toEqual([
        { date: '2026-02-16', requests: 20, refused: 10 },
      ])
    })
  })
}
