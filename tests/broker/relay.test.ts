import type { MqttClient } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../fixtures/eventually.ts'
import { connectMqtt } from '../fixtures/mqtt-device.ts'
import { connectPacket, openRawMqtt, type RawMqtt } from '../fixtures/raw-mqtt.ts'
import { startTestBroker, type TestBroker } from '../fixtures/start-test-broker.ts'

const reading = 'kerbside/v1/a/bin/bin1/reading'

async function startTown(limits = {}): Promise<{ town: TestBroker; device: MqttClient; key: string }> {
  const town = await startTestBroker({ limits })
  onTestFinished(() => town.close())
  const key = await town.registry.setInstallationKey()
  const device = await connectMqtt(town.url, {
    username: 'a/bin1',
    password: await town.addDevice('a', 'bin1'),
  })
  onTestFinished(() => device.endAsync(true))
  return { town, device, key }
}

async function connectIngest(town: TestBroker, key: string, properties = {}): Promise<RawMqtt> {
  const raw = await openRawMqtt(town.broker.mqttPort ?? 0, 5)
  onTestFinished(() => raw.close())
  raw.send(connectPacket({ username: '$installation', password: key, version: 5, properties }))
  await raw.waitFor(({ cmd }) => cmd === 'connack')
  return raw
}

function deliveries(raw: RawMqtt) {
  return raw.received.flatMap((packet) => (packet.cmd === 'publish' ? [packet] : []))
}

const texts = (raw: RawMqtt): string[] => deliveries(raw).map(({ payload }) => payload.toString())

test('the ingest service gets every message in order with its position and time, and those unacknowledged again', async () => {
  const { town, device, key } = await startTown()
  for (const text of ['1', '2', '3', '4']) await device.publishAsync(reading, text, { qos: 1 })
  const first = await connectIngest(town, key)
  expect(first.received[0]).toMatchObject({
    reasonCode: 0,
    properties: { userProperties: { 'kerbside-journal': town.journal.id } },
  })
  await eventually(() => texts(first)).toEqual(['1', '2', '3', '4'])
  const positions = deliveries(first).map(({ properties }) =>
    Number(properties?.userProperties?.['kerbside-position']),
  )
  expect(positions).toEqual([...positions].sort((a, b) => a - b))
  const time = Number(deliveries(first)[0]?.properties?.userProperties?.['kerbside-received-time'])
  expect(Math.abs(time - Date.now())).toBeLessThan(60_000)
  first.close()
  await eventually(() => town.broker.stats().isIngestConnected).toBe(false)

  const second = await connectIngest(town, key)
  await eventually(() => texts(second)).toEqual(['1', '2', '3', '4'])
  for (const { messageId } of deliveries(second)) second.send({ cmd: 'puback', messageId: messageId ?? 0 })
  await eventually(() => town.journal.stats().pendingMessages).toBe(0)
  second.close()
  await eventually(() => town.broker.stats().isIngestConnected).toBe(false)

  const third = await connectIngest(town, key)
  await device.publishAsync(reading, '5', { qos: 1 })
  await eventually(() => texts(third)).toEqual(['5'])
})

test('what comes before something unacknowledged is kept, whatever the order of the acknowledgements', async () => {
  const { town, device, key } = await startTown()
  const first = await connectIngest(town, key)
  for (const text of ['1', '2', '3']) {
    await device.publishAsync(reading, text, { qos: 1 })
    await first.waitFor((packet) => packet.cmd === 'publish' && packet.payload.toString() === text)
  }
  for (const { messageId } of deliveries(first).slice(1))
    first.send({ cmd: 'puback', messageId: messageId ?? 0 })
  first.send({ cmd: 'pingreq' })
  await first.waitFor(({ cmd }) => cmd === 'pingresp')
  first.close()
  await eventually(() => town.broker.stats().isIngestConnected).toBe(false)
  const second = await connectIngest(town, key)
  await eventually(() => texts(second)).toEqual(['1', '2', '3'])
})

test('no more is on its way than the ingest service says that it takes', async () => {
  const { town, device, key } = await startTown()
  for (let index = 0; index < 50; index++) await device.publishAsync(reading, String(index), { qos: 1 })
  const raw = await connectIngest(town, key, { receiveMaximum: 7 })
  for (let index = 0; index < 50; index++) {
    await raw.waitFor((packet) => packet.cmd === 'publish' && packet.payload.toString() === String(index))
    expect(deliveries(raw).length).toBeLessThanOrEqual(index + 7)
    raw.send({ cmd: 'puback', messageId: deliveries(raw)[index]?.messageId ?? 0 })
  }
  await eventually(() => town.journal.stats().pendingMessages).toBe(0)
})

test('a second ingest service is told that the server is busy while the first lives', async () => {
  const { town, device, key } = await startTown()
  const first = await connectIngest(town, key)
  const second = await connectIngest(town, key)
  expect(second.received[0]).toMatchObject({ reasonCode: 0x89 })
  await second.whenClosed()
  await device.publishAsync(reading, '1', { qos: 1 })
  await eventually(() => texts(first)).toEqual(['1'])
  first.close()
  await eventually(() => town.broker.stats().isIngestConnected).toBe(false)
  const third = await connectIngest(town, key)
  await eventually(() => texts(third)).toEqual(['1'])
})

test('an ingest service that does not speak MQTT 5, which tells the journal’s id and positions, is refused', async () => {
  const { town, key } = await startTown()
  const old = await openRawMqtt(town.broker.mqttPort ?? 0, 4)
  onTestFinished(() => old.close())
  old.send(connectPacket({ username: '$installation', password: key, version: 4 }))
  expect(await old.waitFor(({ cmd }) => cmd === 'connack')).toMatchObject({ returnCode: 1 })
  await old.whenClosed()
  expect(town.broker.stats().isIngestConnected).toBe(false)
  const raw = await connectIngest(town, key)
  expect(raw.received[0]).toMatchObject({ reasonCode: 0 })
})

test('the ingest service may only take: a publish ends it', async () => {
  const { town, key } = await startTown()
  const raw = await connectIngest(town, key)
  raw.send({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: [{ topic: '#', qos: 1, nl: false, rap: false, rh: 0 }],
  })
  expect(await raw.waitFor(({ cmd }) => cmd === 'suback')).toMatchObject({ granted: [1] })
  raw.send({ cmd: 'publish', topic: reading, payload: 'x', qos: 0, dup: false, retain: false })
  await raw.whenClosed()
  expect(town.journal.stats().appended).toBe(0)
})

test('mqtt.js takes the journal, acknowledging each message once it is stored', async () => {
  const { town, device, key } = await startTown()
  const stored: string[] = []
  const ingest = await connectMqtt(town.url, {
    username: '$installation',
    password: key,
    protocolVersion: 5,
    clientId: 'ingest',
    clean: false,
    properties: { receiveMaximum: 100 },
  })
  onTestFinished(() => ingest.endAsync(true))
  ingest.handleMessage = (packet, callback) => {
    stored.push(packet.payload.toString())
    setImmediate(callback)
  }
  await ingest.subscribeAsync('kerbside/v1/#', { qos: 1 })
  await Promise.all(
    Array.from({ length: 500 }, (_, index) => device.publishAsync(reading, String(index), { qos: 1 })),
  )
  await eventually(() => town.journal.stats().pendingMessages).toBe(0)
  expect(stored).toEqual(Array.from({ length: 500 }, (_, index) => String(index)))
})
