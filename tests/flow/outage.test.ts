import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createTown, request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { type Fault, type FaultyProxy, startFaultyProxy } from '../fixtures/start-faulty-proxy.ts'
import { findInfluxdb, startInfluxdb } from '../fixtures/start-influxdb.ts'
import { type KerbsideProcess, startKerbside } from '../fixtures/start-kerbside.ts'
import { type LoadRun, startLoad } from '../fixtures/start-load.ts'

const AUTHORITY = 'town'
const DEVICES = 8

interface Balance {
  accepted: number
  stored: number
  quarantined: number
  pending: number
}

describe.skipIf(!findInfluxdb())('while the store is out of order', () => {
  let influxdb: Awaited<ReturnType<typeof startInfluxdb>>
  beforeAll(async () => {
    influxdb = await startInfluxdb()
  })
  afterAll(() => influxdb.close())

  test.each<Fault>(['cut', 'error', 'slow'])(
    'with the fault "%s", devices go on being acknowledged, and all of it is stored afterwards',
    { timeout: 120_000 },
    async (fault) => {
      const { kerbside, proxy, load } = await startUnderLoad(`outage_${fault}`, { seconds: 6 })
      await acceptedBeyond(kerbside, 2_000)
      const memoryBefore = await readMemoryBytes(kerbside)
      proxy.fault = fault
      const { accepted } = await getBalance(kerbside)
      await acceptedBeyond(kerbside, accepted + 5_000)
      if (fault !== 'slow') {
        const ready = await fetch(`${kerbside.apiUrl}/health/ready`)
        expect(ready.status).toBe(503)
        expect(await ready.text()).toContain('store')
      }
      const { acknowledged } = await load.result
      expect((await readMemoryBytes(kerbside)) - memoryBefore).toBeLessThan(300e6)
      proxy.fault = 'none'
      await expectAllStored(kerbside, acknowledged)
    },
  )

  test('a full journal stops acknowledging, says so, and goes on by itself with nothing lost', {
    timeout: 120_000,
  }, async () => {
    const { kerbside, proxy, load } = await startUnderLoad('outage_full', {
      seconds: 5,
      limits: 'journalBytes=1000000',
      fault: 'error',
    })
    await expect.poll(() => readJournalCheck(kerbside), { timeout: 20_000 }).toMatchObject({ isReady: false })
    const full = await getBalance(kerbside)
    const memoryBefore = await readMemoryBytes(kerbside)
    // Time has to pass for this one: that nothing is accepted meanwhile, though the load goes on.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect((await getBalance(kerbside)).accepted).toBe(full.accepted)
    expect((await readMemoryBytes(kerbside)) - memoryBefore).toBeLessThan(100e6)
    proxy.fault = 'none'
    const { acknowledged, sent } = await load.result
    expect(acknowledged).toBe(sent)
    expect(acknowledged).toBeGreaterThan(full.accepted)
    await expectAllStored(kerbside, acknowledged)
    expect(await readJournalCheck(kerbside)).toMatchObject({ isReady: true })
  })

  async function startUnderLoad(
    database: string,
    { seconds, limits = '', fault = 'none' }: { seconds: number; limits?: string; fault?: Fault },
  ): Promise<{ kerbside: KerbsideProcess; proxy: FaultyProxy; load: LoadRun }> {
    const proxy = await startFaultyProxy(influxdb.url)
    onTestFinished(() => proxy.stop())
    const kerbside = await startKerbside(['up'], {
      KERBSIDE_DATA: await createFolder(),
      KERBSIDE_STORE: `influxdb:${proxy.url}?database=${database}`,
      ...(limits === '' ? {} : { KERBSIDE_LIMITS: limits }),
    })
    onTestFinished(() => kerbside.stop())
    const credentials = await createTown(kerbside.apiUrl, AUTHORITY, DEVICES)
    proxy.fault = fault
    const load = startLoad({
      mqttUrl: kerbside.mqttUrl,
      devices: credentials.map((login, index) => ({
        ...login,
        topic: `kerbside/v1/${AUTHORITY}/bin/bin-${index + 1}/reading`,
      })),
      seconds,
    })
    return { kerbside, proxy, load }
  }
})

const getBalance = ({ apiUrl }: KerbsideProcess): Promise<Balance> =>
  request<Balance>(apiUrl, `/v1/authorities/${AUTHORITY}/ingest`)

async function acceptedBeyond(kerbside: KerbsideProcess, count: number): Promise<void> {
  await expect
    .poll(async () => (await getBalance(kerbside)).accepted, { timeout: 30_000, interval: 50 })
    .toBeGreaterThan(count)
}

/** Every acknowledged reading is stored, by the counts and by asking for each device's readings. */
async function expectAllStored(kerbside: KerbsideProcess, acknowledged: number): Promise<void> {
  await expect
    .poll(() => getBalance(kerbside), { timeout: 60_000, interval: 100 })
    .toMatchObject({ accepted: acknowledged, stored: acknowledged, quarantined: 0, pending: 0 })
  let found = 0
  for (let device = 1; device <= DEVICES; device++) {
    const path = `/v1/authorities/${AUTHORITY}/devices/bin-${device}/readings`
    const { items } = await request<{ items: { count: number }[] }>(
      kerbside.apiUrl,
      `${path}?from=0&to=${Date.now() + 86_400_000}&every=P7D`,
    )
    for (const { count } of items) found += count
  }
  expect(found).toBe(acknowledged)
}

async function readJournalCheck({ apiUrl }: KerbsideProcess): Promise<unknown> {
  const response = await fetch(`${apiUrl}/health/ready`)
  const { checks } = (await response.json()) as { checks: { name: string }[] }
  return checks.find(({ name }) => name === 'journal')
}

async function readMemoryBytes({ child }: KerbsideProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024
}
