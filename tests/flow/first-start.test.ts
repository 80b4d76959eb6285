import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import GtfsRealtime from 'gtfs-realtime-bindings'
import { expect, onTestFinished, test } from 'vitest'
import type { Round } from '../../model/round.ts'
import { request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import type { Balance } from '../fixtures/run-kills.ts'
import { type KerbsideProcess, startKerbside, TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))
const DEMO = '/v1/authorities/demo'

interface Feature {
  readonly id: string
  readonly properties: { readonly kind: string; readonly time: string | null }
}

test('a first start with the demonstration has a town with history, and a second one goes on with it', {
  timeout: 480_000,
}, async () => {
  const folder = await createFolder()
  const first = await startKerbside(['up', '--demo'], { KERBSIDE_DATA: folder })
  onTestFinished(() => first.stop())
  const { apiUrl } = first
  const sent = await townReadings(first)
  expect(sent).toBeGreaterThan(100_000)
  await expect
    .poll(() => getBalance(apiUrl), { timeout: 30_000, interval: 100 })
    .toMatchObject({ pending: 0, quarantined: 0 })
  expect((await getBalance(apiUrl)).stored).toBeGreaterThanOrEqual(sent)

  for (const [map, kind] of [
    ['bins', 'bin'],
    ['counters', 'traffic'],
    ['displays', 'display'],
    ['vehicles', 'vehicle'],
  ] as const) {
    const { features } = await request<{ features: Feature[] }>(apiUrl, `${DEMO}/${map}`)
    const measured = features.filter(({ properties }) => properties.kind === kind && properties.time !== null)
    expect(measured.length, map).toBeGreaterThan(map === 'vehicles' ? 3 : 20)
  }
  await expectHistory(apiUrl)
  await expectVehicles(apiUrl)
  await expectDepartures(apiUrl)
  await expectRound(apiUrl)
  const passwords = await readFile(join(folder, 'sim-demo.json'), 'utf8')
  const key = await readFile(join(folder, 'demo-key'), 'utf8')
  await first.stop()

  const second = await startKerbside(['up', '--demo'], { KERBSIDE_DATA: folder })
  onTestFinished(() => second.stop())
  // Nothing but what was missed while it was down, and not the history again.
  expect(await townReadings(second)).toBeLessThan(sent / 10)
  expect(await readFile(join(folder, 'sim-demo.json'), 'utf8')).toBe(passwords)
  expect(await readFile(join(folder, 'demo-key'), 'utf8')).toBe(key)
  await expect
    .poll(() => getBalance(second.apiUrl), { timeout: 30_000, interval: 100 })
    .toMatchObject({ pending: 0, quarantined: 0 })
  await expectVehicles(second.apiUrl)
})

/** How many readings the simulated town has sent before it lives on, as its log says. */
async function townReadings(kerbside: KerbsideProcess): Promise<number> {
  const find = (): string | undefined =>
    kerbside.log.find((line) => line.includes('the town has sent its history'))
  await expect.poll(find, { timeout: 200_000, interval: 100 }).toBeDefined()
  const { readings } = JSON.parse(find() ?? '') as { readings: number }
  return readings
}

const getBalance = (apiUrl: string): Promise<Balance> => request<Balance>(apiUrl, `${DEMO}/ingest`)

async function expectHistory(apiUrl: string): Promise<void> {
  const { features } = await request<{ features: Feature[] }>(apiUrl, `${DEMO}/bins`)
  const from = Date.now() - 27 * 86_400_000
  const path = `${DEMO}/devices/${features[0]?.id}/readings?from=${from}&to=${Date.now()}&limit=1000`
  const { items } = await request<{ items: { time: string }[] }>(apiUrl, path)
  expect(items.length).toBeGreaterThan(26 * 24)
}

async function expectVehicles(apiUrl: string): Promise<void> {
  await expect
    .poll(
      async () => {
        // Published, so without a key.
        const response = await fetch(`${apiUrl}${DEMO}/gtfs-rt/vehicle-positions`)
        const bytes = new Uint8Array(await response.arrayBuffer())
        return GtfsRealtime.transit_realtime.FeedMessage.decode(bytes).entity.length
      },
      { timeout: 30_000, interval: 500 },
    )
    .toBeGreaterThan(3)
}

/** A display's stop counts down by what is known of the buses, and the feed has it. */
async function expectDepartures(apiUrl: string): Promise<void> {
  const { items } = await request<{ items: { stopIds: string[] }[] }>(apiUrl, `${DEMO}/devices?kind=display`)
  const stops = items.flatMap(({ stopIds }) => stopIds)
  expect(stops.length).toBeGreaterThan(20)
  const listStates = async (): Promise<string[]> => {
    // Published, so without a key.
    const boards = await Promise.all(
      stops.slice(0, 10).map((stop) => fetch(`${apiUrl}${DEMO}/stops/${stop}/departures`)),
    )
    const answers = await Promise.all(
      boards.map((board) => board.json() as Promise<{ items: { state: string }[] }>),
    )
    return answers.flatMap(({ items }) => items.map(({ state }) => state))
  }
  await expect.poll(listStates, { timeout: 60_000, interval: 500 }).toContain('live')
  const response = await fetch(`${apiUrl}${DEMO}/gtfs-rt/trip-updates`)
  const feed = GtfsRealtime.transit_realtime.FeedMessage.decode(new Uint8Array(await response.arrayBuffer()))
  const predicted = feed.entity.filter(({ tripUpdate }) =>
    tripUpdate?.stopTimeUpdate?.some(({ departure }) => Number(departure?.time) * 1000 > Date.now()),
  )
  expect(predicted.length).toBeGreaterThan(0)
}

async function expectRound(apiUrl: string): Promise<void> {
  const dayAfter = (days: number): string =>
    new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  // Of the few bins that are full by tomorrow none may be worth a lorry's day: of those in a week, many are.
  const body = { date: dayAfter(0), nextDate: dayAfter(7), seconds: 2, seed: 1 }
  const { id } = await request<Round>(apiUrl, `${DEMO}/rounds`, { body })
  const getRound = (): Promise<Round> => request<Round>(apiUrl, `${DEMO}/rounds/${id}`)
  await expect.poll(getRound, { timeout: 60_000, interval: 200 }).toMatchObject({ status: 'done' })
  const { lorries } = await getRound()
  const lifts = lorries.flatMap(({ stops }) => stops.filter(({ type }) => type === 'lift'))
  expect(lifts.length).toBeGreaterThan(0)
}

interface Ended {
  readonly code: number | null
  readonly error: string
}

/** Runs a command to its end; `error` is what it said on stderr beside its log's lines of information. */
async function run(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ended> {
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], {
    env: {
      PATH: process.env['PATH'],
      KERBSIDE_HTTP: '127.0.0.1:0',
      KERBSIDE_MQTT: '127.0.0.1:0',
      KERBSIDE_ADMIN_KEY: TEST_ADMIN_KEY,
      KERBSIDE_LOG: 'error',
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let error = ''
  child.stderr?.on('data', (data) => {
    error += data
  })
  const [code] = await once(child, 'close')
  return { code, error }
}

/** It has ended with an error of one line that has all of `parts`, and with no stack trace. */
function expectOneMessage({ code, error }: Ended, ...parts: string[]): void {
  expect(code, error).toBeGreaterThan(0)
  expect(error.trimEnd().split('\n'), error).toHaveLength(1)
  expect(error).toMatch(/^kerbside: /)
  expect(error).not.toMatch(/\n\s+at |undefined/)
  for (const part of parts) expect(error).toContain(part)
}

test('a wrong variable stops the start with its name, its value and what is allowed', async () => {
  const folder = await createFolder()
  const wrong = await run(['up'], { KERBSIDE_DATA: folder, KERBSIDE_HTTP: 'foo' })
  expectOneMessage(wrong, 'KERBSIDE_HTTP', '"foo"', 'host:port')
  expect(existsSync(join(folder, 'registry.sqlite'))).toBe(false)
})

test('a folder of data that cannot be made stops the start with its name', async () => {
  const folder = await createFolder()
  await writeFile(join(folder, 'file'), '')
  // Beneath a file there is no folder, for root neither.
  const path = join(folder, 'file', 'data')
  for (const command of ['up', 'broker']) {
    expectOneMessage(await run([command], { KERBSIDE_DATA: path }), 'KERBSIDE_DATA', path, 'expected')
  }
})

test.each(['api', 'ingest'])('kerbside %s with DuckDB is refused with what to set', async (command) => {
  const ended = await run([command], {
    KERBSIDE_DATA: await createFolder(),
    KERBSIDE_SOURCE: 'mqtt://127.0.0.1:1',
  })
  expectOneMessage(ended, 'KERBSIDE_STORE', 'DuckDB', 'influxdb:http://HOST:PORT?database=NAME')
})

test('an address or a folder that a running Kerbside has is refused, and the running one goes on', async () => {
  const folder = await createFolder()
  const running = await startKerbside(['up'], { KERBSIDE_DATA: folder })
  onTestFinished(() => running.stop())
  const http = new URL(running.apiUrl).host
  const mqtt = new URL(running.mqttUrl).host
  const other = await createFolder()
  expectOneMessage(
    await run(['up'], { KERBSIDE_DATA: other, KERBSIDE_HTTP: http }),
    'KERBSIDE_HTTP',
    http,
    'EADDRINUSE',
  )
  expectOneMessage(
    await run(['up'], { KERBSIDE_DATA: other, KERBSIDE_MQTT: mqtt }),
    'KERBSIDE_MQTT',
    mqtt,
    'EADDRINUSE',
  )
  expectOneMessage(await run(['up'], { KERBSIDE_DATA: folder }), folder, 'another process')
  expect((await fetch(`${running.apiUrl}/health/ready`)).status).toBe(200)
})

test('an unknown command is named, with those that there are', async () => {
  const ended = await run(['dance'], {})
  expectOneMessage(ended, 'dance', 'up, broker, ingest, api')
})

test('a replay of what is no recording names the folder and the files of one', async () => {
  const folder = await createFolder()
  expectOneMessage(await run(['replay', folder], {}), folder, 'fill.csv.gz and sites.csv')
  const nowhere = join(folder, 'nowhere')
  expectOneMessage(await run(['replay', nowhere], {}), nowhere, 'fill.csv.gz and sites.csv')
})

test('a replay of a recording with a bad row names file, row and column', async () => {
  const recording = await createFolder()
  const site = '1511190,-37.88,144.73,general,80,Aldi G Point Cook'
  await writeFile(join(recording, 'sites.csv'), `bin,lat,lon,stream,threshold_pct,name\n${site}\n`)
  const rows = ['bin,ts,fill_pct', '1511190,2018-06-26T00:00:00Z,80', '1511190,2018-06-27T00:00:00Z,brimful']
  await writeFile(join(recording, 'fill.csv.gz'), gzipSync(`${rows.join('\n')}\n`))
  const environment = { KERBSIDE_HTTP: '127.0.0.1:1', KERBSIDE_MQTT: '127.0.0.1:1' }
  const ended = await run(['replay', recording, '--speed', '0'], environment)
  expectOneMessage(ended, 'fill.csv.gz', 'row 3', 'column fill_pct', '"brimful"', 'a number from 0 to 100')
})
