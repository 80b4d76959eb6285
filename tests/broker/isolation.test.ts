import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KINDS } from '../../model/device.ts'
import { SCOPES } from '../../model/key.ts'
import { formatTopic } from '../../model/topic.ts'
import { eventually } from '../fixtures/eventually.ts'
import { connectMqtt, type MqttVersion, whenClosed } from '../fixtures/mqtt-device.ts'
import { startTestBroker, type TestBroker } from '../fixtures/start-test-broker.ts'

/** The same devices in both authorities, so that their topics differ in nothing but the authority. */
const DEVICES = { bin: 'bin-1', traffic: 'counter-1', display: 'sign-1', vehicle: 'bus-1' } as const
const SIGN = { protocol: 't047', vendorId: 'SIM', localityId: 'centre', clusterId: 'C1' } as const
/** Topics of the displays' standard, which name no authority: what is sent to them, and what they say. */
const SIGN_TOPICS = [
  'CMS/realtimeDeparture/content/centre/C1/S1/SIM/sign-1',
  'PID-LED/textSnapshot/request/SIM/sign-1',
  'PID-LED/status/response',
  'PID-LED/heartbeat/service',
]

let town: TestBroker
const passwords: Record<string, string> = {}
const keys: Record<string, Record<string, string>> = {}

beforeAll(async () => {
  town = await startTestBroker({ limits: { subscriptionsPerClient: 10_000, connectionsPerDevice: 1_000 } })
  for (const authority of ['alpha', 'beta']) {
    for (const kind of KINDS) {
      const settings = kind === 'display' ? SIGN : {}
      passwords[`${authority}/${kind}`] = await town.addDevice(authority, DEVICES[kind], kind, settings)
    }
    keys[authority] = {}
    for (const scope of SCOPES) keys[authority][scope] = await town.addKey(authority, scope)
  }
})
afterAll(() => town.close())

/** Every topic that there is of an authority. */
function listTopics(authority: string): string[] {
  const own = KINDS.flatMap((kind) =>
    (['reading', 'status', 'config', 'departures'] as const).map((channel) =>
      formatTopic({ authority, kind, device: DEVICES[kind], channel }),
    ),
  )
  return [...own, ...SIGN_TOPICS]
}

/** A topic as it is, with a wildcard in place of each of its levels, and of all from each level on; and shared. */
function listFilters(topicName: string): string[] {
  const levels = topicName.split('/')
  const filters = levels.flatMap((_, index) => [
    [...levels.slice(0, index), '+', ...levels.slice(index + 1)].join('/'),
    [...levels.slice(0, index), '#'].join('/'),
  ])
  const all = [topicName, levels.map(() => '+').join('/'), ...filters]
  return all.flatMap((filter) => [filter, `$share/group/${filter}`])
}

interface Listener {
  readonly name: string
  readonly client: MqttClient
  readonly heard: string[]
}

/** Everybody of an authority that the broker lets in. */
async function listClients(authority: string, version: MqttVersion): Promise<Listener[]> {
  const logins = [
    ...KINDS.map((kind) => [`${authority}/${DEVICES[kind]}`, passwords[`${authority}/${kind}`] ?? '']),
    ...SCOPES.filter((scope) => scope !== 'published').map((scope) => [
      authority,
      keys[authority]?.[scope] ?? '',
    ]),
  ] as const
  return Promise.all(
    logins.map(async ([username = '', password = '']) => {
      const client = await connectMqtt(town.url, { username, password, protocolVersion: version })
      const heard: string[] = []
      client.on('error', () => undefined)
      client.on('message', (topic, payload) => heard.push(`${topic} ${payload}`))
      return { name: username, client, heard }
    }),
  )
}

/** Asks for all of them; what is denied is denied, and the others go on. */
async function subscribe({ client }: Listener, filters: readonly string[]): Promise<void> {
  await new Promise<void>((resolve) => {
    client.subscribe([...filters], { qos: 1 }, () => resolve())
  })
}

async function publishAll(authority: string, word: string, version: MqttVersion): Promise<void> {
  for (const kind of KINDS) {
    const username = `${authority}/${DEVICES[kind]}`
    const topic = (channel: 'reading' | 'status') =>
      formatTopic({ authority, kind, device: DEVICES[kind], channel })
    const login = { username, password: passwords[`${authority}/${kind}`] ?? '', protocolVersion: version }
    const will = {
      topic: topic('status'),
      payload: Buffer.from(`${word} will`),
      qos: 1 as const,
      retain: true,
    }
    const client = await connectMqtt(town.url, { ...login, will })
    for (const qos of [0, 1, 2] as const)
      await client.publishAsync(topic('reading'), `{"${word}":${qos}}`, { qos })
    await client.publishAsync(topic('status'), `${word} online`, { qos: 1, retain: true })
    // Without a DISCONNECT, so that the will is sent.
    client.stream.destroy()
  }
  for (const topicName of [
    ...KINDS.flatMap((kind) =>
      ['config', 'departures'].map(
        (channel) => `kerbside/v1/${authority}/${kind}/${DEVICES[kind]}/${channel}`,
      ),
    ),
    ...SIGN_TOPICS.slice(0, 2),
  ]) {
    town.broker.channel.publish({ authority, topicName, payload: `${word} told`, retain: 'yes' })
  }
}

/** On how many topics it heard a word: with filters that overlap, one message comes more than once. */
function countTopics(listener: Listener | undefined, word: string): number {
  const heard = listener?.heard.filter((text) => text.includes(word)) ?? []
  return new Set(heard.map((text) => text.split(' ', 1)[0])).size
}

async function endAll(listeners: readonly Listener[]): Promise<void> {
  await Promise.all(listeners.map(({ client }) => client.endAsync(true)))
}

for (const version of [4, 5] as const) {
  test(`nobody of beta hears anything of alpha, by any filter (version ${version})`, {
    timeout: 120_000,
  }, async () => {
    const filters = [...new Set(['alpha', 'beta'].flatMap(listTopics).flatMap(listFilters))]
    expect(filters.length).toBeGreaterThan(400)
    const alpha = await listClients('alpha', version)
    const early = await listClients('beta', version)
    for (const listener of [...alpha, ...early]) await subscribe(listener, filters)
    await publishAll('alpha', 'zqalpha', version)
    const operator = alpha.find(({ name }) => name === 'alpha')
    for (const part of ['{"zqalpha":2}', 'zqalpha online', 'zqalpha will', 'zqalpha told']) {
      await eventually(() => countTopics(operator, part)).toBe(
        part.includes('told') ? 2 * KINDS.length : KINDS.length,
      )
    }
    // What is kept is there for who comes later: of alpha for alpha, and for nobody else.
    const late = [...(await listClients('beta', version)), ...(await listClients('alpha', version)).slice(-1)]
    for (const listener of late) await subscribe(listener, filters)
    await eventually(() => late.at(-1)?.heard.join()).toContain('zqalpha will')
    // Whatever was on its way before this has arrived.
    await publishAll('beta', 'zqbeta', version)
    const ofBeta = [...early, ...late].filter(({ name }) => name.startsWith('beta'))
    for (const { name, heard } of ofBeta)
      await eventually(() => [name, heard.join()]).toEqual([name, expect.stringContaining('zqbeta')])
    for (const { name, heard } of ofBeta) {
      expect([name, heard.filter((text) => /alpha/.test(text))]).toEqual([name, []])
    }
    for (const { heard } of alpha) expect(heard.join()).not.toContain('beta')
    await endAll([...alpha, ...early, ...late])
  })

  test(`nobody of beta is heard in alpha, by any publish or will (version ${version})`, {
    timeout: 120_000,
  }, async () => {
    const balance = async () => {
      await town.broker.reportAccepted()
      return (await town.registry.getBalance('alpha', Date.now())).accepted
    }
    const alpha = await listClients('alpha', version)
    const filters = [...new Set(listTopics('alpha').flatMap(listFilters))]
    for (const listener of alpha) await subscribe(listener, filters)
    const before = await balance()
    const logins = [
      ...KINDS.map((kind) => [`beta/${DEVICES[kind]}`, passwords[`beta/${kind}`] ?? '']),
      ['beta', keys['beta']?.['admin'] ?? ''],
    ]
    for (const [username = '', password = ''] of logins) {
      for (const topic of listTopics('alpha')) {
        const login = { username, password, protocolVersion: version }
        const will = { topic, payload: Buffer.from('zqforeign will'), qos: 1 as const, retain: true }
        for (const options of [login, { ...login, will }]) {
          // Refused at once, or what it says is: either is well.
          const client = await connectMqtt(town.url, options).catch(() => undefined)
          if (!client) continue
          client.on('error', () => undefined)
          if (!('will' in options)) {
            await Promise.race([
              client.publishAsync(topic, 'zqforeign', { qos: 1, retain: true }).catch(() => undefined),
              whenClosed(client),
            ])
          }
          client.stream.destroy()
        }
      }
    }
    await publishAll('alpha', 'zqafter', version)
    const operator = alpha.find(({ name }) => name === 'alpha')
    await eventually(() => countTopics(operator, 'zqafter will')).toBe(KINDS.length)
    for (const { name, heard } of alpha) {
      expect([name, heard.filter((text) => text.includes('zqforeign'))]).toEqual([name, []])
    }
    // Three readings of each of its four devices, and nobody else's.
    expect((await balance()) - before).toBe(KINDS.length * 3)
    await endAll(alpha)
  })
}
