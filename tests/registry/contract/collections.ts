import { describe, expect, test } from 'vitest'
import { type Collection, collectionSchema } from '../../../model/collection.ts'
import { ACTOR, openWithAuthorities, type RegistryHarness } from './harness.ts'

const ALL = { limit: 100 }

function createCollection(changes: Partial<Collection> = {}): Collection {
  return collectionSchema.parse({
    id: 'recycling',
    name: 'Recycling',
    stream: 'recycling',
    firstDate: '2026-02-16',
    ...changes,
  })
}

export function describeCollections(harness: RegistryHarness): void {
  describe('collections', () => {
    test('one is created, changed and deleted, and each is audited without its households', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const collection = createCollection({ uprns: ['100', '200'] })
      await registry.createCollection('alpha', collection, ACTOR)
      expect(await registry.getCollection('alpha', 'recycling')).toEqual(collection)
      const changed = createCollection({ uprns: ['200', '300'], everyWeeks: 2 })
      await registry.updateCollection('alpha', changed, ACTOR)
      expect(await registry.getCollection('alpha', 'recycling')).toEqual(changed)
      const { uprns: _, ...rest } = changed
      const [record] = (await registry.listCollections('alpha', ALL)).items
      expect(record).toMatchObject({ collection: { ...rest, uprnCount: 2 }, revision: 1 })
      await registry.deleteCollection('alpha', 'recycling', ACTOR)
      const { items } = await registry.listAudit('alpha', ALL)
      const entries = items.filter(({ action }) => action.startsWith('collection.'))
      expect(entries.map(({ action }) => action).sort()).toEqual([
        'collection.create',
        'collection.delete',
        'collection.update',
      ])
      expect(JSON.stringify(entries)).not.toContain('"300"')
      await expect(registry.getCollection('alpha', 'recycling')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    test('a household finds those that name it, of its authority alone', async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const uprns = Array.from({ length: 1_200 }, (_, index) => String(index + 1))
      await registry.createCollection('alpha', createCollection({ uprns }), ACTOR)
      await registry.createCollection('alpha', createCollection({ id: 'garden', uprns: ['7'] }), ACTOR)
      await registry.createCollection('alpha', createCollection({ id: 'all' }), ACTOR)
      const idsOf = async (authority: string, uprn: string) =>
        (await registry.listCollectionsOf(authority, uprn)).map(({ collection }) => collection.id)
      expect(await idsOf('alpha', '7')).toEqual(['garden', 'recycling'])
      expect(await idsOf('alpha', '1200')).toEqual(['recycling'])
      expect(await idsOf('alpha', '1201')).toEqual([])
      expect(await idsOf('beta', '7')).toEqual([])
      await registry.deleteCollection('alpha', 'recycling', ACTOR)
      expect(await idsOf('alpha', '7')).toEqual(['garden'])
      await registry.deleteAuthority('alpha', ACTOR)
      expect(await idsOf('alpha', '7')).toEqual([])
    })

    test('an id is taken once, and what is not there cannot be changed', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      await registry.createCollection('alpha', createCollection(), ACTOR)
      await expect(registry.createCollection('alpha', createCollection(), ACTOR)).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
      })
      const other = createCollection({ id: 'other' })
      await expect(registry.updateCollection('alpha', other, ACTOR)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
      await expect(registry.deleteCollection('alpha', 'other', ACTOR)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
    })
  })
}
