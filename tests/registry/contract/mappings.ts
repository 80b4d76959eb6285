import { describe, expect, test } from 'vitest'
import { newDeviceSchema } from '../../../model/device.ts'
import { newMappingSchema } from '../../../model/mapping.ts'
import { openMappingDirectory } from '../../../registry/mapping-directory.ts'
import { ACTOR, openWithAuthorities, type RegistryHarness } from './harness.ts'

const MAPPING = newMappingSchema.parse({
  id: 'our-bins',
  name: 'Bins of ours',
  kind: 'bin',
  rules: [{ from: 'level', to: 'distanceMm', unit: 'cm' }],
})
const CHANGED = { ...MAPPING, rules: [{ from: 'level', to: 'distanceMm', unit: 'mm' }] } as const

export function describeMappings(harness: RegistryHarness): void {
  describe('mappings', () => {
    test('a change makes a new version, and the earlier ones are kept', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const created = await registry.createMapping('alpha', MAPPING, ACTOR)
      expect(created).toEqual({ ...MAPPING, version: 1 })
      expect(await registry.updateMapping('alpha', MAPPING, ACTOR)).toEqual(created)
      const changed = await registry.updateMapping('alpha', { ...CHANGED, rules: [...CHANGED.rules] }, ACTOR)
      expect(changed).toEqual({ ...CHANGED, version: 2 })
      expect(await registry.getMapping('alpha', MAPPING.id)).toEqual(changed)
      const versions = await registry.listMappingVersions('alpha', MAPPING.id)
      expect(versions.map(({ mapping }) => mapping)).toEqual([changed, created])
      expect(versions.every(({ createdTime }) => createdTime > 0)).toBe(true)

      await expect(registry.createMapping('alpha', MAPPING, ACTOR)).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
      })
      await registry.createMapping('alpha', { ...MAPPING, id: 'a-first' }, ACTOR)
      const page = await registry.listMappings('alpha', { limit: 1 })
      expect(page).toMatchObject({ items: [{ id: 'a-first', version: 1 }], next: 'a-first' })
      const { items } = await registry.listMappings('alpha', { limit: 5, after: 'a-first' })
      expect(items).toEqual([changed])
      expect((await registry.listMappings('beta', { limit: 5 })).items).toEqual([])
      await expect(registry.getMapping('beta', MAPPING.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      const audit = (await registry.listAudit('alpha', { limit: 10 })).items.map(({ action }) => action)
      expect(audit).toEqual(expect.arrayContaining(['mapping.create', 'mapping.update']))
    })

    test('one that devices are read by is not deleted, and is free once they are not', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      await registry.createMapping('alpha', MAPPING, ACTOR)
      await registry.createMapping('beta', MAPPING, ACTOR)
      const settings = { devEui: '00000000000000a1', mapping: MAPPING.id }
      const device = newDeviceSchema.parse({ id: 'bin-1', kind: 'bin', settings })
      await registry.createDevices('alpha', [device], ACTOR)
      await expect(registry.deleteMapping('alpha', MAPPING.id, ACTOR)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('bin-1'),
      })
      await registry.deleteMapping('beta', MAPPING.id, ACTOR)
      await registry.deleteDevice('alpha', 'bin-1', ACTOR)
      await registry.deleteMapping('alpha', MAPPING.id, ACTOR)
      for (const attempt of [
        () => registry.getMapping('alpha', MAPPING.id),
        () => registry.updateMapping('alpha', MAPPING, ACTOR),
        () => registry.deleteMapping('alpha', MAPPING.id, ACTOR),
        () => registry.listMappingVersions('alpha', MAPPING.id),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' })
      }
    })

    test('a directory sees each change once it looks, and that an authority was deleted', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const ready = { ...MAPPING, id: 'ready-made', version: 3 }
      const directory = await openMappingDirectory({ registry, ready: [ready] })
      expect(directory.find('alpha', 'ready-made')).toBe(ready)
      expect(directory.find('alpha', MAPPING.id)).toBeUndefined()
      await registry.createMapping('alpha', MAPPING, ACTOR)
      await directory.refresh()
      expect(directory.find('alpha', MAPPING.id)).toEqual({ ...MAPPING, version: 1 })
      expect(directory.find('beta', MAPPING.id)).toBeUndefined()
      await registry.updateMapping('alpha', { ...CHANGED, rules: [...CHANGED.rules] }, ACTOR)
      await directory.refresh()
      expect(directory.find('alpha', MAPPING.id)?.version).toBe(2)
      await registry.deleteAuthority('alpha', ACTOR)
      await registry.createAuthority({ id: 'alpha', name: 'A', timeZone: 'UTC', published: [] }, ACTOR)
      await directory.refresh()
      expect(directory.find('alpha', MAPPING.id)).toBeUndefined()
    })

    test('the last 50 versions are kept, and there are 200 mappings at most', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      await registry.createMapping('alpha', MAPPING, ACTOR)
      for (let change = 0; change < 51; change += 1) {
        await registry.updateMapping('alpha', { ...MAPPING, name: `Change ${change}` }, ACTOR)
      }
      const versions = await registry.listMappingVersions('alpha', MAPPING.id)
      expect(versions).toHaveLength(50)
      expect(versions[0]?.mapping.version).toBe(52)
      await expect(registry.createMapping('alpha', MAPPING, ACTOR)).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
      })
      for (let index = 1; index < 200; index += 1) {
        await registry.createMapping('alpha', { ...MAPPING, id: `m${index}` }, ACTOR)
      }
      await expect(
        registry.createMapping('alpha', { ...MAPPING, id: 'one-more' }, ACTOR),
      ).rejects.toMatchObject({ code: 'CONFLICT' })
    })
  })
}
