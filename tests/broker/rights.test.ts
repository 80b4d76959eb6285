import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectMqtt, type MqttVersion, nextMessages, whenClosed } from '../fixtures/mqtt-device.ts'
import { connectPacket, openRawMqtt } from '../fixtures/raw-mqtt.ts'
import { startTestBroker, type TestBroker } from '../fixtures/start-test-broker.ts'

let town: TestBroker
let passwords: Record<string, string>
let keys: Record<string, string>
const versions = [4, 5] as const

beforeAll(async () => {
  town = await startTestBroker()
  passwords = {
    'a/bin1': await town.addDevice('a', 'bin1', 'bin'),
    'a/bin2': await town.addDevice('a', 'bin2', 'bin'),
    'b/bin1': await town.addDevice('b', 'bin1', 'bin'),
  }
  keys = { a: await town.addKey('a'), b: await town.addKey('b') }
})
afterAll(() => town.close())

function logIn(username: string, version: MqttVersion, password = passwords[username]): Promise<MqttClient> {
  return connectMqtt(town.url, { username, password: password ?? '', protocolVersion: version })
}

for (const version of versions) {
  test(`a device publishes its readings and status (version ${version})`, async () => {
    const operator = await logIn('a', version, keys['a'])
    await operator.subscribeAsync('kerbside/v1/a/#', { qos: 1 })
    const messages = nextMessages(operator, 3)
    const device = await logIn('a/bin1', version)
    for (const qos of [0, 1, 2] as const) {
      await device.publishAsync('kerbside/v1/a/bin/bin1/reading', `{"fillPercent":${qos}}`, { qos })
    }
    expect((await messages).map(({ text }) => text)).toEqual([0, 1, 2].map((qos) => `{"fillPercent":${qos}}`))
    await device.endAsync()
    await operator.endAsync()
  })

  const refused: [string, string, string][] = [
    ['wrong password', 'a/bin1', 'nonsense'],
    ['no such device', 'a/bin9', 'nonsense'],
    ['the password of another authority’s device of the same name', 'b/bin1', 'a/bin1'],
    ['no such authority', 'zzz/bin1', 'a/bin1'],
    ['a username that is no username', 'a/bin1/x', 'a/bin1'],
    ['an operator without a key', 'a', 'nonsense'],
    ['the installation without its key', '$installation', 'nonsense'],
  ]
  for (const [what, username, password] of refused) {
    test(`${what} is refused (version ${version})`, async () => {
      const raw = await openRawMqtt(town.broker.mqttPort ?? 0, version)
      raw.send(connectPacket({ username, password: passwords[password] ?? password, version }))
      const connack = await raw.waitFor(({ cmd }) => cmd === 'connack')
      expect(connack).toMatchObject(version === 5 ? { reasonCode: 0x86 } : { returnCode: 4 })
      await raw.whenClosed()
    })
  }

  test(`a key for what is published is refused (version ${version})`, async () => {
    const key = await town.addKey('a', 'published')
    const raw = await openRawMqtt(town.broker.mqttPort ?? 0, version)
    raw.send(connectPacket({ username: 'a', password: key, version }))
    const connack = await raw.waitFor(({ cmd }) => cmd === 'connack')
    expect(connack).toMatchObject(version === 5 ? { reasonCode: 0x86 } : { returnCode: 4 })
    await raw.whenClosed()
  })

  test(`a key of another authority is refused (version ${version})`, async () => {
    await expect(logIn('a', version, keys['b'])).rejects.toThrow()
  })

  const foreign = [
    'kerbside/v1/a/bin/bin2/reading',
    'kerbside/v1/b/bin/bin1/reading',
    'kerbside/v1/a/traffic/bin1/reading',
    'kerbside/v1/a/bin/bin1/config',
    'kerbside/v1/a/bin/bin1/departures',
    'kerbside/v1/a/bin/bin1/reading/more',
    'kerbside/v1/a/uplink/tts/bins/70b3d57ed0051a2c',
    '$SYS/anything',
    'elsewhere',
  ]
  for (const topic of foreign) {
    test(`a device may not publish to ${topic} (version ${version})`, async () => {
      const before = town.broker.stats().publishes
      const device = await logIn('a/bin1', version)
      device.on('error', () => undefined)
      if (version === 5) {
        await expect(device.publishAsync(topic, 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x87 })
        await expect(device.publishAsync(topic, 'x', { qos: 2 })).rejects.toMatchObject({ code: 0x87 })
        device.publish(topic, 'x', { qos: 0 })
        await device.publishAsync('kerbside/v1/a/bin/bin1/reading', '{}', { qos: 1 })
        expect(town.broker.stats().publishes).toBe(before + 1)
      } else {
        device.publish(topic, 'x', { qos: 1 })
        await whenClosed(device)
        expect(town.broker.stats().publishes).toBe(before)
      }
      await device.endAsync(true)
    })
  }

  test(`an operator may not publish (version ${version})`, async () => {
    const raw = await openRawMqtt(town.broker.mqttPort ?? 0, version)
    raw.send(connectPacket({ username: 'a', password: keys['a'] ?? '', version }))
    await raw.waitFor(({ cmd }) => cmd === 'connack')
    const topic = 'kerbside/v1/a/bin/bin1/reading'
    raw.send({ cmd: 'publish', topic, payload: '{}', qos: 1, messageId: 7, dup: false, retain: false })
    if (version === 5) {
      expect(await raw.waitFor(({ cmd }) => cmd === 'puback')).toMatchObject({ reasonCode: 0x87 })
    } else {
      await raw.whenClosed()
      expect(raw.received.map(({ cmd }) => cmd)).toEqual(['connack'])
    }
    raw.close()
  })

  test(`a denied subscription is told beside the granted ones (version ${version})`, async () => {
    const raw = await openRawMqtt(town.broker.mqttPort ?? 0, version)
    raw.send(connectPacket({ username: 'a/bin1', password: passwords['a/bin1'] ?? '', version }))
    await raw.waitFor(({ cmd }) => cmd === 'connack')
    const denied = version === 5 ? 0x87 : 0x80
    const wanted: [string, number][] = [
      ['kerbside/v1/a/bin/bin1/#', 1],
      ['kerbside/v1/a/bin/bin2/#', denied],
      ['kerbside/v1/a/bin/bin1/config', 1],
      ['kerbside/v1/a/bin/+/config', denied],
      ['kerbside/v1/b/bin/bin1/config', denied],
      ['kerbside/v1/a/traffic/bin1/config', denied],
      ['#', denied],
      ['+/v1/a/bin/bin1/config', denied],
      ['$SYS/#', denied],
    ]
    raw.send({
      cmd: 'subscribe',
      messageId: 9,
      subscriptions: wanted.map(([topic]) => ({ topic, qos: 1, nl: false, rap: false, rh: 0 })),
    })
    const suback = await raw.waitFor(({ cmd }) => cmd === 'suback')
    expect(suback).toMatchObject({ granted: wanted.map(([, granted]) => granted) })
    raw.close()
  })

  test(`an operator subscribes within its authority only (version ${version})`, async () => {
    const operator = await logIn('a', version, keys['a'])
    const denied = version === 5 ? 0x87 : 0x80
    const filters = [
      'kerbside/v1/a/#',
      'kerbside/v1/a/+/+/reading',
      'kerbside/v1/b/#',
      'kerbside/v1/+/bin/#',
      '#',
    ]
    const granted = await new Promise<number[]>((resolve) => {
      operator.subscribe(filters, { qos: 1 }, (_error, _grants, packet) =>
        resolve((packet as unknown as { granted: number[] }).granted),
      )
    })
    expect(granted).toEqual([1, 1, denied, denied, denied])
    await operator.endAsync()
  })
}

test('what a kept session was denied is not kept for it either', async () => {
  const { broker } = town
  const login = { username: 'a/bin2', password: passwords['a/bin2'] ?? '', clientId: 'kept', clean: false }
  const first = await openRawMqtt(broker.mqttPort ?? 0)
  first.send(connectPacket(login))
  await first.waitFor(({ cmd }) => cmd === 'connack')
  first.send({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: ['kerbside/v1/a/bin/bin2/#', 'kerbside/v1/a/bin/bin1/#'].map((topic) => ({
      topic,
      qos: 1,
    })),
  })
  await first.waitFor(({ cmd }) => cmd === 'suback')
  first.close()
  await first.whenClosed()
  const other = await logIn('a/bin1', 4)
  await other.publishAsync('kerbside/v1/a/bin/bin1/reading', 'secret', { qos: 1 })
  await other.endAsync()
  const second = await openRawMqtt(broker.mqttPort ?? 0)
  second.send(connectPacket(login))
  expect(await second.waitFor(({ cmd }) => cmd === 'connack')).toMatchObject({ sessionPresent: true })
  const topic = 'kerbside/v1/a/bin/bin2/status'
  second.send({ cmd: 'publish', topic, payload: 'online', qos: 1, messageId: 3, dup: false, retain: true })
  await second.waitFor((packet) => packet.cmd === 'publish')
  const published = second.received.filter((packet) => packet.cmd === 'publish')
  expect(published.map((packet) => packet.topic)).toEqual([topic])
  second.close()
})

test('a device that is registered a moment ago may log in at once, and one with a new password only with that', async () => {
  const password = await town.addDevice('a', 'newest')
  const device = await logIn('a/newest', 5, password)
  const closed = whenClosed(device)
  const rotated = await town.registry.rotateCredentials('a', 'newest', 'test')
  await closed
  await expect(logIn('a/newest', 5, password)).rejects.toThrow()
  const again = await logIn('a/newest', 5, rotated.password)
  const gone = whenClosed(again)
  await town.registry.deleteDevice('a', 'newest', 'test')
  await gone
  await expect(logIn('a/newest', 5, rotated.password)).rejects.toThrow()
})
