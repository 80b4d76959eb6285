import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { Round } from '../../model/round.ts'
import { request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { findInfluxdb, startInfluxdb } from '../fixtures/start-influxdb.ts'
import { type KerbsideProcess, startKerbside, TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'
import { hasPostgres, startPostgres } from '../fixtures/start-postgres.ts'

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))
const ALPHA = '/v1/authorities/alpha'
const BINS = Array.from({ length: 120 }, (_, index) => `bin-${index}`)

/** Starts it again on the address that it had, which whoever follows a round goes on asking. */
async function start(command: string, environment: Record<string, string>): Promise<KerbsideProcess> {
  const kerbside = await startKerbside([command], environment)
  onTestFinished(() => kerbside.stop())
  return kerbside
}

async function createTown(apiUrl: string): Promise<void> {
  await request(apiUrl, '/v1/authorities', {
    body: { id: 'alpha', name: 'Alpha', timeZone: 'Europe/Berlin' },
  })
  const devices = BINS.map((id, index) => ({
    id,
    kind: 'bin',
    longitude: 13.4 + ((index * 37) % 120) / 1000,
    latitude: 52.5 + ((index * 53) % 120) / 1500,
    settings: { capacityLitres: 240 },
  }))
  await request(apiUrl, `${ALPHA}/devices`, { body: devices })
  const yard = { id: 'yard', name: 'Yard', longitude: 13.45, latitude: 52.53 }
  await request(apiUrl, `${ALPHA}/depots`, { body: yard })
  for (const id of ['lorry-1', 'lorry-2']) {
    await request(apiUrl, `${ALPHA}/lorries`, { body: { id, name: id, depotId: 'yard' } })
  }
}

const today = (): string => new Date().toISOString().slice(0, 10)

async function post(apiUrl: string, seconds: number): Promise<string> {
  const body = { date: today(), mustEmpty: BINS, seconds }
  return (await request<Round>(apiUrl, `${ALPHA}/rounds`, { body })).id
}

const getRound = (apiUrl: string, id: string): Promise<Round> =>
  request<Round>(apiUrl, `${ALPHA}/rounds/${id}`)

const statusOf = async (apiUrl: string, id: string): Promise<string> => (await getRound(apiUrl, id)).status

function expectWhole({ status, error, lorries, left }: Round): void {
  expect({ status, error }).toEqual({ status: 'done', error: null })
  const lifted = lorries.flatMap(({ stops }) => stops.flatMap(({ deviceId }) => deviceId ?? []))
  expect([...lifted, ...left.map(({ deviceId }) => deviceId)].toSorted()).toEqual(BINS.toSorted())
}

test('a round whose process is killed while it solves is planned by the next one', {
  timeout: 120_000,
}, async () => {
  const environment = { KERBSIDE_DATA: await createFolder() }
  const first = await start('up', environment)
  await createTown(first.apiUrl)
  const [solving, waiting] = [await post(first.apiUrl, 3), await post(first.apiUrl, 1)]
  await expect.poll(() => statusOf(first.apiUrl, solving), { timeout: 20_000 }).toBe('solving')
  await first.stop('SIGKILL')
  const second = await start('up', environment)
  for (const id of [solving, waiting]) {
    await expect.poll(() => statusOf(second.apiUrl, id), { timeout: 60_000 }).toBe('done')
    expectWhole(await getRound(second.apiUrl, id))
  }
})

test.skipIf(!findInfluxdb() || !hasPostgres)(
  'two processes on one registry share the rounds, and where one is killed the other goes on',
  { timeout: 180_000 },
  async () => {
    const influxdb = await startInfluxdb()
    onTestFinished(() => influxdb.close())
    const postgres = await startPostgres()
    onTestFinished(() => postgres.stop())
    const environment = {
      KERBSIDE_STORE: `influxdb:${influxdb.url}?database=kerbside`,
      KERBSIDE_REGISTRY: postgres.url,
      KERBSIDE_DATA: await createFolder(),
    }
    const one = await start('api', environment)
    const two = await start('api', environment)
    await createTown(one.apiUrl)
    const ids: string[] = []
    for (let count = 0; count < 4; count++) ids.push(await post(count % 2 ? two.apiUrl : one.apiUrl, 4))
    await expect
      .poll(async () => (await Promise.all(ids.map((id) => statusOf(one.apiUrl, id)))).join(), {
        timeout: 30_000,
      })
      .toContain('solving')
    await one.stop('SIGKILL')
    for (const id of ids) {
      await expect.poll(() => statusOf(two.apiUrl, id), { timeout: 120_000 }).toBe('done')
      expectWhole(await getRound(two.apiUrl, id))
    }
    // Each round is in the store once, a point for each lorry.
    const url = `${influxdb.url}/query?db=kerbside&q=${encodeURIComponent('SELECT "lifts" FROM "round" GROUP BY "round"')}`
    const listRounds = async () => {
      const answer = (await (await fetch(url)).json()) as {
        results: { series?: { tags: { round: string }; values: [string, number][] }[] }[]
      }
      return (answer.results[0]?.series ?? []).map(
        ({ tags, values }) => [tags.round, values.reduce((sum, [, lifts]) => sum + lifts, 0)] as const,
      )
    }
    const expected = await Promise.all(
      ids.map(async (id) => [id, BINS.length - (await getRound(two.apiUrl, id)).left.length] as const),
    )
    await expect.poll(listRounds, { timeout: 30_000 }).toHaveLength(ids.length)
    expect((await listRounds()).toSorted()).toEqual(expected.toSorted())
  },
)

test('kerbside plan has a round planned, prints and writes it, and cancels it when it is interrupted', {
  timeout: 120_000,
}, async () => {
  const folder = await createFolder()
  const { apiUrl } = await start('up', { KERBSIDE_DATA: folder })
  await createTown(apiUrl)
  const sheet = join(folder, 'sheet.html')
  const done = await plan(apiUrl, ['alpha', '--seconds', '1', '--bins', 'bin-3,bin-4', '--out', sheet]).ended
  expect(done).toMatchObject({ code: 0, output: expect.stringMatching(/^Round \S+: done, .* 2 bins left/) })
  expect(await readFile(sheet, 'utf8')).toContain('Left for another day')

  const refused = await plan(apiUrl, ['alpha', '--bins', 'bin-3,ufo']).ended
  expect(refused).toMatchObject({ code: 1, error: expect.stringContaining('there is no bin ufo') })
  expect(await plan(apiUrl, ['nowhere']).ended).toMatchObject({ code: 1 })
  expect(await plan(apiUrl, ['alpha', '--speed', '1']).ended).toMatchObject({ code: 2 })

  // Another one is being planned, so this one waits, until it is interrupted.
  const before = await post(apiUrl, 600)
  const running = plan(apiUrl, ['alpha', '--seconds', '600'])
  const listRounds = async () => (await request<{ items: Round[] }>(apiUrl, `${ALPHA}/rounds`)).items
  await expect.poll(async () => (await listRounds()).length, { timeout: 20_000 }).toBe(3)
  running.interrupt()
  const interrupted = await running.ended
  expect(interrupted).toMatchObject({ code: 1, error: expect.stringMatching(/the round \S+ is cancelled/) })
  const statuses = (await listRounds()).map(({ id, status }) => (id === before ? 'before' : status))
  expect(statuses.toSorted()).toEqual(['before', 'cancelled', 'done'])
  await request(apiUrl, `${ALPHA}/rounds/${before}/cancel`, { method: 'POST' })
})

function plan(apiUrl: string, args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, 'plan', ...args], {
    env: {
      PATH: process.env['PATH'],
      KERBSIDE_HTTP: new URL(apiUrl).host,
      KERBSIDE_ADMIN_KEY: TEST_ADMIN_KEY,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [output, error] = ['', '']
  child.stdout.on('data', (data) => {
    output += data
  })
  child.stderr.on('data', (data) => {
    error += data
  })
  return {
    ended: once(child, 'close').then(([code]: unknown[]) => ({ code, output, error })),
    interrupt: () => child.kill('SIGINT'),
  }
}
