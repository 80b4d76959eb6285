import { join } from 'node:path'
import gtfsRealtime from 'gtfs-realtime-bindings'
import type { MqttClient } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { buildGtfs } from '../fixtures/build-gtfs.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { eventually } from '../fixtures/eventually.ts'
import { connectMqtt } from '../fixtures/mqtt-device.ts'
import { findInfluxdb, startInfluxdb } from '../fixtures/start-influxdb.ts'
import { startKerbside, TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'
import { hasPostgres, startPostgres } from '../fixtures/start-postgres.ts'
import { SIGN_SETTINGS } from '../fixtures/start-sign-town.ts'

const { FeedMessage } = gtfsRealtime.transit_realtime
const NOW = Date.parse('2026-03-30T09:02:00Z')
const TRIP = 'R1-weekday-10-0'
const TOWN = '/v1/authorities/town'

test.skipIf(!hasPostgres || findInfluxdb() === undefined)(
  'two API processes on one PostgreSQL serve the same predictions, and tell a sign of each change once',
  async () => {
    const { broker, apis, call } = await startInstallation()
    const [first, second] = apis
    await call(first, '/v1/authorities', { id: 'town', name: 'Town', timeZone: 'Europe/London' })
    const put = await fetch(`${first.apiUrl}${TOWN}/gtfs`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${TEST_ADMIN_KEY}`, 'content-type': 'application/zip' },
      body: new Uint8Array(buildGtfs()),
    })
    expect(put.status).toBe(201)
    const bus = await logIn('bus-1', 'vehicle', {})
    const sign = await logIn('sign-1', 'display', { stopIds: ['stop-8'], settings: SIGN_SETTINGS })
    const told: string[] = []
    sign.on('message', (topic, payload, { retain }) => {
      if (!retain && topic.includes('/realTimeDeparture/')) told.push(payload.toString())
    })
    await sign.subscribeAsync('CMS/+/content/centre/C1/stop-8/#', { qos: 1 })

    for (const minute of [0, 1, 2]) await say(1 + minute, NOW - (2 - minute) * 60_000)
    await eventually(() => Promise.all(apis.map(({ apiUrl }) => readTimes(apiUrl)))).toSatisfy(
      ([one, other]: [number[], number[]]) =>
        one.length > 8 &&
        one.length === other.length &&
        // By as much as their clocks may be apart.
        one.every((time, at) => Math.abs(time - (other[at] ?? 0)) <= 20),
    )
    await eventually(() => told.length).toBeGreaterThan(0)
    // Further each time than the time that a busy machine takes: else the bus is where it was expected.
    for (const stop of [5, 6.2, 7.4]) {
      const before = told.length
      await say(stop)
      await eventually(() => told.length).toBeGreaterThan(before)
    }
    // Two that tell it would say the same twice.
    expect(new Set(told).size).toBe(told.length)
    const { items } = await call(second, `${TOWN}/stops/stop-8/departures`)
    expect(items).toContainEqual(expect.objectContaining({ tripId: TRIP, state: 'live', vehicleId: 'bus-1' }))

    async function say(stop: number, time?: number): Promise<void> {
      const place = { longitude: stop * 0.0072, latitude: 51.5, tripId: TRIP, startDate: '20260330' }
      const reading = { ...place, ...(time !== undefined && { time: new Date(time).toISOString() }) }
      await bus.publishAsync('kerbside/v1/town/vehicle/bus-1/reading', JSON.stringify(reading), { qos: 1 })
    }

    async function logIn(id: string, kind: string, more: object): Promise<MqttClient> {
      const { credentials } = await call(first, `${TOWN}/devices`, { id, kind, ...more })
      const client = await connectMqtt(broker.mqttUrl, { ...credentials, protocolVersion: 5 })
      onTestFinished(() => void client.end(true))
      return client
    }
  },
  120_000,
)

async function readTimes(apiUrl: string): Promise<number[]> {
  const response = await fetch(`${apiUrl}${TOWN}/gtfs-rt/trip-updates`, {
    headers: { authorization: `Bearer ${TEST_ADMIN_KEY}` },
  })
  const { entity } = FeedMessage.decode(new Uint8Array(await response.arrayBuffer()))
  const stops = entity.flatMap(({ tripUpdate }) => tripUpdate?.stopTimeUpdate ?? [])
  return stops.map(({ departure }) => Number(departure?.time ?? 0)).filter((time) => time > 0)
}

async function startInstallation() {
  const folder = await createFolder()
  const [postgres, influxdb] = await Promise.all([startPostgres(), startInfluxdb()])
  onTestFinished(async () => {
    await Promise.all([postgres.stop(), influxdb.close()])
  })
  const environment = {
    KERBSIDE_REGISTRY: postgres.url,
    KERBSIDE_STORE: `influxdb:${influxdb.url}?database=kerbside`,
  }
  const startedAt = performance.now()
  const broker = await start('broker', 'broker', {})
  const source = new URL(broker.mqttUrl)
  source.username = '$installation'
  source.password = TEST_ADMIN_KEY
  const KERBSIDE_SOURCE = source.href
  await start('ingest', 'ingest', { KERBSIDE_SOURCE })
  const apis = [
    await start('api', 'api-1', { KERBSIDE_SOURCE }),
    await start('api', 'api-2', { KERBSIDE_SOURCE }),
  ] as const

  return { broker, apis, call }

  async function start(command: string, name: string, more: Record<string, string>) {
    const running = await startKerbside([command], {
      ...environment,
      ...more,
      // A process's clock begins when it starts: each is told where those of the others are.
      KERBSIDE_CLOCK: `${new Date(NOW + performance.now() - startedAt).toISOString()}*1`,
      KERBSIDE_DATA: join(folder, name),
    })
    onTestFinished(() => running.stop('SIGKILL'))
    return running
  }

  async function call({ apiUrl }: { apiUrl: string }, path: string, body?: object) {
    const response = await fetch(`${apiUrl}${path}`, {
      headers: {
        authorization: `Bearer ${TEST_ADMIN_KEY}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return JSON.parse(await response.text())
  }
}
