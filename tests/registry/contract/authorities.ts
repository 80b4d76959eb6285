import { describe, expect, test } from 'vitest'
import {
  ACTOR,
  createAuthority,
  createBin,
  createOutcome,
  createQuarantined,
  openWithAuthorities,
  type RegistryHarness,
} from './harness.ts'
import { createDepot } from './sites.ts'

export function describeAuthorities(harness: RegistryHarness): void {
  describe('authorities', () => {
    test('are created, read, patched and listed by pages in the order of their ids', async () => {
      const registry = await openWithAuthorities(harness)
      const created = await registry.createAuthority(
        { id: 'beta', timeZone: 'Europe/Berlin', published: ['bins'] },
        ACTOR,
      )
      // Without a name it is called by its id.
      expect(created).toEqual({ id: 'beta', name: 'beta', timeZone: 'Europe/Berlin', published: ['bins'] })
      // Byte by byte: capitals come before small letters, "-" before "_", whatever the database's own language.
      for (const id of ['alpha', 'a_1', 'a-1', 'Zeta']) await createAuthority(registry, id)
      const first = await registry.listAuthorities({ limit: 3 })
      expect(first.items.map(({ id }) => id)).toEqual(['Zeta', 'a-1', 'a_1'])
      expect(first.next).toBe('a_1')
      const second = await registry.listAuthorities({ limit: 3, after: 'a_1' })
      expect(second.items.map(({ id }) => id)).toEqual(['alpha', 'beta'])
      expect(second.next).toBeNull()

      expect(await registry.updateAuthority('beta', { name: 'Beta', published: [] }, ACTOR)).toEqual({
        id: 'beta',
        name: 'Beta',
        timeZone: 'Europe/Berlin',
        published: [],
      })
      expect(await registry.updateAuthority('beta', {}, ACTOR)).toEqual(await registry.getAuthority('beta'))
      const terms = { licence: 'https://licence.example/open', attribution: 'Town of Beta' }
      expect(await registry.updateAuthority('beta', terms, ACTOR)).toMatchObject(terms)
      const { licence, ...rest } = await registry.updateAuthority('beta', { licence: null }, ACTOR)
      expect(licence).toBeUndefined()
      expect(rest).toMatchObject({ attribution: 'Town of Beta' })
    })

    test('publish single datasets on terms of their own, which a patch is merged into', async () => {
      const registry = await openWithAuthorities(harness)
      const publication = { bins: { delaySeconds: 600, roundPlacesM: 200 }, gtfs: { title: 'Buses' } }
      const created = await registry.createAuthority(
        { id: 'beta', timeZone: 'UTC', published: ['bins'], publication },
        ACTOR,
      )
      expect(created.publication).toEqual(publication)
      const patch = { bins: { delaySeconds: null, title: 'Our\u0000 bins' }, gtfs: null, counters: {} }
      const patched = await registry.updateAuthority('beta', { publication: patch }, ACTOR)
      expect(patched.publication).toEqual({ bins: { roundPlacesM: 200, title: 'Our\uFFFD bins' } })
      expect(await registry.getAuthority('beta')).toEqual(patched)
      expect(await registry.updateAuthority('beta', { name: 'Beta' }, ACTOR)).toMatchObject({
        publication: patched.publication,
      })
      expect(await registry.updateAuthority('beta', { publication: null }, ACTOR)).not.toHaveProperty(
        'publication',
      )
      const missing = registry.updateAuthority('nowhere', { publication: patch }, ACTOR)
      await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    test('of the same id are refused, and ones that are not there are not found', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      await expect(
        registry.createAuthority({ id: 'alpha', timeZone: 'UTC', published: [] }, ACTOR),
      ).rejects.toMatchObject({ code: 'ALREADY_EXISTS', message: expect.stringContaining('"alpha"') })
      const missing = { code: 'NOT_FOUND', message: expect.stringContaining('"nowhere"') }
      await expect(registry.getAuthority('nowhere')).rejects.toMatchObject(missing)
      await expect(registry.updateAuthority('nowhere', {}, ACTOR)).rejects.toMatchObject(missing)
      await expect(registry.deleteAuthority('nowhere', ACTOR)).rejects.toMatchObject(missing)
      await expect(registry.getBalance('nowhere', 0)).rejects.toMatchObject(missing)
    })

    test('that are deleted take everything with them but their audit', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      await registry.createDevices('alpha', [createBin('bin-1'), createBin('bin-2')], ACTOR)
      const { secret } = await registry.createKey('alpha', { name: 'k', scopes: ['read'] }, ACTOR)
      await registry.createSite('alpha', 'depots', createDepot('depot-1'), ACTOR)
      await registry.recordIngested(
        createOutcome({
          position: 1,
          counts: [{ authority: 'alpha', stored: 3, quarantined: 1 }],
          quarantined: [createQuarantined({})],
          sequences: [{ authority: 'alpha', device: 'bin-1', sequence: 1, hash: 'aa', time: 5 }],
          statuses: [{ authority: 'alpha', kind: 'bin', device: 'bin-1', isOnline: true, time: 5 }],
        }),
      )
      const before = await registry.listDeviceChanges(0, 100)
      await registry.deleteAuthority('alpha', ACTOR)

      await expect(registry.getAuthority('alpha')).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(registry.getBalance('alpha', 0)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await registry.findKey(secret)).toBeUndefined()
      const changes = await registry.listDeviceChanges(before.at(-1)?.version ?? 0, 100)
      expect(changes.map(({ deviceId, record }) => [deviceId, record])).toEqual([
        ['bin-1', undefined],
        ['bin-2', undefined],
      ])
      const audit = await registry.listAudit('alpha', { limit: 100 })
      expect(audit.items.at(-1)).toMatchObject({ action: 'authority.delete', actor: ACTOR, target: 'alpha' })

      // One that is created under the same id begins anew.
      await createAuthority(registry, 'alpha')
      expect((await registry.listDevices('alpha', { limit: 10 })).items).toEqual([])
      expect((await registry.listKeys('alpha', { limit: 10 })).items).toEqual([])
      expect((await registry.listSites('alpha', 'depots', { limit: 10 })).items).toEqual([])
      expect((await registry.listQuarantined('alpha', { limit: 10 })).items).toEqual([])
      expect(await registry.listDeviceStatuses('alpha')).toEqual([])
      const sequence = { authority: 'alpha', device: 'bin-1', sequence: 1, hash: 'aa' }
      expect(await registry.findSequences([sequence], 0)).toEqual([])
      expect(await registry.getBalance('alpha', 0)).toMatchObject({ accepted: 0, stored: 0, quarantined: 0 })
      const [again] = await registry.createDevices('alpha', [createBin('bin-1')], ACTOR)
      expect(again?.device.id).toBe('bin-1')
    })
  })
}
