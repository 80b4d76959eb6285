import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import GtfsRealtime from 'gtfs-realtime-bindings'
import { expect, onTestFinished, test } from 'vitest'
import type { Round } from '../../model/round.ts'
import { request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { findTestData } from '../fixtures/find-test-data.ts'
import { runKerbside, startKerbside } from '../fixtures/start-kerbside.ts'

const MINUTES = 60_000
const wyndham = findTestData('bin-fill/wyndham')
const berlin = findTestData('traffic/berlin-2023')
const washington = findTestData('transit/wmata-3routes-2026')

type Row = Record<string, string>
type Item = Record<string, unknown> & { time: string }

async function readCsv(folder: string | undefined, file: string): Promise<Row[]> {
  const bytes = await readFile(join(folder ?? '', file))
  return parse(file.endsWith('.gz') ? gunzipSync(bytes) : bytes, { columns: true })
}

/** A running Kerbside whose clock shows `start` and runs `speed` times as fast, after the recording was replayed to it. */
async function replay(recording: string | undefined, start: string, speed: number) {
  const folder = await createFolder()
  // At such speeds a second in which the machine does something else is weeks of the clock, so nothing is too old.
  const kerbside = await startKerbside(['up'], {
    KERBSIDE_DATA: folder,
    KERBSIDE_CLOCK: `${start}*${speed}`,
    KERBSIDE_OLDEST_DAYS: '0',
  })
  onTestFinished(() => kerbside.stop())
  await runKerbside(['replay', recording ?? '', '--speed', String(speed), '--authority', 'town'], {
    KERBSIDE_HTTP: new URL(kerbside.apiUrl).host,
    KERBSIDE_MQTT: new URL(kerbside.mqttUrl).host,
  })
  return { kerbside, folder }
}

async function expectBalance(apiUrl: string, stored: number): Promise<void> {
  await expect
    .poll(() => request(apiUrl, '/v1/authorities/town/ingest'), { timeout: 30_000, interval: 100 })
    .toMatchObject({ accepted: stored, stored, quarantined: 0, pending: 0 })
}

async function readDevice(apiUrl: string, device: string): Promise<Item[]> {
  const items: Item[] = []
  for (let after = ''; ; ) {
    const page = await request<{ items: Item[]; next: string | null }>(
      apiUrl,
      `/v1/authorities/town/devices/${device}/readings?from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=10000${after}`,
    )
    items.push(...page.items)
    if (page.next === null) return items
    after = `&after=${encodeURIComponent(page.next)}`
  }
}

function groupBy(rows: readonly Row[], column: string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = row[column] ?? ''
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return groups
}

const sum = (values: readonly unknown[]): number =>
  values.reduce<number>((total, value) => total + Number(value), 0)

test.skipIf(!wyndham)(
  "Wyndham's bins come back from the API as recorded, and the full ones are in a round",
  {
    timeout: 4 * MINUTES,
  },
  async () => {
    const rows = await readCsv(wyndham, 'fill.csv.gz')
    const sites = await readCsv(wyndham, 'sites.csv')
    const { kerbside } = await replay(wyndham, '2018-06-26T00:00:00Z', 4_000_000)
    const { apiUrl } = kerbside
    await expectBalance(apiUrl, rows.length)

    for (const [bin, recorded] of groupBy(rows, 'bin')) {
      const items = await readDevice(apiUrl, bin)
      expect(
        items.map((item) => item.time.slice(0, 19)),
        bin,
      ).toEqual(recorded.map((row) => row['ts']?.slice(0, 19)))
      expect(sum(items.map((item) => item['fillPercent'])), bin).toBe(
        sum(recorded.map((row) => row['fill_pct'])),
      )
    }

    const threshold = new Map(sites.map((site) => [site['bin'], Number(site['threshold_pct'])]))
    const lastDay = rows.filter((row) => row['ts'] === '2020-12-31T00:00:00Z')
    const full = lastDay.filter((row) => Number(row['fill_pct']) >= (threshold.get(row['bin'] ?? '') ?? 101))
    expect(full.length).toBeGreaterThan(0)

    await request(apiUrl, '/v1/authorities/town/depots', {
      body: { id: 'depot', name: 'Depot', longitude: 144.66, latitude: -37.9 },
    })
    await request(apiUrl, '/v1/authorities/town/lorries', {
      body: { id: 'lorry', name: 'Lorry', depotId: 'depot' },
    })
    const { id } = await request<Round>(apiUrl, '/v1/authorities/town/rounds', {
      body: { date: '2020-12-31', seconds: 1, seed: 1 },
    })
    const round = await expect
      .poll(() => request<Round>(apiUrl, `/v1/authorities/town/rounds/${id}`), {
        timeout: 60_000,
        interval: 200,
      })
      .toMatchObject({ status: 'done', estimated: true })
      .then(() => request<Round>(apiUrl, `/v1/authorities/town/rounds/${id}`))
    const lifted = round.lorries.flatMap(({ stops }) => stops.filter(({ type }) => type === 'lift'))
    const named = [...lifted.map(({ deviceId }) => deviceId), ...round.left.map(({ deviceId }) => deviceId)]
    for (const { bin } of full)
      expect(
        named.filter((name) => name === bin),
        `bin ${bin}`,
      ).toHaveLength(1)
    expect(new Set(named).size).toBe(named.length)
    expect(lifted.length).toBeGreaterThan(0)
    for (const { deviceId, reason } of round.left) expect(reason, deviceId).not.toBe('')
  },
)

test.skipIf(!berlin)(
  "Berlin's counters come back from the API as recorded",
  { timeout: 4 * MINUTES },
  async () => {
    const rows = await readCsv(berlin, 'counts.csv.gz')
    const { kerbside } = await replay(berlin, '2023-08-31T22:00:00Z', 500_000)
    const { apiUrl } = kerbside
    await expectBalance(apiUrl, rows.length)
    for (const [site, recorded] of groupBy(rows, 'site')) {
      const items = await readDevice(apiUrl, site)
      expect(items.length, site).toBe(recorded.length)
      expect(sum(items.map((item) => item['count'])), site).toBe(sum(recorded.map((row) => row['count'])))
      const speeds = recorded.filter((row) => row['speed_kph'] !== '')
      expect(sum(items.map((item) => item['meanSpeedKph'] ?? 0)), site).toBe(
        sum(speeds.map((row) => row['speed_kph'])),
      )
    }
  },
)

test.skipIf(!washington)(
  "Washington's buses come back from the API, and those of the moment are in the feed",
  {
    timeout: 4 * MINUTES,
  },
  async () => {
    const rows = await readCsv(washington, 'vehicle_positions_20260216.csv.gz')
    const { kerbside, folder } = await replay(washington, '2026-02-16T15:58:00Z', 1_200)
    const { apiUrl } = kerbside
    await expectBalance(apiUrl, rows.length)

    let lastTime = 0
    const newest = new Map<string, Row>()
    for (const [vehicle, recorded] of groupBy(rows, 'vehicle.vehicle.id')) {
      // Of two positions of a bus at one moment the later row stays.
      const byTime = new Map(recorded.map((row) => [Number(row['vehicle.timestamp']), row]))
      const items = await readDevice(apiUrl, vehicle)
      expect(
        items.map((item) => Date.parse(item.time) / 1000),
        vehicle,
      ).toEqual([...byTime.keys()].sort((a, b) => a - b))
      expect(sum(items.map((item) => item['longitude'])), vehicle).toBeCloseTo(
        sum([...byTime.values()].map((row) => row['vehicle.position.longitude'])),
        6,
      )
      const last = Math.max(...byTime.keys())
      lastTime = Math.max(lastTime, last)
      newest.set(vehicle, byTime.get(last) as Row)
    }

    // The same installation, at the last moment of the recording and with time as it is.
    await kerbside.stop()
    const now = new Date(lastTime * 1000).toISOString()
    const later = await startKerbside(['up'], { KERBSIDE_DATA: folder, KERBSIDE_CLOCK: now })
    onTestFinished(() => later.stop())
    const url = `${later.apiUrl}/v1/authorities/town/gtfs-rt/vehicle-positions`
    const response = await fetch(url, { headers: { authorization: 'Bearer kerbside-test-admin-key' } })
    expect(response.headers.get('content-type')).toBe('application/x-protobuf')
    const feed = GtfsRealtime.transit_realtime.FeedMessage.decode(
      new Uint8Array(await response.arrayBuffer()),
    )
    const current = [...newest].filter(([, row]) => lastTime - Number(row['vehicle.timestamp']) <= 85)
    expect(current.length).toBeGreaterThan(20)
    const shown = new Map(feed.entity.map((entity) => [entity.vehicle?.vehicle?.id, entity.vehicle]))
    for (const [vehicle, row] of current) {
      const entity = shown.get(vehicle)
      expect(entity?.trip?.tripId, vehicle).toBe(row['vehicle.trip.trip_id'])
      expect(entity?.position?.latitude, vehicle).toBeCloseTo(Number(row['vehicle.position.latitude']), 4)
      expect(Number(entity?.timestamp), vehicle).toBe(Number(row['vehicle.timestamp']))
    }
  },
)
