import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import type { Delivery } from '../../device-sim/live-on.ts'
import { runSim } from '../../device-sim/run-sim.ts'
import { createScaledClock } from '../../model/clock.ts'
import { createRandom } from '../../model/random.ts'
import { formatTime } from '../../model/time.ts'
import { request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import type { Balance } from '../fixtures/run-kills.ts'
import { type KerbsideProcess, startKerbside, TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'

const AUTHORITY = 'chaos'
const START = Date.parse('2026-03-02T07:00:00Z')
const SPEED = 600
const SECONDS = 16
const KILLS = 2
// The server's clock is as far ahead of the devices', so that its start, however slow, never puts it behind them.
const LEAD_SECONDS = 5

test('a town that misbehaves, on a server that is killed twice, is stored or quarantined as it should be, in balance', {
  timeout: 400_000,
}, async () => {
  const seed = Number(process.env['KERBSIDE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  const where = `KERBSIDE_TEST_SEED=${seed}`
  const random = createRandom(seed)
  const clock = createScaledClock(START, SPEED)
  const folder = await createFolder()
  let addresses = {}
  const start = async (): Promise<KerbsideProcess> => {
    const kerbside = await startKerbside(['up'], {
      KERBSIDE_DATA: folder,
      KERBSIDE_CLOCK: `${formatTime(clock.now() + LEAD_SECONDS * 1000 * SPEED)}*${SPEED}`,
      ...addresses,
    })
    addresses = {
      KERBSIDE_HTTP: new URL(kerbside.apiUrl).host,
      KERBSIDE_MQTT: new URL(kerbside.mqttUrl).host,
    }
    return kerbside
  }
  let kerbside = await start()
  onTestFinished(() => kerbside.stop())
  const { apiUrl, mqttUrl } = kerbside

  const deliveries: Delivery[] = []
  const stopping = new AbortController()
  const town = runSim({
    apiUrl,
    mqttUrl,
    adminKey: TEST_ADMIN_KEY,
    clock,
    logger: pino({ level: 'silent' }),
    seed: seed % 1_000,
    authority: AUTHORITY,
    historyDays: 0,
    credentialsPath: `${folder}/sim.json`,
    signal: stopping.signal,
    misbehaviour: { ratio: 0.3 },
    onDelivery: (delivery) => deliveries.push(delivery),
  })
  onTestFinished(async () => {
    stopping.abort()
    await town
  })

  const unbalanced: string[] = []
  let samples = 0
  const sample = async (): Promise<Balance | undefined> => {
    const balance = await findBalance(apiUrl)
    if (!balance) return undefined
    samples++
    const { accepted, stored, quarantined, pending } = balance
    if (accepted !== stored + quarantined + pending || pending < 0) unbalanced.push(JSON.stringify(balance))
    return balance
  }

  // It lives from its first delivery on; the moments of the kills are drawn, not awaited.
  await expect.poll(() => deliveries.length, { timeout: 120_000 }).toBeGreaterThan(0)
  const livesFrom = performance.now()
  const partMs = (SECONDS * 1000) / (KILLS + 1)
  for (let part = 0; part <= KILLS; part++) {
    const until = livesFrom + (part + (part < KILLS ? 0.5 + 0.5 * random() : 1)) * partMs
    while (performance.now() < until) {
      await sample()
      await delay(20)
    }
    if (part === KILLS) break
    await kerbside.stop('SIGKILL')
    kerbside = await start()
  }
  stopping.abort()
  await town
  await expect.poll(sample, { timeout: 20_000, message: where }).toMatchObject({ pending: 0 })

  expect(unbalanced, where).toEqual([])
  expect(samples, where).toBeGreaterThan(10)
  const ledger = readLedger(deliveries)
  expect(ledger.stored.size, where).toBeGreaterThan(200)
  expect(ledger.quarantined.size, where).toBeGreaterThan(4)
  expect((await listMissing(apiUrl, ledger.stored)).slice(0, 3), where).toEqual([])

  const balance = await findBalance(apiUrl)
  expect(balance?.stored, where).toBeGreaterThanOrEqual(ledger.storedCount)
  let quarantinedCount = 0
  const reasons = new Map<string, number>()
  for await (const { reason } of listPages<{ reason: string }>(apiUrl, 'quarantine')) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    quarantinedCount++
  }
  expect(balance?.quarantined, where).toBe(quarantinedCount)
  for (const [reason, count] of ledger.quarantined) {
    expect(reasons.get(reason), `${reason}, ${where}`).toBeGreaterThanOrEqual(count)
  }
  // Nothing was refused that nobody meant to be.
  expect(
    [...reasons.keys()].filter((reason) => !ledger.quarantined.has(reason)),
    where,
  ).toEqual([])
})

interface Ledger {
  /** What must be there, by device. */
  readonly stored: ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>
  readonly storedCount: number
  /** How many must be in quarantine, by reason. */
  readonly quarantined: ReadonlyMap<string, number>
}

function readLedger(deliveries: readonly Delivery[]): Ledger {
  const stored = new Map<string, Readonly<Record<string, unknown>>[]>()
  const quarantined = new Map<string, number>()
  let storedCount = 0
  for (const { device, expectations } of deliveries) {
    for (const expectation of expectations) {
      if (expectation.outcome === 'stored') {
        storedCount += expectation.count
        stored.set(device, [...(stored.get(device) ?? []), expectation.payload])
      } else {
        const { reason, count } = expectation
        quarantined.set(reason, (quarantined.get(reason) ?? 0) + count)
      }
    }
  }
  return { stored, storedCount, quarantined }
}

/** The payloads that the API does not return as they were sent. */
async function listMissing(apiUrl: string, stored: Ledger['stored']): Promise<string[]> {
  const missing: string[] = []
  for (const [device, payloads] of stored) {
    const found = new Map<string, Record<string, unknown>>()
    const path = `devices/${device}/readings?from=${START - 86_400_000}&to=${START + 7 * 86_400_000}`
    for await (const item of listPages<Record<string, unknown>>(apiUrl, path)) found.set(keyOf(item), item)
    for (const payload of payloads) {
      const item = found.get(keyOf(payload))
      const isThere =
        item !== undefined &&
        Object.entries(payload).every(
          ([name, value]) => name === 'time' || isDeepStrictEqual(item[name], value),
        )
      if (!isThere)
        missing.push(`${device}: ${JSON.stringify(payload)}, but there is ${JSON.stringify(item)}`)
    }
  }
  return missing
}

function keyOf({ time, lane, direction }: Readonly<Record<string, unknown>>): string {
  return `${Date.parse(String(time))} ${lane ?? ''} ${direction ?? ''}`
}

/** Undefined where the server is away, or does not have the authority yet. */
function findBalance(apiUrl: string): Promise<Balance | undefined> {
  return request<Balance>(apiUrl, `/v1/authorities/${AUTHORITY}/ingest`).catch(() => undefined)
}

async function* listPages<T>(apiUrl: string, path: string): AsyncGenerator<T> {
  const base = `/v1/authorities/${AUTHORITY}/${path}${path.includes('?') ? '&' : '?'}limit=1000`
  for (let after = ''; ; ) {
    const page = await request<{ items: T[]; next: string | null }>(apiUrl, `${base}${after}`)
    yield* page.items
    if (page.next === null) return
    after = `&after=${encodeURIComponent(page.next)}`
  }
}
