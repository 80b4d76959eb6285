import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../model/clock.ts'
import { silentLogger } from '../../model/logger.ts'
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts'
import { createRound } from './contract/sites.ts'
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

test('rounds that an earlier version left unfinished are planned by this one', async () => {
  const path = join(await createFolder(), 'registry.db')
  const options = { path, clock: systemClock, logger: silentLogger }
  const before = await openSqliteRegistry(options)
  await before.createAuthority({ id: 'alpha', timeZone: 'UTC', published: [] }, 'test')
  for (const status of ['queued', 'solving', 'done', 'failed'] as const) {
    const left = [{ deviceId: 'a', reason: '"status":"queued"', chanceOfOverflow: null, costOfWaiting: null }]
    await before.createRound('alpha', createRound(status, '2026-02-16T10:00:00Z', { status, left }))
  }
  await before.close()
  // As it was before the fifth migration, and without what later ones make.
  const file = new DatabaseSync(path)
  file.exec(`DROP TABLE collection_uprns; DROP TABLE collections; DROP TABLE report_settings; DROP TABLE citizen_reports; DROP TABLE counter_sums; DROP TABLE found_devices; DROP TABLE mappings;
    DROP TABLE share_accesses; DROP TABLE shares; DROP TABLE hook_deliveries; DROP TABLE hooks; DROP TABLE alert_events; DROP TABLE alerts; DROP TABLE key_usage; DROP TABLE key_requests; ALTER TABLE keys DROP COLUMN requests_per_minute;
    ALTER TABLE authorities DROP COLUMN licence; ALTER TABLE authorities DROP COLUMN attribution; ALTER TABLE authorities DROP COLUMN publication; DROP TABLE timetable_chunks; DROP TABLE timetables; DROP TABLE connections; DROP TABLE transit_memories; DROP TABLE leases; DROP TABLE service_notices; DROP TABLE round_jobs; ALTER TABLE rounds DROP COLUMN revision;
    ALTER TABLE authorities DROP COLUMN incarnation; DELETE FROM schema_migrations WHERE number >= 5`)
  file.close()
  const after = await openSqliteRegistry(options)
  onTestFinished(() => after.close())
  const jobs = await after.listRoundJobs()
  expect(jobs.map(({ id, isSolving }) => [id, isSolving]).toSorted()).toEqual([
    ['queued', false],
    ['solving', false],
  ])
  expect(await after.getRound('alpha', 'done')).toMatchObject({ status: 'done', revision: 0 })
})
