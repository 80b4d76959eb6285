import { generate } from 'mqtt-packet'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../fixtures/eventually.ts'
import { connectPacket, openRawMqtt, type RawMqtt } from '../fixtures/raw-mqtt.ts'
import { startTestBroker, type TestBroker } from '../fixtures/start-test-broker.ts'

const reading = 'kerbside/v1/a/bin/bin1/reading'

async function startTown(options: Parameters<typeof startTestBroker>[0]): Promise<TestBroker> {
  const town = await startTestBroker(options)
  onTestFinished(() => town.close())
  return town
}

async function logIn(town: TestBroker, login: Parameters<typeof connectPacket>[0]): Promise<RawMqtt> {
  const raw = await openRawMqtt(town.broker.mqttPort ?? 0, login.version)
  onTestFinished(() => raw.close())
  raw.send(connectPacket(login))
  await raw.waitFor(({ cmd }) => cmd === 'connack')
  return raw
}

function publishes(count: number, firstId: number, payload: string, qos: 0 | 1 | 2 = 1): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, index) =>
      generate({
        cmd: 'publish',
        topic: reading,
        payload,
        qos,
        dup: false,
        retain: false,
        ...(qos > 0 && { messageId: firstId + index }),
      }),
    ),
  )
}

function count(raw: RawMqtt, cmd: string): number {
  return raw.received.filter((packet) => packet.cmd === cmd).length
}

/** Holds the journal's commits until it is called. */
function holdCommits(): { hold: SharedArrayBuffer; letGo: () => void } {
  const hold = new SharedArrayBuffer(4)
  const view = new Int32Array(hold)
  Atomics.store(view, 0, 1)
  return {
    hold,
    letGo() {
      Atomics.store(view, 0, 0)
      Atomics.notify(view, 0)
    },
  }
}

for (const qos of [1, 2] as const) {
  test(`nothing is acknowledged at QoS ${qos} before the journal’s commit, while other connections are served`, async () => {
    const { hold, letGo } = holdCommits()
    const town = await startTown({ holdCommits: hold })
    onTestFinished(letGo)
    const password = await town.addDevice('a', 'bin1')
    const key = await town.addKey('a')
    const operator = await logIn(town, { username: 'a', password: key })
    operator.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'kerbside/v1/a/#', qos: 1 }] })
    await operator.waitFor(({ cmd }) => cmd === 'suback')
    const device = await logIn(town, { username: 'a/bin1', password, clientId: 'one' })
    device.write(publishes(5, 1, '{}', qos))
    await eventually(() => town.broker.stats().waitingMessages).toBe(5)
    const other = await logIn(town, { username: 'a/bin1', password, clientId: 'two' })
    other.send({ cmd: 'pingreq' })
    await other.waitFor(({ cmd }) => cmd === 'pingresp')
    const answer = qos === 1 ? 'puback' : 'pubrec'
    expect(count(device, answer)).toBe(0)
    expect(count(operator, 'publish')).toBe(0)
    letGo()
    await eventually(() => count(device, answer)).toBe(5)
    await eventually(() => count(operator, 'publish')).toBe(5)
    expect(device.isClosed).toBe(false)
  })
}

test('a connection is read no further than its limit while its messages wait, and all are taken afterwards', async () => {
  const { hold, letGo } = holdCommits()
  const town = await startTown({ holdCommits: hold, limits: { unacknowledgedMessages: 10 } })
  onTestFinished(letGo)
  const device = await logIn(town, { username: 'a/bin1', password: await town.addDevice('a', 'bin1') })
  // Each is as large as what a socket gives at once, so that reading one does not bring the next.
  const payload = `"${'x'.repeat(100_000)}"`
  device.write(publishes(200, 1, payload))
  await eventually(() => town.broker.stats().heldConnections).toBe(1)
  expect(town.broker.stats().waitingMessages).toBeLessThanOrEqual(11)
  letGo()
  await eventually(() => count(device, 'puback')).toBe(200)
  expect(town.broker.stats().heldConnections).toBe(0)
})

test('while the journal is full its connections are not read, and afterwards they go on by themselves', async () => {
  const town = await startTown({ limitBytes: 1_000_000 })
  const device = await logIn(town, { username: 'a/bin1', password: await town.addDevice('a', 'bin1') })
  const total = 2_000
  device.write(publishes(total, 1, `"${'x'.repeat(5_000)}"`))
  await eventually(() => town.journal.isAccepting).toBe(false)
  await eventually(() => town.broker.stats().waitingMessages).toBeGreaterThan(0)
  expect(town.broker.stats().waitingBytes).toBeLessThan(2_000_000)
  expect(count(device, 'puback')).toBeLessThan(total)
  expect(device.isClosed).toBe(false)
  // The ingest makes room.
  const source = town.journal.openSource()
  let readCount = 0
  while (readCount < total) {
    const messages = await source.read(100)
    readCount += messages.length
    await source.forget(messages)
  }
  await source.close()
  await eventually(() => count(device, 'puback')).toBe(total)
  expect(readCount).toBe(total)
})

test('a device over its rate is read more slowly, and loses nothing', async () => {
  const town = await startTown({ limits: { publishesPerSecond: 1_000, publishBurst: 100 } })
  const device = await logIn(town, { username: 'a/bin1', password: await town.addDevice('a', 'bin1') })
  // Messages as large as half of what a socket gives at once: what one read brings may go over the limit.
  const started = performance.now()
  device.write(publishes(1_000, 1, `"${'x'.repeat(30_000)}"`))
  await eventually(() => count(device, 'puback')).toBe(1_000)
  expect(performance.now() - started).toBeGreaterThan(800)
})

test('a packet that is too large ends the connection, and version 5 says why', async () => {
  const town = await startTown({ limits: { packetBytes: 10_000 } })
  const password = await town.addDevice('a', 'bin1')
  for (const version of [4, 5] as const) {
    const raw = await logIn(town, { username: 'a/bin1', password, version })
    const packet = {
      cmd: 'publish',
      topic: reading,
      payload: Buffer.alloc(20_000),
      qos: 1,
      messageId: 1,
    } as const
    raw.send({ ...packet, dup: false, retain: false })
    await raw.whenClosed()
    expect(count(raw, 'puback')).toBe(0)
    if (version === 5) expect(raw.received.at(-1)).toMatchObject({ cmd: 'disconnect', reasonCode: 0x95 })
  }
})

test('connections beyond a device’s, an address’s and the total limit are refused', async () => {
  const town = await startTown({ limits: { connectionsPerDevice: 2, connectionsPerAddress: 4 } })
  const password = await town.addDevice('a', 'bin1')
  const other = await town.addDevice('a', 'bin2')
  const login = { username: 'a/bin1', password, version: 5 as const }
  await logIn(town, { ...login, clientId: 'one' })
  await logIn(town, { ...login, clientId: 'two' })
  const third = await logIn(town, { ...login, clientId: 'three' })
  expect(third.received[0]).toMatchObject({ reasonCode: 0x97 })
  await third.whenClosed()
  // The same client id again takes the place of the first.
  const again = await logIn(town, { ...login, clientId: 'two' })
  expect(again.received[0]).toMatchObject({ reasonCode: 0 })
  await eventually(() => town.broker.stats().connections).toBe(2)
  await logIn(town, { username: 'a/bin2', password: other, clientId: 'one' })
  await logIn(town, { username: 'a/bin2', password: other, clientId: 'two' })
  const fifth = await openRawMqtt(town.broker.mqttPort ?? 0)
  await fifth.whenClosed()
  expect(fifth.received).toEqual([])
})

test('a connection that does not say CONNECT in time, or says something else, or too much, is ended', async () => {
  const town = await startTown({ limits: { connectSeconds: 0.2, connectBytes: 1_000 } })
  const port = town.broker.mqttPort ?? 0
  const password = await town.addDevice('a', 'bin1')
  const login = connectPacket({ username: 'a/bin1', password })
  const half = generate(login).subarray(0, 20)
  const large = generate({ ...login, clientId: 'x'.repeat(2_000) })
  const first = [
    Buffer.alloc(0),
    half,
    large,
    generate({ cmd: 'pingreq' }),
    Buffer.from('GET / HTTP/1.1\r\n'),
  ]
  for (const bytes of first) {
    const raw = await openRawMqtt(port)
    raw.write(bytes)
    await raw.whenClosed()
    expect(raw.received).toEqual([])
  }
  const raw = await openRawMqtt(port)
  const wrongVersion = Buffer.from(generate(login))
  wrongVersion.writeUInt8(9, 8)
  raw.write(wrongVersion)
  expect(await raw.waitFor(({ cmd }) => cmd === 'connack')).toMatchObject({ returnCode: 1 })
})

test('a client without a sign of life within one and a half keep-alives is ended', async () => {
  const town = await startTown({ limits: { keepAliveSeconds: 1 } })
  const password = await town.addDevice('a', 'bin1')
  for (const version of [4, 5] as const) {
    const raw = await logIn(town, { username: 'a/bin1', password, version, keepalive: 0 })
    if (version === 5) expect(raw.received[0]).toMatchObject({ properties: { serverKeepAlive: 1 } })
    await raw.whenClosed()
  }
})

test('one subscription more than a client may have is denied', async () => {
  const town = await startTown({ limits: { subscriptionsPerClient: 2 } })
  const raw = await logIn(town, { username: 'a', password: await town.addKey('a') })
  for (const messageId of [1, 2, 3]) {
    const topic = `kerbside/v1/a/bin/bin${messageId}/#`
    raw.send({ cmd: 'subscribe', messageId, subscriptions: [{ topic, qos: 0 }] })
    await raw.waitFor((packet) => packet.cmd === 'suback' && packet.messageId === messageId)
  }
  const granted = raw.received.flatMap((packet) => (packet.cmd === 'suback' ? packet.granted : []))
  expect(granted).toEqual([0, 0, 0x80])
})
