import { expect, onTestFinished, test } from 'vitest'
import { openMqttDeviceChannel } from '../../api/mqtt-device-channel.ts'
import { openMqttSource } from '../../ingest/mqtt-source.ts'
import { startIngest } from '../../ingest/start-ingest.ts'
import { systemClock } from '../../model/clock.ts'
import type { SignSaying } from '../../model/device-channel.ts'
import { silentLogger } from '../../model/logger.ts'
import { openDuckdbReadingStore } from '../../store/duckdb-reading-store.ts'
import { eventually } from '../fixtures/eventually.ts'
import { connectMqtt, nextMessages } from '../fixtures/mqtt-device.ts'
import { SIGN_SETTINGS } from '../fixtures/start-sign-town.ts'
import { startTestBroker } from '../fixtures/start-test-broker.ts'

const TOPIC = 'CMS/realTimeDeparture/content/centre/C1/S1'

async function startServices() {
  const town = await startTestBroker()
  onTestFinished(() => town.close())
  const key = await town.registry.setInstallationKey()
  const password = await town.addDevice('town', 'sign-1', 'display', SIGN_SETTINGS)
  await town.registry.updateDevice('town', 'sign-1', { stopIds: ['S1'] }, 'test')
  await town.directory.refresh()
  const url = town.url.replace('mqtt://', `mqtt://%24installation:${key}@`)
  return { town, url, password }
}

function logIn(url: string, password: string) {
  return connectMqtt(url, { username: 'town/sign-1', password, protocolVersion: 5 })
}

test('an API process tells displays of another process’s broker what to show, and hears what they say', async () => {
  const { town, url, password } = await startServices()
  const channel = openMqttDeviceChannel({ url, logger: silentLogger })
  onTestFinished(() => channel.close())
  const resets: (string | undefined)[] = []
  const sayings: SignSaying[] = []
  channel.onReset((authority) => resets.push(authority))
  channel.onSaying((saying) => sayings.push(saying))
  await eventually(() => resets).toEqual([undefined])

  const sign = await logIn(town.url, password)
  await eventually(() => resets).toEqual([undefined, 'town'])
  const live = nextMessages(sign, 1)
  await sign.subscribeAsync(TOPIC, { qos: 1 })
  channel.publish({
    authority: 'town',
    topicName: TOPIC,
    payload: '{"delta":1}',
    retain: 'no',
    expirySeconds: 60,
  })
  channel.publish({
    authority: 'town',
    topicName: TOPIC,
    payload: '{"whole":1}',
    retain: 'only',
    expirySeconds: 60,
  })
  expect(await live).toEqual([{ topic: TOPIC, text: '{"delta":1}', isRetained: false }])

  // Behind the two, so that what is kept is there when it is answered.
  const after = nextMessages(sign, 1)
  channel.publish({ authority: 'town', topicName: `${TOPIC}/SIM/sign-1`, payload: '{}', retain: 'no' })
  await sign.subscribeAsync(`${TOPIC}/SIM/sign-1`, { qos: 1 })
  channel.publish({ authority: 'town', topicName: `${TOPIC}/SIM/sign-1`, payload: '{}', retain: 'no' })
  await after
  const late = await logIn(town.url, password)
  const kept = nextMessages(late, 1)
  await late.subscribeAsync(TOPIC, { qos: 1 })
  expect(await kept).toEqual([{ topic: TOPIC, text: '{"whole":1}', isRetained: true }])

  await sign.publishAsync('PID-LED/heartbeat/service', '{"heartbeat":{}}', { qos: 1 })
  await eventually(() =>
    sayings.map(({ authority, device, topicName, payload }) => [
      authority,
      device,
      topicName,
      String(payload),
    ]),
  ).toEqual([['town', 'sign-1', 'PID-LED/heartbeat/service', '{"heartbeat":{}}']])
  await sign.endAsync()
  await late.endAsync()
})

test('the ingest service stores what displays say, quarantines what names another, and the balance holds', async () => {
  const { town, url, password } = await startServices()
  const clock = systemClock
  const logger = silentLogger
  const { registry, directory } = town
  const store = await openDuckdbReadingStore({ path: ':memory:', logger })
  const source = await openMqttSource({ url, registry, clock, logger })
  const ingest = startIngest({ registry, directory, store, source, clock, logger, oldestDays: 400 })
  onTestFinished(async () => {
    await ingest.close()
    await source.close()
    await store.close()
  })
  const sign = await logIn(town.url, password)
  const own = { vendorId: 'SIM', deviceId: 'sign-1' }
  const said: [string, object][] = [
    [
      'PID-LED/textSnapshot/response',
      { textSnapshotResponse: { ...own, requestId: '1', lines: ['12 Mill Lane Due'] } },
    ],
    ['PID-LED/sensorEvent/service/INT-TEMP', { sensorEvent: { ...own, value: '24.7' } }],
    ['PID-LED/heartbeat/service', { heartbeat: { ...own, deviceId: 'another' } }],
    ['PID-LED/discovery/request', { discoveryRequest: { ...own, requestId: '2' } }],
    [
      'CMS/realtimeDeparture/request',
      { realtimeDepartureRequest: { ...own, vendorId: 'X', requestId: '3' } },
    ],
    ['PID-LED/status/response', [1, 2]],
  ]
  for (const [topic, body] of said) await sign.publishAsync(topic, JSON.stringify(body), { qos: 1 })
  await town.broker.reportAccepted()
  await eventually(async () => (await registry.getBalance('town', clock.now())).pending).toBe(0)
  await eventually(async () => registry.getBalance('town', clock.now())).toMatchObject({
    accepted: 6,
    stored: 2,
    quarantined: 4,
  })
  const readings = await store.listReadings({
    authority: 'town',
    kind: 'display',
    device: 'sign-1',
    from: 0,
    to: clock.now() + 60_000,
    limit: 10,
  })
  expect(readings.map(({ fields }) => fields)).toEqual([
    { lines: '["12 Mill Lane Due"]' },
    { temperatureC: 24.7 },
  ])
  expect(
    (await registry.countQuarantined('town')).toSorted((a, b) => (a.reason < b.reason ? -1 : 1)),
  ).toEqual([
    { reason: 'wrong_device', count: 2 },
    { reason: 'wrong_type', count: 2 },
  ])
  await sign.endAsync()
})
