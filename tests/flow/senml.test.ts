import { expect, onTestFinished, test } from 'vitest'
import { type Credentials, request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { eventually } from '../fixtures/eventually.ts'
import { connectMqtt } from '../fixtures/mqtt-device.ts'
import { startKerbside } from '../fixtures/start-kerbside.ts'
import { encodeCbor } from '../ingest/encode-cbor.ts'

const TOWN = '/v1/authorities/town'

test('a device that speaks SenML is heard in JSON and CBOR, over a restart, and what it sends balances', {
  timeout: 120_000,
}, async () => {
  const folder = await createFolder()
  const start = () => startKerbside(['up'], { KERBSIDE_DATA: folder })
  let kerbside = await start()
  onTestFinished(() => kerbside.stop())
  await request(kerbside.apiUrl, '/v1/authorities', { body: { id: 'town', name: 'Town', timeZone: 'UTC' } })
  const device = {
    id: 'bin-1',
    kind: 'bin',
    settings: { emptyDistanceMm: 1200, fullDistanceMm: 200 },
  }
  const { credentials } = await request<{ credentials: Credentials }>(kerbside.apiUrl, `${TOWN}/devices`, {
    body: device,
  })
  const begin = Math.floor(Date.now() / 1_000) - 3_600
  const pack = (minute: number) => [
    { bn: 'urn:dev:bin-1:', bt: begin + minute * 60, n: 'distanceMm', u: 'm', v: 0.7 },
    { n: 'distanceMm', u: 'm', v: 0.8, t: 30 },
  ]
  const payloads: (string | Buffer)[] = [
    JSON.stringify(pack(0)),
    encodeCbor(pack(1)),
    // Faults, of one reading each; the last one of two, of which one is refused.
    encodeCbor(pack(2)).subarray(0, 20),
    JSON.stringify([{ n: 'distanceMm', v: 'far' }]),
    JSON.stringify([...pack(3), { n: 'fillPercent', v: 140, t: 30 }]),
  ]
  const publish = async (some: readonly (string | Buffer)[]) => {
    const client = await connectMqtt(kerbside.mqttUrl, credentials)
    for (const payload of some) {
      await client.publishAsync('kerbside/v1/town/bin/bin-1/reading', payload, { qos: 1 })
    }
    await client.endAsync()
  }
  await publish(payloads)
  // What was accepted and not stored yet counts after a restart as it did before.
  await kerbside.stop('SIGKILL')
  kerbside = await start()
  await publish([encodeCbor(pack(4))])
  await eventually(() => request(kerbside.apiUrl, `${TOWN}/ingest`)).toMatchObject({
    accepted: 10,
    stored: 7,
    quarantined: 3,
    pending: 0,
  })
  const { items } = await request<{ items: { distanceMm: number }[] }>(
    kerbside.apiUrl,
    `${TOWN}/devices/bin-1/readings?from=${begin * 1_000}&to=${(begin + 3_600) * 1_000}`,
  )
  expect(items.map(({ distanceMm }) => distanceMm)).toEqual([700, 800, 700, 800, 700, 700, 800])
})
