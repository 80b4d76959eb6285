import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  ACTOR,
  createAuthority,
  createBin,
  openFor,
  openWithAuthorities,
  type RegistryHarness,
} from './harness.ts'

function sha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

export function describeKeys(harness: RegistryHarness): void {
  describe('keys and audit', () => {
    test('a key is found by its secret until it is deleted', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const { key, secret } = await registry.createKey(
        'alpha',
        { name: 'Grafana', scopes: ['read', 'operate'] },
        ACTOR,
      )
      expect(secret).toMatch(/^kbs_[A-Za-z0-9_-]{43}$/)
      expect(key).toMatchObject({ name: 'Grafana', scopes: ['read', 'operate'] })
      expect(await registry.findKey(secret)).toEqual({ authority: 'alpha', key })
      expect(await registry.findKey(`${secret}x`)).toBeUndefined()
      expect(await registry.findKey('')).toBeUndefined()
      const other = await registry.createKey('alpha', { name: 'Second', scopes: ['admin'] }, ACTOR)
      expect(await registry.listKeys('alpha', { limit: 1 })).toEqual({ items: [key], next: key.id })
      expect(await registry.listKeys('alpha', { limit: 1, after: key.id })).toEqual({
        items: [other.key],
        next: null,
      })
      await registry.deleteKey('alpha', key.id, ACTOR)
      expect(await registry.findKey(secret)).toBeUndefined()
      await expect(registry.deleteKey('alpha', key.id, ACTOR)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(
        registry.createKey('nowhere', { name: 'k', scopes: ['read'] }, ACTOR),
      ).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    test('keys that are revoked, and authorities that end, are told in the order of device changes', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const { key, secret } = await registry.createKey('alpha', { name: 'k', scopes: ['read'] }, ACTOR)
      await registry.createKey('beta', { name: 'k', scopes: ['read'] }, ACTOR)
      expect(await registry.listRevocations(0, 10)).toEqual([])
      await registry.deleteKey('alpha', key.id, ACTOR)
      await expect(registry.deleteKey('alpha', key.id, ACTOR)).rejects.toThrow()
      await registry.createDevices('beta', [createBin('bin-1')], ACTOR)
      await registry.deleteAuthority('beta', ACTOR)
      const revocations = await registry.listRevocations(0, 10)
      expect(revocations).toEqual([
        { version: expect.any(Number), authority: 'alpha', keyHash: sha256(secret) },
        { version: expect.any(Number), authority: 'beta', keyHash: null },
      ])
      const [first, second] = revocations.map(({ version }) => version)
      const [change] = await registry.listDeviceChanges(first ?? 0, 10)
      expect(change?.version).toBeLessThan(second ?? 0)
      expect(await registry.listRevocations(0, 1)).toEqual(revocations.slice(0, 1))
      expect(await registry.listRevocations(first ?? 0, 10)).toEqual(revocations.slice(1))
    })

    test("the installation's key is made once, and can be replaced", async () => {
      const registry = await openFor(await harness.createPlace())
      const made = await Promise.all([registry.createInstallationKey(), registry.createInstallationKey()])
      const [secret, ...others] = made.filter((value) => value !== undefined)
      expect(others).toEqual([])
      expect(await registry.findKey(secret ?? '')).toMatchObject({
        authority: null,
        key: { id: 'installation', scopes: expect.arrayContaining(['admin']) },
      })
      expect(await registry.setInstallationKey('given-by-the-environment')).toBe('given-by-the-environment')
      expect(await registry.findKey(secret ?? '')).toBeUndefined()
      expect(await registry.findKey('given-by-the-environment')).toMatchObject({ authority: null })
      expect(await registry.createInstallationKey()).toBeUndefined()
      const replaced = await registry.setInstallationKey()
      expect(await registry.findKey(replaced)).toMatchObject({ authority: null })
    })

    test('the audit of an authority begins with its own creation, unless earlier ones are asked for', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      await registry.createDevices('alpha', [createBin('a')], ACTOR)
      await registry.deleteAuthority('alpha', ACTOR)
      await createAuthority(registry, 'alpha')
      await registry.updateAuthority('alpha', { published: ['bins'] }, ACTOR)
      const actionsOf = async (page: { includesEarlier?: boolean }): Promise<string[]> =>
        (await registry.listAudit('alpha', { limit: 100, ...page })).items.map(({ action }) => action)
      expect(await actionsOf({})).toEqual(['authority.create', 'authority.update'])
      expect(await actionsOf({ includesEarlier: true })).toEqual([
        'authority.create',
        'device.create',
        'authority.delete',
        'authority.create',
        'authority.update',
      ])
      expect((await registry.listAudit('beta', { limit: 100 })).items).toHaveLength(1)
    })

    test('every change is audited with its actor, in order, by pages, and without a secret', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const created = await registry.createDevices('alpha', [createBin('a'), createBin('b')], ACTOR)
      await registry.updateDevice('alpha', 'a', { name: 'A' }, 'someone-else')
      const rotated = await registry.rotateCredentials('alpha', 'a', ACTOR)
      await registry.deleteDevice('alpha', 'b', ACTOR)
      const { key, secret } = await registry.createKey('alpha', { name: 'k', scopes: ['read'] }, ACTOR)
      await registry.deleteKey('alpha', key.id, ACTOR)
      await registry.updateAuthority('alpha', { published: ['bins'] }, ACTOR)

      const { items, next } = await registry.listAudit('alpha', { limit: 100 })
      expect(next).toBeNull()
      expect(items.map(({ action, target, actor }) => [action, target, actor])).toEqual([
        ['authority.create', 'alpha', ACTOR],
        ['device.create', 'a', ACTOR],
        ['device.create', 'b', ACTOR],
        ['device.update', 'a', 'someone-else'],
        ['credentials.rotate', 'a', ACTOR],
        ['device.delete', 'b', ACTOR],
        ['key.create', key.id, ACTOR],
        ['key.delete', key.id, ACTOR],
        ['authority.update', 'alpha', ACTOR],
      ])
      expect(items[3]?.detail).toEqual({ name: 'A' })
      expect(items.map(({ id }) => id)).toEqual(items.map(({ id }) => id).toSorted())
      const text = JSON.stringify(items)
      for (const hidden of [secret, rotated.password, ...created.map(({ password }) => password)]) {
        expect(text).not.toContain(hidden)
      }
      const after = items[3]?.id
      expect((await registry.listAudit('alpha', { limit: 2, after })).items).toEqual(items.slice(4, 6))
    })

    test('a change that is refused is not audited', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const before = await registry.listAudit('alpha', { limit: 100 })
      await expect(registry.deleteDevice('alpha', 'missing', ACTOR)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
      expect(await registry.discardQuarantined('alpha', { reason: 'not_json' }, ACTOR)).toBe(0)
      expect(await registry.listAudit('alpha', { limit: 100 })).toEqual(before)
    })
  })
}
