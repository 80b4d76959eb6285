import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../model/clock.ts'
import { silentLogger } from '../../model/logger.ts'
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts'
import { describeRegistry } from './registry-contract.ts'

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kerbside-registry-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('the registry on SQLite', () => {
  describeRegistry({
    async createPlace() {
      const path = join(await createFolder(), 'folder', 'registry.db')
      return { open: () => openSqliteRegistry({ path, clock: systemClock, logger: silentLogger }) }
    },
  })
})

test('a file that cannot be opened says which', async () => {
  const path = await createFolder()
  await expect(openSqliteRegistry({ path, clock: systemClock, logger: silentLogger })).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
    message: expect.stringContaining(path),
  })
})

test('a registry in memory is there as long as it is open', async () => {
  const options = { path: ':memory:', clock: systemClock, logger: silentLogger }
  const registry = await openSqliteRegistry(options)
  await registry.createAuthority({ id: 'alpha', timeZone: 'UTC', published: [] }, 'test')
  expect((await registry.listAuthorities({ limit: 5 })).items).toHaveLength(1)
  await registry.close()
})
