import { generate } from 'mqtt-packet'
import { expect, onTestFinished, test } from 'vitest'
import { createFolder } from '../fixtures/create-folder.ts'
import { eventually } from '../fixtures/eventually.ts'
import { connectMqtt, nextMessages } from '../fixtures/mqtt-device.ts'
import { connectPacket, openRawMqtt, type RawMqtt } from '../fixtures/raw-mqtt.ts'
import { startTestBroker, type TestBroker } from '../fixtures/start-test-broker.ts'

const reading = 'kerbside/v1/a/bin/bin1/reading'
const status = 'kerbside/v1/a/bin/bin1/status'

async function startTown(options: Parameters<typeof startTestBroker>[0] = {}): Promise<TestBroker> {
  const town = await startTestBroker(options)
  onTestFinished(() => town.close())
  return town
}

async function openRaw(town: TestBroker, connect: Parameters<typeof connectPacket>[0]): Promise<RawMqtt> {
  const raw = await openRawMqtt(town.broker.mqttPort ?? 0, connect.version)
  onTestFinished(() => raw.close())
  raw.send(connectPacket(connect))
  return raw
}

/** What the journal holds, as texts. */
async function readJournal({ journal }: TestBroker, count: number): Promise<string[]> {
  const source = journal.openSource()
  const texts: string[] = []
  while (texts.length < count) {
    const messages = await source.read(100)
    texts.push(...messages.map(({ payload }) => Buffer.from(payload).toString()))
  }
  await source.close()
  return texts
}

test('an empty client id gets one made, unless a 3.1.1 session under it should be kept', async () => {
  const town = await startTown()
  const login = { username: 'a/bin1', password: await town.addDevice('a', 'bin1'), clientId: '' }
  const first = await openRaw(town, { ...login, clean: true })
  expect(await first.waitFor(({ cmd }) => cmd === 'connack')).toMatchObject({ returnCode: 0 })
  const kept = await openRawMqtt(town.broker.mqttPort ?? 0)
  const bytes = generate(connectPacket({ ...login, clean: true }))
  // mqtt-packet does not write what is not allowed, so the flag (3.1.2.4) is taken back afterwards.
  bytes.writeUInt8(bytes.readUInt8(9) & ~0x02, 9)
  kept.write(bytes)
  expect(await kept.waitFor(({ cmd }) => cmd === 'connack')).toMatchObject({ returnCode: 2 })
  const second = await openRaw(town, { ...login, version: 5 })
  const connack = await second.waitFor(({ cmd }) => cmd === 'connack')
  const { properties } = connack as { properties?: { assignedClientIdentifier?: string } }
  expect(connack).toMatchObject({ reasonCode: 0 })
  expect(properties?.assignedClientIdentifier).toMatch(/^[0-9a-f-]{36}$/)
  expect(first.isClosed).toBe(false)
})

test('the same client id ends the first connection of the same device, and of no other', async () => {
  const town = await startTown()
  const bin1 = { username: 'a/bin1', password: await town.addDevice('a', 'bin1'), clientId: 'x' }
  const bin2 = { username: 'a/bin2', password: await town.addDevice('a', 'bin2'), clientId: 'x' }
  const other = { username: 'b/bin1', password: await town.addDevice('b', 'bin1'), clientId: 'x' }
  const operator = { username: 'a', password: await town.addKey('a'), clientId: 'bin1:x' }
  const all = []
  for (const login of [bin1, bin2, other, operator]) {
    const raw = await openRaw(town, { ...login, version: 5 })
    await raw.waitFor(({ cmd }) => cmd === 'connack')
    all.push(raw)
  }
  expect(all.map(({ isClosed }) => isClosed)).toEqual([false, false, false, false])
  const again = await openRaw(town, { ...bin1, version: 5 })
  await again.waitFor(({ cmd }) => cmd === 'connack')
  await all[0]?.whenClosed()
  expect(all[0]?.received.at(-1)).toMatchObject({ cmd: 'disconnect', reasonCode: 0x8e })
  expect(all.map(({ isClosed }) => isClosed)).toEqual([true, false, false, false])
})

test('a client id of any length and letters is welcome', async () => {
  const town = await startTown()
  const password = await town.addDevice('a', 'bin1')
  for (const clientId of ['x'.repeat(1_000), 'ä/#+ $', '__proto__', 'constructor']) {
    const raw = await openRaw(town, { username: 'a/bin1', password, clientId })
    expect(await raw.waitFor(({ cmd }) => cmd === 'connack')).toMatchObject({ returnCode: 0 })
    raw.close()
    await raw.whenClosed()
  }
})

test('a kept session gets what came while it was away, and a clean one does not', async () => {
  const town = await startTown()
  const login = {
    username: 'a',
    password: await town.addKey('a'),
    clientId: 'office',
    protocolVersion: 5 as const,
  }
  const device = await connectMqtt(town.url, {
    username: 'a/bin1',
    password: await town.addDevice('a', 'bin1'),
  })
  const keep = { clean: false, properties: { sessionExpiryInterval: 100 } }
  const first = await connectMqtt(town.url, { ...login, ...keep })
  await first.subscribeAsync('kerbside/v1/a/#', { qos: 1 })
  await first.endAsync()
  for (const text of ['1', '2', '3']) await device.publishAsync(reading, text, { qos: 1 })
  const raw = await openRaw(town, { ...login, version: 5, ...keep })
  await raw.waitFor((packet) => packet.cmd === 'publish' && packet.payload.toString() === '3')
  const got = raw.received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.payload.toString()] : []))
  expect(got).toEqual(['1', '2', '3'])
  await device.publishAsync(status, 'online', { qos: 1, retain: true })
  raw.close()
  await raw.whenClosed()
  // Neither what it was sent and has not acknowledged, nor what came since, is new to its subscription.
  await device.publishAsync(status, 'offline', { qos: 1, retain: true })
  const again = await openRaw(town, { ...login, version: 5, ...keep })
  await again.waitFor((packet) => packet.cmd === 'publish' && packet.payload.toString() === 'offline')
  expect(again.received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.retain] : []))).toEqual(
    Array(5).fill(false),
  )
  again.close()
  await again.whenClosed()
  const clean = await openRaw(town, { ...login, clean: true, version: 5 })
  expect(await clean.waitFor(({ cmd }) => cmd === 'connack')).toMatchObject({ sessionPresent: false })
  await device.endAsync()
})

test('what a kept session has acknowledged at QoS 2 leaves room for what comes next', async () => {
  const town = await startTown({ limits: { queuedBytes: 1_000 } })
  const login = { username: 'a', password: await town.addKey('a'), clientId: 'office' }
  const device = await connectMqtt(town.url, {
    username: 'a/bin1',
    password: await town.addDevice('a', 'bin1'),
  })
  const operator = await connectMqtt(town.url, { ...login, clean: false })
  await operator.subscribeAsync(reading, { qos: 2 })
  for (let count = 0; count < 5; count += 1) {
    const got = nextMessages(operator, 1)
    await device.publishAsync(reading, String(count).repeat(300), { qos: 2 })
    await got
  }
  await operator.endAsync()
  await device.publishAsync(reading, 'kept', { qos: 2 })
  const again = await openRaw(town, { ...login, clean: false })
  await again.waitFor((packet) => packet.cmd === 'publish' && packet.payload.toString() === 'kept')
  await device.endAsync()
})

test('a last will is journalled and passed on, and one that its device may not publish refuses the CONNECT', async () => {
  const town = await startTown()
  const password = await town.addDevice('a', 'bin1')
  const operator = await connectMqtt(town.url, { username: 'a', password: await town.addKey('a') })
  await operator.subscribeAsync('kerbside/v1/a/+/+/status')
  const messages = nextMessages(operator, 1)
  const will = { topic: status, payload: Buffer.from('offline'), qos: 1 as const, retain: true }
  for (const version of [4, 5] as const) {
    for (const topic of [
      'kerbside/v1/a/bin/bin1/config',
      reading,
      'kerbside/v1/a/bin/bin2/status',
      '$SYS/x',
    ]) {
      const raw = await openRaw(town, { username: 'a/bin1', password, version, will: { ...will, topic } })
      const refusal = version === 5 ? { reasonCode: 0x87 } : { returnCode: 5 }
      expect(await raw.waitFor(({ cmd }) => cmd === 'connack')).toMatchObject(refusal)
    }
  }
  const device = await openRaw(town, { username: 'a/bin1', password, will })
  await device.waitFor(({ cmd }) => cmd === 'connack')
  device.close()
  expect(await messages).toMatchObject([{ topic: status, text: 'offline' }])
  expect(await readJournal(town, 1)).toEqual(['offline'])
  expect(town.journal.listAccepted()).toMatchObject([{ authority: 'a', accepted: 0 }])
  await operator.endAsync()
})

test('a retained status survives a restart, and goes with its device', async () => {
  const folder = await createFolder()
  const before = await startTestBroker({ folder })
  const password = await before.addDevice('a', 'bin1')
  const key = await before.addKey('a')
  const device = await connectMqtt(before.url, { username: 'a/bin1', password, protocolVersion: 5 })
  await device.publishAsync(status, 'online', {
    qos: 1,
    retain: true,
    properties: { contentType: 'text/plain' },
  })
  await device.publishAsync(reading, '{}', { qos: 1, retain: true })
  await device.endAsync()
  await before.close()

  const town = await startTown({ folder })
  const operator = await connectMqtt(town.url, { username: 'a', password: key, protocolVersion: 5 })
  const first = nextMessages(operator, 1)
  await operator.subscribeAsync('kerbside/v1/a/#')
  // A reading is not retained, whatever its flag says.
  expect(await first).toEqual([{ topic: status, text: 'online', isRetained: true }])
  const removed = nextMessages(operator, 1)
  await town.registry.deleteDevice('a', 'bin1', 'test')
  expect(await removed).toMatchObject([{ topic: status, text: '' }])
  await operator.endAsync()
  await eventually(() => town.journal.listRetained('a')).toEqual([])
})

test('a device finds its settings retained, and every change of them', async () => {
  const town = await startTown()
  const settings = { reportIntervalSeconds: 600, emptyDistanceMm: 1_500, stream: 'paper', makersOwn: 'x' }
  const password = await town.addDevice('a', 'bin1', 'bin', settings)
  const device = await connectMqtt(town.url, { username: 'a/bin1', password })
  const first = nextMessages(device, 1)
  await device.subscribeAsync('kerbside/v1/a/bin/bin1/#', { qos: 1 })
  expect((await first).map(({ topic, text, isRetained }) => [topic, JSON.parse(text), isRetained])).toEqual([
    [
      'kerbside/v1/a/bin/bin1/config',
      { reportIntervalSeconds: 600, emptyDistanceMm: 1_500, makersOwn: 'x' },
      true,
    ],
  ])
  const changed = nextMessages(device, 1)
  await town.registry.updateDevice('a', 'bin1', { settings: { reportIntervalSeconds: 60 } }, 'test')
  expect(JSON.parse((await changed)[0]?.text ?? '')).toMatchObject({ reportIntervalSeconds: 60 })
  await device.endAsync()
})

test('a message at QoS 2 that is sent again after a restart is journalled once, and its id is free after PUBREL', async () => {
  const folder = await createFolder()
  const before = await startTestBroker({ folder })
  const login = {
    username: 'a/bin1',
    password: await before.addDevice('a', 'bin1'),
    clientId: 'kept',
    clean: false,
  }
  const publish = { cmd: 'publish', topic: reading, qos: 2, messageId: 5, retain: false } as const
  const first = await openRaw(before, login)
  await first.waitFor(({ cmd }) => cmd === 'connack')
  first.send({ ...publish, payload: 'one', dup: false })
  await first.waitFor(({ cmd }) => cmd === 'pubrec')
  // Again on the same connection: acknowledged again, and not a second message, though it does not say that it is again.
  first.send({ ...publish, payload: 'one', dup: false })
  await eventually(() => first.received.filter(({ cmd }) => cmd === 'pubrec')).toHaveLength(2)
  await before.close()

  const town = await startTown({ folder })
  const second = await openRaw(town, login)
  await second.waitFor(({ cmd }) => cmd === 'connack')
  second.send({ ...publish, payload: 'one', dup: true })
  await second.waitFor(({ cmd }) => cmd === 'pubrec')
  second.send({ cmd: 'pubrel', messageId: 5 })
  await second.waitFor(({ cmd }) => cmd === 'pubcomp')
  second.send({ ...publish, payload: 'two', dup: true })
  await eventually(() => second.received.filter(({ cmd }) => cmd === 'pubrec')).toHaveLength(2)
  // Something else is a new message, although the id was not released.
  second.send({ ...publish, payload: 'three', dup: false })
  await eventually(() => second.received.filter(({ cmd }) => cmd === 'pubrec')).toHaveLength(3)
  expect(await readJournal(town, 3)).toEqual(['one', 'two', 'three'])
  expect(town.journal.listAccepted()).toMatchObject([{ authority: 'a', accepted: 3 }])
})

test('a session that ends forgets the ids that it received at QoS 2', async () => {
  const town = await startTown()
  const login = { username: 'a/bin1', password: await town.addDevice('a', 'bin1'), clean: true }
  const publish = { cmd: 'publish', topic: reading, qos: 2, messageId: 5, retain: false } as const
  for (const payload of ['one', 'two']) {
    const raw = await openRaw(town, login)
    await raw.waitFor(({ cmd }) => cmd === 'connack')
    raw.send({ ...publish, payload, dup: true })
    await raw.waitFor(({ cmd }) => cmd === 'pubrec')
    raw.close()
    await raw.whenClosed()
  }
  expect(await readJournal(town, 2)).toEqual(['one', 'two'])
})

test('an operator whose key is deleted does not get in again', async () => {
  const town = await startTown()
  const password = await town.addKey('a')
  const operator = await connectMqtt(town.url, { username: 'a', password })
  await operator.endAsync()
  const [key] = (await town.registry.listKeys('a', { limit: 1 })).items
  await town.registry.deleteKey('a', key?.id ?? '', 'test')
  await expect(connectMqtt(town.url, { username: 'a', password })).rejects.toThrow()
})
