import { describe, expect, test } from 'vitest'
import type { Registry } from '../../../registry/registry.ts'
import { ACTOR, createAuthority, openFor, openWithAuthorities, type RegistryHarness } from './harness.ts'

async function* chunksOf(...chunks: (Uint8Array | string)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
}

function put(registry: Registry, version: string, ...chunks: (Uint8Array | string)[]) {
  const timetable = { version, hash: `hash of ${version}`, warnings: 2 }
  return registry.putTimetable('alpha', timetable, chunksOf(...chunks), ACTOR)
}

async function readChunks(registry: Registry, id: string): Promise<string[]> {
  const found: string[] = []
  for (let number = 0; ; number += 1) {
    const chunk = await registry.findTimetableChunk('alpha', id, number)
    if (!chunk) return found
    found.push(Buffer.from(chunk).toString())
  }
}

export function describeTimetables(harness: RegistryHarness): void {
  describe('timetables', () => {
    test('what was put last is the current one, its bytes as they were, and one can go back', async () => {
      const place = await harness.createPlace()
      const registry = await openFor(place)
      await createAuthority(registry, 'alpha')
      expect(await registry.listTimetables('alpha')).toEqual([])
      const first = await put(registry, 'one', 'PK', 'zip')
      const second = await put(registry, 'two', 'other')
      expect(second).toMatchObject({
        version: 'two',
        hash: 'hash of two',
        bytes: 5,
        warnings: 2,
        isCurrent: true,
      })
      const other = await openFor(place)
      expect((await other.listTimetables('alpha')).map(({ id, isCurrent }) => [id, isCurrent])).toEqual([
        [second.id, true],
        [first.id, false],
      ])
      expect(await readChunks(other, first.id)).toEqual(['PK', 'zip'])
      expect(await other.listCurrentTimetables()).toEqual([{ authority: 'alpha', id: second.id }])
      const back = await other.makeTimetableCurrent('alpha', first.id, ACTOR)
      expect(back).toMatchObject({ ...first, madeCurrentTime: back.madeCurrentTime })
      expect(back.madeCurrentTime).toBeGreaterThanOrEqual(first.madeCurrentTime)
      expect(await registry.listCurrentTimetables()).toEqual([{ authority: 'alpha', id: first.id }])
      const actions = (await registry.listAudit('alpha', { limit: 10 })).items.map(({ action }) => action)
      expect(actions).toEqual(['authority.create', 'timetable.put', 'timetable.put', 'timetable.makeCurrent'])
    })

    test('one that breaks off leaves nothing, and the current one as it was', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const first = await put(registry, 'one', 'zip')
      const seen: number[] = []
      const breaking = async function* (): AsyncGenerator<Uint8Array> {
        yield new Uint8Array(3)
        seen.push((await registry.listTimetables('alpha')).length)
        throw new Error('the disk is gone')
      }
      const timetable = { version: 'two', hash: '', warnings: 0 }
      await expect(registry.putTimetable('alpha', timetable, breaking(), ACTOR)).rejects.toThrow(
        'the disk is gone',
      )
      expect(seen).toEqual([1])
      expect(await registry.listTimetables('alpha')).toEqual([first])
      expect(await registry.listCurrentTimetables()).toEqual([{ authority: 'alpha', id: first.id }])
    })

    test('the last ten are kept, and the current one', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const first = await put(registry, 'v0', 'v0')
      for (let number = 1; number < 10; number += 1) await put(registry, `v${number}`, `v${number}`)
      await registry.makeTimetableCurrent('alpha', first.id, ACTOR)
      await put(registry, 'v10', 'v10')
      const versions = async () => (await registry.listTimetables('alpha')).map(({ version }) => version)
      expect(await versions()).toEqual(['v10', 'v9', 'v8', 'v7', 'v6', 'v5', 'v4', 'v3', 'v2', 'v1'])
      expect(await readChunks(registry, first.id)).toEqual([])
      const [, , , , , , , , , oldest] = await registry.listTimetables('alpha')
      await registry.deleteTimetable('alpha', oldest?.id ?? '', ACTOR)
      expect(await versions()).toHaveLength(9)
      expect(await readChunks(registry, oldest?.id ?? '')).toEqual([])
      const [current] = await registry.listTimetables('alpha')
      await expect(registry.deleteTimetable('alpha', current?.id ?? '', ACTOR)).rejects.toMatchObject({
        code: 'CONFLICT',
      })
      expect(await readChunks(registry, current?.id ?? '')).toEqual(['v10'])
    })

    test("another authority's are not found, and go with theirs", async () => {
      const registry = await openWithAuthorities(harness, 'alpha', 'beta')
      const { id } = await put(registry, 'one', 'zip')
      const missing = { code: 'NOT_FOUND' }
      await expect(registry.makeTimetableCurrent('beta', id, ACTOR)).rejects.toMatchObject(missing)
      await expect(registry.deleteTimetable('beta', id, ACTOR)).rejects.toMatchObject(missing)
      await expect(registry.makeTimetableCurrent('alpha', 'none', ACTOR)).rejects.toMatchObject(missing)
      await expect(
        registry.putTimetable('gamma', { version: '', hash: '', warnings: 0 }, chunksOf('zip'), ACTOR),
      ).rejects.toMatchObject(missing)
      expect(await registry.findTimetableChunk('beta', id, 0)).toBeUndefined()
      expect(await registry.listTimetables('beta')).toEqual([])
      // Asking in vain did not take it from its authority.
      expect(await registry.listCurrentTimetables()).toEqual([{ authority: 'alpha', id }])
      await registry.deleteAuthority('alpha', ACTOR)
      await createAuthority(registry, 'alpha')
      expect(await registry.listTimetables('alpha')).toEqual([])
      expect(await registry.findTimetableChunk('alpha', id, 0)).toBeUndefined()
    })

    test('an authority that goes while its timetable comes is told of', async () => {
      const registry = await openWithAuthorities(harness, 'alpha')
      const chunks = async function* (): AsyncGenerator<Uint8Array> {
        yield new Uint8Array(3)
        await registry.deleteAuthority('alpha', ACTOR)
        await createAuthority(registry, 'alpha')
        yield new Uint8Array(3)
      }
      const timetable = { version: 'one', hash: '', warnings: 0 }
      await expect(registry.putTimetable('alpha', timetable, chunks(), ACTOR)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
      expect(await registry.listTimetables('alpha')).toEqual([])
    })
  })
}
