import type { MqttClient } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { connectMqtt, nextMessages, whenClosed } from '../fixtures/mqtt-device.ts'
import { connectPacket, openRawMqtt } from '../fixtures/raw-mqtt.ts'
import { startTestBroker, type TestBroker } from '../fixtures/start-test-broker.ts'

const reading = 'kerbside/v1/a/bin/bin1/reading'

// All keys are checked once in 10 s too, which must not be what ends a connection here.
const soon = { timeout: 5_000 }

async function startTown(options: Parameters<typeof startTestBroker>[0] = {}): Promise<TestBroker> {
  const town = await startTestBroker(options)
  onTestFinished(() => town.close())
  return town
}

/** Subscribed to all of its authority. */
async function connectOperator(
  town: TestBroker,
  key: string,
  options: Parameters<typeof connectMqtt>[1] = {},
): Promise<MqttClient> {
  const operator = await connectMqtt(town.url, { username: 'a', password: key, ...options })
  onTestFinished(async () => operator.endAsync(true))
  await operator.subscribeAsync('kerbside/v1/a/#', { qos: 1 })
  return operator
}

async function publishReading(town: TestBroker, password: string, payload: string): Promise<void> {
  const device = await connectMqtt(town.url, { username: 'a/bin1', password })
  await device.publishAsync(reading, payload, { qos: 1 })
  await device.endAsync()
}

for (const protocolVersion of [4, 5] as const) {
  test(
    `a key that is revoked ends its own connections, and no others (version ${protocolVersion})`,
    soon,
    async () => {
      const town = await startTown()
      const [revoked, kept] = [await town.addKey('a'), await town.addKey('a')]
      const first = await connectOperator(town, revoked, { protocolVersion })
      const second = await connectOperator(town, kept, { protocolVersion })
      const closed = whenClosed(first)
      const { items } = await town.registry.listKeys('a', { limit: 10 })
      await town.registry.deleteKey('a', items[0]?.id ?? '', 'test')
      await closed
      const messages = nextMessages(second, 1)
      await publishReading(town, await town.addDevice('a', 'bin1'), '1')
      expect(await messages).toMatchObject([{ text: '1' }])
      await expect(connectMqtt(town.url, { username: 'a', password: revoked })).rejects.toThrow()
    },
  )
}

test(
  'a reader that lags when its key is revoked is cut off, and not told behind what it did not read',
  soon,
  async () => {
    const town = await startTown({ limits: { unsentBytes: 100_000_000 } })
    const raw = await openRawMqtt(town.broker.mqttPort ?? 0, 5)
    raw.send(connectPacket({ username: 'a', password: await town.addKey('a'), version: 5 }))
    await raw.waitFor(({ cmd }) => cmd === 'connack')
    raw.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'kerbside/v1/a/#', qos: 0 }] })
    await raw.waitFor(({ cmd }) => cmd === 'suback')
    raw.socket.pause()
    const device = await connectMqtt(town.url, {
      username: 'a/bin1',
      password: await town.addDevice('a', 'bin1'),
    })
    const payload = 'x'.repeat(250_000)
    // More than the sockets at both ends take.
    for (let count = 0; count < 60; count++) await device.publishAsync(reading, payload, { qos: 1 })
    expect(town.broker.stats().connections).toBe(2)
    const [key] = (await town.registry.listKeys('a', { limit: 1 })).items
    await town.registry.deleteKey('a', key?.id ?? '', 'test')
    await town.directory.refresh()
    await expect.poll(() => town.broker.stats().connections).toBe(1)
    await device.endAsync()
  },
)

test('operators of a deleted authority hear nothing of the next one of its id', soon, async () => {
  const town = await startTown()
  const operator = await connectOperator(town, await town.addKey('a'))
  const heard: string[] = []
  operator.on('message', (topic) => heard.push(topic))
  // All of it before the broker looks the first time.
  await town.registry.deleteAuthority('a', 'test')
  const password = await town.addDevice('a', 'bin1')
  await publishReading(town, password, '1')
  await whenClosed(operator)
  expect(heard.filter((topic) => topic === reading)).toEqual([])
})

test("the sessions of a deleted authority's operators are not those of the next one's", soon, async () => {
  const town = await startTown()
  const session = { clientId: 'dashboard', clean: false }
  const password = await town.addDevice('a', 'bin1')
  const before = await connectOperator(town, await town.addKey('a'), session)
  await before.endAsync()
  await publishReading(town, password, 'of the first')
  await town.registry.deleteAuthority('a', 'test')
  await town.directory.refresh()
  const key = await town.addKey('a')
  const raw = await openRawMqtt(town.broker.mqttPort ?? 0)
  onTestFinished(() => raw.close())
  raw.send(connectPacket({ username: 'a', password: key, ...session }))
  expect(await raw.waitFor(({ cmd }) => cmd === 'connack')).toMatchObject({ sessionPresent: false })
})

test('a key that goes while its operator logs in lets nobody in', soon, async () => {
  const town = await startTown()
  const key = await town.addKey('a')
  const { items } = await town.registry.listKeys('a', { limit: 10 })
  const login = connectMqtt(town.url, { username: 'a', password: key }).then(
    (operator) => whenClosed(operator),
    () => undefined,
  )
  await town.registry.deleteKey('a', items[0]?.id ?? '', 'test')
  await login
  await expect.poll(() => town.broker.stats().connections).toBe(0)
})
