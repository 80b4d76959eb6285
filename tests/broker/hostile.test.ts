import { generate, type Packet } from 'mqtt-packet'
import { expect, onTestFinished, test } from 'vitest'
import { createRandom, type Random } from '../../model/random.ts'
import { eventually } from '../fixtures/eventually.ts'
import { connectMqtt } from '../fixtures/mqtt-device.ts'
import { connectPacket, openRawMqtt } from '../fixtures/raw-mqtt.ts'
import { startTestBroker, type TestBroker } from '../fixtures/start-test-broker.ts'

const reading = 'kerbside/v1/a/bin/bin1/reading'

async function startTown(options: Parameters<typeof startTestBroker>[0] = {}): Promise<TestBroker> {
  const town = await startTestBroker(options)
  onTestFinished(() => town.close())
  return town
}

/** Forgets whatever the journal gets, as an ingest would. */
function drain({ journal }: TestBroker): void {
  const source = journal.openSource()
  void (async () => {
    for (;;) {
      const messages = await source.read(5_000)
      if (messages.length === 0) return
      await source.forget(messages)
    }
  })()
}

function repeat(packet: Packet, count: number): Buffer {
  const bytes = generate(packet)
  return Buffer.concat(Array.from({ length: count }, () => bytes))
}

test('50,000 publishes at QoS 0 in one write are all taken', async () => {
  const town = await startTown()
  const password = await town.addDevice('a', 'bin1')
  const raw = await openRawMqtt(town.broker.mqttPort ?? 0)
  const connect = generate(connectPacket({ username: 'a/bin1', password }))
  const publish = {
    cmd: 'publish',
    topic: reading,
    payload: '{}',
    qos: 0,
    dup: false,
    retain: false,
  } as const
  raw.write(Buffer.concat([connect, repeat(publish, 50_000), generate({ cmd: 'pingreq' })]))
  await raw.waitFor(({ cmd }) => cmd === 'pingresp')
  await eventually(() => town.broker.stats().publishes).toBe(50_000)
  expect(town.journal.stats().appended).toBe(50_000)
  raw.close()
})

test('50,000 denied publishes in one write leave the broker alive, on both versions', async () => {
  const town = await startTown()
  const password = await town.addDevice('a', 'bin1')
  for (const version of [4, 5] as const) {
    const raw = await openRawMqtt(town.broker.mqttPort ?? 0, version)
    raw.send(connectPacket({ username: 'a/bin1', password, version }))
    await raw.waitFor(({ cmd }) => cmd === 'connack')
    const publish = {
      cmd: 'publish',
      topic: 'elsewhere',
      payload: '{}',
      qos: 0,
      dup: false,
      retain: false,
    } as const
    const bytes = generate(publish, { protocolVersion: version })
    raw.write(Buffer.concat(Array.from({ length: 50_000 }, () => bytes)))
    if (version === 4) {
      await raw.whenClosed()
    } else {
      raw.send({ cmd: 'pingreq' })
      await raw.waitFor(({ cmd }) => cmd === 'pingresp')
    }
    raw.close()
  }
  expect(town.journal.stats().appended).toBe(0)
})

test('a device that never takes its acknowledgements is not read any more', async () => {
  const town = await startTown({ limits: { publishesPerSecond: 1_000_000, publishBurst: 1_000_000 } })
  drain(town)
  const raw = await openRawMqtt(town.broker.mqttPort ?? 0)
  raw.send(connectPacket({ username: 'a/bin1', password: await town.addDevice('a', 'bin1') }))
  await raw.waitFor(({ cmd }) => cmd === 'connack')
  raw.socket.pause()
  const publish = { cmd: 'publish', topic: reading, payload: '{}', qos: 1, messageId: 1 } as const
  const burst = repeat({ ...publish, dup: false, retain: false }, 10_000)
  const hasStopped = (): boolean =>
    town.broker.stats().heldConnections === 1 && town.broker.stats().waitingMessages === 0
  let bursts = 0
  while (!hasStopped()) {
    // Sockets take megabytes of acknowledgements before they are full.
    expect(bursts++).toBeLessThan(400)
    await new Promise<void>((resolve) => {
      const isDone = raw.socket.write(burst, () => resolve())
      if (!isDone) setTimeout(resolve, 500)
    })
  }
  const taken = town.broker.stats().publishes
  raw.socket.resume()
  await eventually(() => town.broker.stats().publishes > taken).toBe(true)
  raw.close()
})

for (const qos of [0, 1] as const) {
  test(`a subscriber at QoS ${qos} that never reads does not hold anybody up, and is ended`, async () => {
    const town = await startTown({ limits: { unsentBytes: 500_000, drainSeconds: 2 } })
    drain(town)
    const password = await town.addDevice('a', 'bin1')
    const slow = await openRawMqtt(town.broker.mqttPort ?? 0)
    slow.send(connectPacket({ username: 'a', password: await town.addKey('a') }))
    slow.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'kerbside/v1/a/#', qos }] })
    await slow.waitFor(({ cmd }) => cmd === 'suback')
    slow.socket.pause()
    const device = await connectMqtt(town.url, { username: 'a/bin1', password })
    const payload = 'x'.repeat(100_000)
    for (let index = 0; index < 200; index++) await device.publishAsync(reading, payload, { qos: 1 })
    expect(town.broker.stats().publishes).toBe(200)
    expect(town.broker.stats().droppedForwards).toBeGreaterThan(0)
    // Ended by the broker, which leaves the device alone.
    await eventually(() => town.broker.stats().connections).toBe(1)
    await device.endAsync()
    slow.close()
  })
}

test('100,000 mutated packets leave the broker alive, its memory bounded, and a device served', async () => {
  const seed = Number(process.env['KERBSIDE_TEST_SEED'] ?? Date.now() % 1_000_000)
  const random = createRandom(seed)
  const town = await startTown()
  drain(town)
  const password = await town.addDevice('a', 'bin1')
  const port = town.broker.mqttPort ?? 0
  const faults: unknown[] = []
  const onFault = (error: unknown): void => void faults.push(error)
  process.on('uncaughtException', onFault)
  process.on('unhandledRejection', onFault)
  onTestFinished(() => {
    process.removeListener('uncaughtException', onFault)
    process.removeListener('unhandledRejection', onFault)
  })
  const before = process.memoryUsage().rss
  let packetCount = 0
  while (packetCount < 100_000) {
    const sessions = Array.from({ length: 20 }, () => createSession(random, password))
    packetCount += sessions.reduce((sum, { count }) => sum + count, 0)
    await Promise.all(sessions.map(({ bytes }) => sendAll(port, bytes)))
    expect(faults, `seed ${seed}, ${packetCount} packets`).toEqual([])
  }
  const grown = (process.memoryUsage().rss - before) / 1_048_576
  expect(grown, `seed ${seed}: MiB grown`).toBeLessThan(600)
  const device = await connectMqtt(town.url, { username: 'a/bin1', password, clientId: 'sane' })
  for (const qos of [0, 1, 2] as const) await device.publishAsync(reading, '{}', { qos })
  await device.endAsync()
  await eventually(() => town.broker.stats().connections).toBe(0)
  expect(faults, `seed ${seed}`).toEqual([])
}, 180_000)

/** A whole session of valid packets, in which some bytes are then changed, left out, doubled or made up. */
function createSession(random: Random, password: string): { bytes: Buffer; count: number } {
  const version = random() < 0.5 ? 4 : 5
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const topics = [reading, 'kerbside/v1/a/bin/bin1/status', 'kerbside/v1/a/bin/bin1/#', '$SYS/#', 'x/+/#', '']
  const id = (): number => 1 + Math.floor(random() * 20)
  const makers: (() => Packet)[] = [
    () => ({
      cmd: 'publish',
      topic: pick([reading, 'kerbside/v1/a/bin/bin1/status', 'x']),
      payload: pick(['{}', 'online', '[1,2', 'x'.repeat(2_000)]),
      qos: pick([0, 1, 2] as const),
      messageId: id(),
      dup: random() < 0.3,
      retain: random() < 0.3,
    }),
    () => ({ cmd: 'pubrel', messageId: id(), reasonCode: 0 }),
    () => ({ cmd: 'puback', messageId: id(), reasonCode: 0 }),
    () => ({ cmd: 'pubrec', messageId: id(), reasonCode: 0 }),
    () => ({ cmd: 'pubcomp', messageId: id(), reasonCode: 0 }),
    () => ({ cmd: 'pingreq' }),
    () => ({
      cmd: 'subscribe',
      messageId: id(),
      subscriptions: [
        { topic: pick(topics) || 'y', qos: pick([0, 1, 2] as const), nl: false, rap: false, rh: 0 },
      ],
    }),
    () => ({ cmd: 'unsubscribe', messageId: id(), unsubscriptions: [pick(topics) || 'y'] }),
  ]
  const connect = connectPacket({
    username: 'a/bin1',
    password,
    clientId: `fuzz${id()}`,
    version,
    ...(random() < 0.3 && {
      will: { topic: 'kerbside/v1/a/bin/bin1/status', payload: Buffer.from('offline'), qos: 1, retain: true },
    }),
  })
  const protocol = { protocolVersion: version }
  const count = 20 + Math.floor(random() * 60)
  const packets = [connect, ...Array.from({ length: count - 1 }, () => pick(makers)())]
  // A CONNECT that is rarely hurt lets the others be looked at.
  const bytes = packets.map((packet, index) =>
    mutate(generate(packet, protocol), random() < (index === 0 ? 0.2 : 0.15) ? random : undefined),
  )
  return { bytes: Buffer.concat(bytes), count }
}

function mutate(bytes: Buffer, random: Random | undefined): Buffer {
  if (!random) return bytes
  const at = Math.floor(random() * bytes.length)
  const choice = random()
  if (choice < 0.5) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(Math.floor(random() * 256), at)
    return changed
  }
  if (choice < 0.7) return bytes.subarray(0, at)
  if (choice < 0.85) return Buffer.concat([bytes, bytes.subarray(at)])
  return Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from([random() * 256, random() * 256]),
    bytes.subarray(at),
  ])
}

/** Writes it, waits until it has been looked at (or the broker has had enough), and goes. */
async function sendAll(port: number, bytes: Buffer): Promise<void> {
  const raw = await openRawMqtt(port)
  await new Promise<void>((resolve) => {
    raw.socket.once('close', () => resolve())
    raw.socket.end(bytes)
    setTimeout(() => raw.socket.destroy(), 2_000).unref()
  })
}
