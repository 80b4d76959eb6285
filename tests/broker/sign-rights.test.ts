import { execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSignRights } from '../../broker/sign-rights.ts'
import type { Message } from '../../model/message.ts'
import { connectMqtt, whenClosed } from '../fixtures/mqtt-device.ts'
import { createDeparture, SIGN_SETTINGS, type SignTown, startSignTown } from '../fixtures/start-sign-town.ts'

let town: SignTown
let password: string
let plainPassword: string
beforeAll(async () => {
  town = await startSignTown()
  password = await town.addDisplay('sign-1', { stopIds: ['S1', 'S/2'], settings: SIGN_SETTINGS })
  plainPassword = await town.addDisplay('plain-1', { stopIds: ['S1'] })
})
afterAll(() => town.close())

const logIn = (device = 'sign-1', secret = password): Promise<MqttClient> =>
  connectMqtt(town.url, { username: `town/${device}`, password: secret, protocolVersion: 5 })

const ALLOWED = [
  'CMS/+/+/centre',
  'CMS/+/+/centre/C1',
  'CMS/+/+/centre/C1/S1',
  'CMS/+/+/centre/C1/S%2F2/#',
  'CMS/+/+/+/+/S1',
  'CMS/+/+/+/+/S1/null/null/+',
  'CMS/realTimeDeparture/content/centre/C1/S1/SIM/sign-1',
  'CMS/scheduledDeparture/response/centre/C1/S1/SIM/sign-1',
  'PID-LED/textSnapshot/request/SIM/sign-1',
  'PID-LED/+/request/SIM/sign-1',
  'PID-LED/discovery/response/SIM/sign-1',
  'kerbside/v1/town/display/sign-1/config',
]
const DENIED = [
  '#',
  'CMS/#',
  '+/+/+/+/+/S1',
  'CMS/+/+/#',
  'CMS/+/+/centre/C1/S3',
  'CMS/+/+/centre/C1/S3/#',
  'CMS/+/+/centre/C1/+',
  'CMS/+/+/centre/C1/#',
  'CMS/+/+/+/+/+/#',
  'CMS/+/+/elsewhere',
  'PID-LED/textSnapshot/request/SIM/sign-2',
  'PID-LED/+/request/+/+',
  'PID-LED/heartbeat/service',
  'PID-LED/#',
  'PID-TFT/status/request/SIM/sign-1',
  'kerbside/v1/town/display/plain-1/departures',
  '$share/x/CMS/+/+/centre/C1/S1',
]

test('a sign may subscribe to what is for it, and to nothing else', async () => {
  const sign = await logIn()
  for (const topicFilter of ALLOWED) {
    const [granted] = await sign.subscribeAsync(topicFilter, { qos: 1 })
    expect([topicFilter, granted?.qos]).toEqual([topicFilter, 1])
  }
  for (const topicFilter of DENIED) {
    const failure = await sign.subscribeAsync(topicFilter, { qos: 1 }).then(
      (granted) => granted[0]?.qos,
      () => 0x87,
    )
    expect([topicFilter, failure]).toEqual([topicFilter, 0x87])
  }
  await sign.endAsync()
})

test('a display that speaks plain JSON, an operator and another authority have none of it', async () => {
  const plain = await logIn('plain-1', plainPassword)
  const operator = await connectMqtt(town.url, {
    username: 'town',
    password: await town.addKey('town'),
    protocolVersion: 5,
  })
  const foreign = await town.addDevice('other', 'sign-1', 'display', SIGN_SETTINGS)
  const stranger = await connectMqtt(town.url, {
    username: 'other/sign-1',
    password: foreign,
    protocolVersion: 5,
  })
  for (const client of [plain, operator, stranger]) {
    await expect(client.subscribeAsync('CMS/+/+/centre/C1/S1', { qos: 1 })).rejects.toThrow()
  }
  const heard: string[] = []
  stranger.on('message', (topic) => heard.push(topic))
  // Of its own authority it may: the same words there are another place.
  await stranger.subscribeAsync('CMS/+/+/centre', { qos: 1 })
  await town.show('S1', { departures: [createDeparture('d1', 5)] })
  await expect(plain.publishAsync('PID-LED/heartbeat/service', '{}', { qos: 1 })).rejects.toThrow()
  expect(heard).toEqual([])
  await Promise.all([plain, operator, stranger].map((client) => client.endAsync(true)))
})

const NOT_ITS_OWN = [
  'PID-TFT/heartbeat/service',
  'PID-LED/status/request/SIM/sign-1',
  'CMS/cleardown/request/centre/C1/S1',
  'CMS/realTimeDeparture/content/centre/C1/S1',
  'PID-LED/anything/service',
]
test.each(NOT_ITS_OWN)('a sign may not publish to %s', async (topic) => {
  const sign = await logIn()
  await expect(sign.publishAsync(topic, '{}', { qos: 1 })).rejects.toThrow()
  sign.end(true)
  await whenClosed(sign)
})

test('what a sign says is journalled as its own, and what names another is counted to be quarantined', async () => {
  const sign = await logIn()
  const source = town.journal.openSource()
  const own = { vendorId: 'SIM', deviceId: 'sign-1' }
  const said: [string, object][] = [
    ['PID-LED/heartbeat/service', { heartbeat: own }],
    ['PID-LED/heartbeat/service', { heartbeat: { ...own, deviceId: 'sign-2' } }],
    ['PID-LED/discovery/request', { discoveryRequest: { ...own, requestId: '1' } }],
    ['PID-LED/discovery/request', { discoveryRequest: { ...own, vendorId: 'OTHER', requestId: '2' } }],
    ['PID-LED/cleardown/response', []],
  ]
  const before = town.journal.listAccepted().find(({ authority }) => authority === 'town')?.accepted ?? 0
  for (const [topic, body] of said)
    await sign.publishAsync(topic, JSON.stringify(body), { qos: 1, retain: true })
  const messages: Message[] = []
  while (messages.length < said.length) {
    const read = await source.read(100)
    messages.push(...read.filter(({ topic }) => topic.includes('/t047')))
    await source.forget(read)
  }
  const space = 'kerbside/v1/town/display/sign-1'
  expect(messages.map(({ topic }) => topic)).toEqual([
    `${space}/t047/PID-LED/heartbeat/service`,
    `${space}/t047/PID-LED/heartbeat/service`,
    `${space}/t047-talk/PID-LED/discovery/request`,
    `${space}/t047/PID-LED/discovery/request`,
    `${space}/t047/PID-LED/cleardown/response`,
  ])
  const accepted = town.journal.listAccepted().find(({ authority }) => authority === 'town')?.accepted ?? 0
  expect(accepted - before).toBe(4)
  await source.close()
  await sign.endAsync()
})

const hasMosquittoClients = (() => {
  try {
    execFileSync('mosquitto_sub', ['--help'], { stdio: 'ignore' })
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
})()
if (!hasMosquittoClients) process.stderr.write('mosquitto_sub is not installed: its test is skipped.\n')

test.skipIf(!hasMosquittoClients)(
  'mosquitto_sub with MQTT 5, as a sign would connect, sees the topics, retained and with their expiry',
  async () => {
    const sign = await logIn()
    await town.show('S1', {
      departures: [createDeparture('d1', 5, 6), createDeparture('d2', 9)],
      notices: [
        {
          id: 'alert-1',
          texts: [{ language: 'cy', text: 'Dim bysiau' }],
          startTime: null,
          endTime: null,
          isEmergency: false,
          departureId: null,
        },
      ],
    })
    const { hostname, port } = new URL(town.url)
    const filters = ['CMS/+/+/centre/C1/S1', 'CMS/+/+/centre/C1/S1/null/null/+']
    const child = spawn('mosquitto_sub', [
      ...['-V', '5', '-h', hostname, '-p', port, '-u', 'town/sign-1', '-P', password, '-i', 'mosquitto'],
      ...filters.flatMap((filter) => ['-t', filter]),
      ...['-q', '1', '-C', '3', '-W', '20', '-F', '%r %E %t'],
    ])
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) lines.push(line)
    const seen = lines
      .map((line) => line.split(' '))
      .toSorted(([, , a = ''], [, , b = '']) => (a < b ? -1 : 1))
    expect(seen.map(([retained, , topic]) => [retained, topic])).toEqual([
      ['1', 'CMS/informationMessage/content/centre/C1/S1/null/null/alert-1'],
      ['1', 'CMS/realTimeDeparture/content/centre/C1/S1'],
      ['1', 'CMS/scheduledDeparture/content/centre/C1/S1'],
    ])
    const expiries = seen.map(([, expiry]) => Number(expiry))
    for (const [index, limit] of [3_600, 300, 3_600].entries()) {
      expect(expiries[index]).toBeGreaterThan(limit - 30)
      expect(expiries[index]).toBeLessThanOrEqual(limit)
    }
    await sign.endAsync()
  },
)

test('rights are of one display: another type or another address is another set', () => {
  const sign = {
    type: 'PID-TFT',
    locality: 'null',
    cluster: 'null',
    stopIds: ['S1'],
    vendorId: 'V',
    deviceId: 'D',
  } as const
  const rights = createSignRights('town', 'sign-1', sign)
  expect(rights.maySubscribe('CMS/+/+/null/null/S1')).toBe(true)
  expect(rights.mayPublish('PID-TFT/heartbeat/service')).toBe(true)
  expect(rights.mayPublish('PID-LED/heartbeat/service')).toBe(false)
  expect(createSignRights('town', 'sign-1', { ...sign, deviceId: 'E' }).key).not.toBe(rights.key)
})
