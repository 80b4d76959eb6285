import mqtt from 'mqtt'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type MqttSource, openMqttSource } from '../../ingest/mqtt-source.ts'
import { parseMqttSourceUrl } from '../../ingest/mqtt-source-url.ts'
import { systemClock } from '../../model/clock.ts'
import { silentLogger } from '../../model/logger.ts'
import { hasMosquitto, type Mosquitto, startMosquitto } from '../fixtures/start-mosquitto.ts'
import { openTown, type Town, waitUntil } from './open-town.ts'

const BIN = { id: 'bin-1', kind: 'bin' }
const TOPIC = 'kerbside/v1/town/bin/bin-1/reading'

describe.skipIf(!hasMosquitto).each([5, 4])('behind Mosquitto, by MQTT protocol %i', (protocol) => {
  it('readings are stored, and what was accepted is counted here', async () => {
    const { broker, town, open } = await start(protocol)
    const source = await open()
    town.ingest(source)
    const device = await connect(broker)
    await device.publishAsync(TOPIC, JSON.stringify([{ fillPercent: 1 }, { fillPercent: 2 }]), { qos: 1 })
    await device.publishAsync(TOPIC, '{"fillPercent": 3}', { qos: 0 })
    await device.publishAsync(TOPIC, '{"fillPercent": 400}', { qos: 2 })
    await device.publishAsync('kerbside/v1/town/lamp/x/reading', '{}', { qos: 1 })
    await device.publishAsync('kerbside/v1/town/bin/bin-1/status', 'online', { qos: 1, retain: true })

    await waitUntil(
      () => town.registry.listDeviceStatuses('town'),
      (statuses) => statuses.length === 1,
    )
    const balance = await waitUntil(
      () => town.registry.getBalance('town', systemClock.now()),
      ({ stored, quarantined }) => stored + quarantined === 4,
    )
    expect(balance).toMatchObject({ accepted: 4, stored: 3, quarantined: 1, pending: 0 })
    // Its topic names a kind that there is not, so nothing tells whose it is.
    expect(source.stats()).toEqual({ dropped: 1 })
  })

  it('a message is sent again until it is forgotten, also to the next process', async () => {
    const { broker, open } = await start(protocol)
    let source = await open()
    const device = await connect(broker)
    for (let i = 0; i < 100; i += 1)
      void device.publishAsync(TOPIC, JSON.stringify({ fillPercent: i }), { qos: 1 })
    const first = await readAll(source, 100)
    await source.forget(first.slice(0, 40))
    await source.close()

    await device.publishAsync(TOPIC, '{"fillPercent": 100}', { qos: 1 })
    source = await open()
    const again = await readAll(source, 61)
    expect(again.map(({ payload }) => JSON.parse(String(payload)).fillPercent)).toEqual(
      Array.from({ length: 61 }, (_, i) => i + 40),
    )
    await source.forget(again)
    await source.close()
    await device.publishAsync(TOPIC, '{"fillPercent": 7}', { qos: 1 })
    expect(await readAll(await open(), 1)).toHaveLength(1)
  })

  it('a message in hand is not taken twice when the connection is lost, and is acknowledged on the next', async () => {
    const { broker, open } = await start(protocol)
    let source = await open()
    const device = await connect(broker)
    for (let i = 0; i < 10; i += 1)
      void device.publishAsync(TOPIC, JSON.stringify({ fillPercent: i }), { qos: 1 })
    const messages = await readAll(source, 10)
    await broker.halt()
    await source.forget(messages.slice(0, 5))
    await broker.resume()
    await device.publishAsync(TOPIC, '{"fillPercent": 99}', { qos: 1 })
    const more = await readAll(source, 1)
    expect(more.map(({ payload }) => String(payload))).toEqual(['{"fillPercent": 99}'])
    await source.forget(messages.slice(5))
    await source.forget(more)
    await source.close()

    source = await open()
    await device.publishAsync(TOPIC, '{"fillPercent": 98}', { qos: 1 })
    expect((await readAll(source, 1)).map(({ payload }) => String(payload))).toEqual(['{"fillPercent": 98}'])
  })

  it('what is not forgotten is limited, and the rest comes once there is room', async () => {
    const { broker, open } = await start(protocol)
    const source = await open()
    const device = await connect(broker)
    let published = 0
    for (let i = 0; i < 12_000; i += 1) {
      device.publish(TOPIC, JSON.stringify({ fillPercent: i % 100, sequence: i }), { qos: 1 }, () => {
        published += 1
      })
    }
    await waitUntil(
      () => published,
      (count) => count === 12_000,
    )
    const limit = protocol === 5 ? 5_000 : 6_000
    const held = await readAll(source, limit)
    expect(held).toHaveLength(limit)
    await source.forget(held)
    const rest = await forgetAll(source, 12_000 - limit)
    const sequences = [...held, ...rest].map(({ payload }) => JSON.parse(String(payload)).sequence)
    expect(sequences).toEqual([...Array(12_000).keys()])
  })
})

describe.skipIf(!hasMosquitto)('behind Mosquitto', () => {
  it('an ingest that is ended again and again while devices publish loses and doubles nothing', async () => {
    const { broker, town, open } = await start(5)
    const device = await connect(broker)
    const time = Date.now() - 60_000
    let published = 0
    let next = 0
    const publish = (): void => {
      if (next === 4_000) return
      const payload = JSON.stringify({ fillPercent: next % 100, time: time + next })
      next += 1
      device.publish(TOPIC, payload, { qos: 1 }, () => {
        published += 1
        publish()
      })
    }
    let source = await open()
    for (let i = 0; i < 20; i += 1) publish()
    for (let round = 1; round <= 5; round += 1) {
      const ingest = town.ingest(source, { limits: { messagesPerRead: 50, readingsPerBatch: 50 } })
      await waitUntil(
        () => published,
        (count) => count >= round * 600,
      )
      await source.close()
      await ingest.close()
      source = await open()
    }
    town.ingest(source)
    await waitUntil(
      () => published,
      (count) => count === 4_000,
    )
    const readings = await waitUntil(
      () => town.readings('bin', 'bin-1'),
      ({ length }) => length === 4_000,
    )
    expect(readings.map((reading) => reading.time - time)).toEqual([...Array(4_000).keys()])
    const balance = await waitUntil(
      () => town.registry.getBalance('town', Date.now()),
      ({ pending }) => pending === 0,
    )
    expect(balance.quarantined).toBe(0)
  })

  it('ingests of one group divide the messages between them', async () => {
    const { broker, town } = await start(5)
    const sources = await Promise.all(
      ['one', 'two'].map((name) => openSource(town, `${broker.url}?clientId=${name}&share=group`)),
    )
    const ingests = sources.map((source) => town.ingest(source))
    const device = await connect(broker)
    // Faster than one a millisecond, and without a time of their own.
    const payloads = Array.from({ length: 1_000 }, (_, i) => JSON.stringify({ fillPercent: i % 100 }))
    await Promise.all(payloads.map((payload) => device.publishAsync(TOPIC, payload, { qos: 1 })))
    await waitUntil(
      () => ingests.map((ingest) => ingest.stats().stored),
      ([one = 0, two = 0]) => one + two === 1_000 && one > 0 && two > 0,
    )
    await waitUntil(
      () => town.registry.getBalance('town', 0),
      ({ accepted }) => accepted === 1_000,
    )
    expect(await town.readings('bin', 'bin-1')).toHaveLength(1_000)
  })

  it('a retained reading is not taken for one of now, a retained status is taken', async () => {
    const { broker, town, open } = await start(5)
    const device = await connect(broker)
    await device.publishAsync(TOPIC, '{"fillPercent": 3}', { qos: 1, retain: true })
    await device.publishAsync('kerbside/v1/town/bin/bin-1/status', 'offline', { qos: 1, retain: true })
    const source = await open()
    town.ingest(source)
    await waitUntil(
      () => town.registry.listDeviceStatuses('town'),
      (statuses) => statuses.length === 1,
    )
    await waitUntil(source.stats, ({ dropped }) => dropped === 1)
    expect(await town.readings('bin', 'bin-1')).toEqual([])
  })

  it('it waits for a broker that is not there yet, and can be told not to', async () => {
    const { broker, town, open } = await start(5)
    await broker.halt()
    const waiting = new AbortController()
    const given = { registry: town.registry, clock: systemClock, logger: silentLogger }
    const opening = openMqttSource({ ...given, url: `${broker.url}?clientId=x`, signal: waiting.signal })
    waiting.abort()
    await expect(opening).rejects.toThrow('closing')
    const later = open()
    await broker.resume()
    expect((await later).id).toBe('mqtt:kerbside-ingest')
  })
})

describe('the address of a source', () => {
  it('tells group, client id and version', () => {
    expect(parseMqttSourceUrl('mqtts://u:p@host:8883?share=g&clientId=c-1&protocol=4')).toEqual({
      url: 'mqtts://u:p@host:8883',
      clientId: 'c-1',
      shareGroup: 'g',
      protocolVersion: 4,
    })
  })

  it.each([
    ['host:1883', /begins with host:/],
    ['mqtt://host?share=a/b', /share=a\/b/],
    ['mqtt://host?protocol=3', /protocol=3: 5, or 4 for MQTT 3.1.1, is allowed/],
    ['mqtt://host?clientId=a%20b', /clientId=a b/],
  ])('%s is refused', (url, message) => {
    expect(() => parseMqttSourceUrl(url)).toThrow(message)
  })
})

async function start(
  protocol: number,
): Promise<{ broker: Mosquitto; town: Town; open: () => Promise<MqttSource> }> {
  const broker = await startMosquitto()
  onTestFinished(() => broker.stop())
  const town = await openTown([BIN])
  return { broker, town, open: () => openSource(town, `${broker.url}?protocol=${protocol}`) }
}

async function openSource(town: Town, url: string): Promise<MqttSource> {
  const source = await openMqttSource({
    url,
    registry: town.registry,
    clock: systemClock,
    logger: silentLogger,
  })
  onTestFinished(() => source.close())
  return source
}

async function connect(broker: Mosquitto): Promise<mqtt.MqttClient> {
  const client = mqtt.connect(broker.url, { reconnectPeriod: 50 })
  onTestFinished(() => client.endAsync(true))
  await new Promise<void>((resolve) => {
    client.once('connect', () => resolve())
  })
  return client
}

async function readAll(source: MqttSource, count: number) {
  const messages = []
  while (messages.length < count) messages.push(...(await source.read(5_000)))
  return messages
}

async function forgetAll(source: MqttSource, count: number) {
  const messages = []
  while (messages.length < count) {
    const some = await source.read(5_000)
    messages.push(...some)
    await source.forget(some)
  }
  return messages
}
