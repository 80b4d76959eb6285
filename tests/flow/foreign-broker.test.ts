import { execFileSync } from 'node:child_process'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { MqttClient } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import type { Kind } from '../../model/device.ts'
import { createRandom } from '../../model/random.ts'
import { type Credentials, request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { connectMqtt, whenClosed } from '../fixtures/mqtt-device.ts'
import { type PublisherStyle, startRecordingPublisher } from '../fixtures/recording-publisher.ts'
import type { Balance } from '../fixtures/run-kills.ts'
import { findInfluxdb, startInfluxdb } from '../fixtures/start-influxdb.ts'
import { startKerbside } from '../fixtures/start-kerbside.ts'
import { hasMosquitto, startMosquitto } from '../fixtures/start-mosquitto.ts'

const EXAMPLE = fileURLToPath(new URL('../../docs/mosquitto', import.meta.url))
const AUTHORITY = 'demo'
const DEVICES: readonly { id: string; kind: Kind }[] = [
  { id: 'bin-1', kind: 'bin' },
  { id: 'bin-17', kind: 'bin' },
  { id: 'bin-18', kind: 'bin' },
  { id: 'counter-1', kind: 'traffic' },
  { id: 'counter-2', kind: 'traffic' },
]
// As the access list has them: one with a section of its own, the others by its pattern.
const USERS = [
  'demo/bin-1',
  'demo/bin/bin-17',
  'demo/bin/bin-18',
  'demo/traffic/counter-1',
  'demo/traffic/counter-2',
  // Whoever gives out such a name must not have given out the whole authority.
  'demo/bin/+',
  'kerbside-ingest',
]
const NOT_AUTHORIZED = 0x87

test.skipIf(!hasMosquitto || !findInfluxdb())(
  'Mosquitto, as the example sets it up, lets a device speak for itself alone',
  { timeout: 120_000 },
  async () => {
    const { apiUrl, mqttUrl } = await startBehindMosquitto()
    for (const [username, topic] of [
      ['demo/bin-1', 'kerbside/v1/demo/bin/bin-1/reading'],
      ['demo/bin/bin-17', 'kerbside/v1/demo/bin/bin-17/reading'],
    ] as const) {
      const device = await connect(mqttUrl, username, 5)
      await device.publishAsync(topic, '{"fillPercent": 40}', { qos: 1 })
      for (const denied of [
        'kerbside/v1/demo/bin/bin-18/reading',
        'kerbside/v1/demo/bin/bin-18/status',
        'kerbside/v1/demo/traffic/bin-17/reading',
        'kerbside/v1/other/bin/bin-17/reading',
        topic.replace('reading', 'config'),
      ]) {
        await expect(
          device.publishAsync(denied, '{"fillPercent": 99}', { qos: 1 }),
          `${username} ${denied}`,
        ).rejects.toMatchObject({ code: NOT_AUTHORIZED })
      }
    }

    const wild = await connect(mqttUrl, 'demo/bin/+', 5)
    await expect(
      wild.publishAsync('kerbside/v1/demo/bin/bin-18/reading', '{"fillPercent": 99}', { qos: 1 }),
    ).rejects.toMatchObject({ code: NOT_AUTHORIZED })

    // Mosquitto takes any subscription, and decides at each message.
    const curious = await connect(mqttUrl, 'demo/bin/bin-18', 4)
    const overheard: string[] = []
    curious.on('message', (topic) => overheard.push(topic))
    await curious.subscribeAsync('kerbside/v1/#', { qos: 1 })

    // MQTT 3.1.1 has no word for a refusal: it is acknowledged, and must still come to nothing.
    const old = await connect(mqttUrl, 'demo/bin/bin-17', 4)
    await old.publishAsync('kerbside/v1/demo/bin/bin-18/reading', '{"fillPercent": 99}', { qos: 1 })
    const lying = await connectMqtt(mqttUrl, {
      ...credentialsOf('demo/bin/bin-17'),
      will: {
        topic: 'kerbside/v1/demo/bin/bin-18/reading',
        payload: Buffer.from('{"fillPercent": 99}'),
        qos: 1,
      },
    }).catch(() => undefined)
    lying?.stream.destroy()
    if (lying) await whenClosed(lying)
    for (const username of ['demo/bin-18', 'demo/+/bin-18', 'kerbside-ingest', '']) {
      const stranger = { username, password: 'guessed' }
      await expect(connectMqtt(mqttUrl, stranger), username).rejects.toMatchObject({ code: 5 })
    }
    await old.publishAsync('kerbside/v1/demo/bin/bin-17/reading', '{"fillPercent": 41}', { qos: 1 })

    // What was published last is stored, so whatever else had come through would be too.
    await expect
      .poll(() => getBalance(apiUrl), { timeout: 30_000, interval: 100 })
      .toMatchObject({ accepted: 3, stored: 3, quarantined: 0, pending: 0 })
    expect(await readValues(apiUrl, 'bin-1', 'fillPercent')).toEqual([40])
    expect(await readValues(apiUrl, 'bin-17', 'fillPercent')).toEqual([40, 41])
    expect(await readValues(apiUrl, 'bin-18', 'fillPercent')).toEqual([])
    expect(overheard).toEqual([])
  },
)

test.skipIf(!hasMosquitto || !findInfluxdb())(
  'an ingest behind Mosquitto that is killed and started again loses and doubles nothing, and the balance holds',
  { timeout: 120_000 },
  async () => {
    const seed = Number(process.env['KERBSIDE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
    const where = `KERBSIDE_TEST_SEED=${seed}`
    const random = createRandom(seed)
    const { apiUrl, mqttUrl, restartIngest } = await startBehindMosquitto()
    const styles: PublisherStyle[] = ['time', 'sequence']
    const publishers = styles.map((style, index) =>
      startRecordingPublisher({
        mqttUrl,
        authority: AUTHORITY,
        device: `counter-${index + 1}`,
        credentials: credentialsOf(`demo/traffic/counter-${index + 1}`),
        style,
        intervalMs: 5,
        protocolVersion: index === 0 ? 4 : 5,
        firstTime: Date.now() - 86_400_000,
      }),
    )
    onTestFinished(async () => {
      for (const publisher of publishers) await publisher.end()
    })

    const unbalanced: string[] = []
    const sample = async (): Promise<Balance> => {
      const balance = await getBalance(apiUrl)
      const { accepted, stored, quarantined, pending } = balance
      if (accepted !== stored + quarantined + pending || pending < 0) unbalanced.push(JSON.stringify(balance))
      return balance
    }
    for (let kill = 0; kill < 4; kill++) {
      // The moment of the kill is the point of this test, so it is drawn, not awaited.
      const killAt = performance.now() + 300 + random() * 1_200
      while (performance.now() < killAt) {
        await sample()
        await delay(20)
      }
      await restartIngest()
    }
    for (const publisher of publishers) await publisher.finish()
    // What Mosquitto still holds is not yet accepted, and what it delivered twice was counted twice: so no count tells
    // when all has come, only the readings do.
    const listLost = async (): Promise<string[]> => {
      const lost: string[] = []
      for (const { device, acknowledged } of publishers) {
        const found = new Set(await readValues(apiUrl, device, 'count'))
        for (const count of acknowledged) if (!found.has(count)) lost.push(`${device} count ${count}`)
      }
      return lost
    }
    await expect.poll(listLost, { timeout: 40_000, interval: 250, message: where }).toEqual([])
    await expect
      .poll(sample, { timeout: 20_000, message: where })
      .toMatchObject({ quarantined: 0, pending: 0 })

    for (const { device, acknowledged: expected, published, style } of publishers) {
      const found = await readValues(apiUrl, device, 'count')
      expect(expected.size, `${style}, ${where}`).toBeGreaterThan(200)
      expect(
        found.filter((count, index) => found.indexOf(count) !== index || !published.has(Number(count))),
        `doubled, ${style}, ${where}`,
      ).toEqual([])
    }
    expect(unbalanced, where).toEqual([])
  },
)

/** The API and an ingest, of which the latter can be killed, behind a Mosquitto with the files of `docs/mosquitto`. */
async function startBehindMosquitto(): Promise<{
  apiUrl: string
  mqttUrl: string
  restartIngest: () => Promise<void>
}> {
  const folder = await createFolder()
  const mosquitto = await startMosquitto(await installExample(folder))
  onTestFinished(() => mosquitto.stop())
  const influxdb = await startInfluxdb()
  onTestFinished(() => influxdb.close())
  const shared = {
    KERBSIDE_STORE: `influxdb:${influxdb.url}?database=kerbside`,
    KERBSIDE_REGISTRY: `sqlite:${join(folder, 'registry.sqlite')}`,
    KERBSIDE_DATA: folder,
  }
  const api = await startKerbside(['api'], shared)
  onTestFinished(() => api.stop())
  const { apiUrl } = api
  await request(apiUrl, '/v1/authorities', { body: { id: AUTHORITY, name: 'Demo', timeZone: 'UTC' } })
  await request(apiUrl, `/v1/authorities/${AUTHORITY}/devices`, { body: DEVICES })

  const source = new URL(mosquitto.url)
  Object.assign(source, credentialsOf('kerbside-ingest'))
  const startIngest = () => startKerbside(['ingest'], { ...shared, KERBSIDE_SOURCE: source.href })
  let ingest = await startIngest()
  onTestFinished(() => ingest.stop())
  return {
    apiUrl,
    mqttUrl: mosquitto.url,
    async restartIngest() {
      await ingest.stop('SIGKILL')
      ingest = await startIngest()
    },
  }
}

/** Puts the example's files and a file of passwords into the folder; resolves with the lines of its configuration. */
async function installExample(folder: string): Promise<string[]> {
  await copyFile(join(EXAMPLE, 'kerbside-acl'), join(folder, 'kerbside-acl'))
  const passwords = join(folder, 'kerbside-passwords')
  for (const [index, username] of USERS.entries()) {
    const { password } = credentialsOf(username)
    execFileSync('mosquitto_passwd', [...(index === 0 ? ['-c'] : []), '-b', passwords, username, password], {
      stdio: 'ignore',
    })
  }
  const config = await readFile(join(EXAMPLE, 'mosquitto.conf'), 'utf8')
  expect(config).toContain('\nlistener 1883 127.0.0.1\n')
  // Its port and the place of its database are the test's own.
  return config
    .replaceAll('/etc/mosquitto/', `${folder}/`)
    .split('\n')
    .filter((line) => !/^(listener|persistence_location) /.test(line))
}

function credentialsOf(username: string): Credentials & { username: string } {
  return { username, password: `secret of ${username.replaceAll('/', ' ')}`.replaceAll(' ', '-') }
}

async function connect(mqttUrl: string, username: string, protocolVersion: 4 | 5): Promise<MqttClient> {
  const client = await connectMqtt(mqttUrl, { ...credentialsOf(username), protocolVersion })
  onTestFinished(() => client.endAsync(true))
  return client
}

const getBalance = (apiUrl: string): Promise<Balance> =>
  request<Balance>(apiUrl, `/v1/authorities/${AUTHORITY}/ingest`)

/** One field of every reading of a device, in the order of their times. */
async function readValues(apiUrl: string, device: string, field: string): Promise<unknown[]> {
  const values: unknown[] = []
  const from = Date.now() - 2 * 86_400_000
  const path = `/v1/authorities/${AUTHORITY}/devices/${device}/readings?from=${from}&to=${Date.now() + 86_400_000}&limit=10000`
  for (let after = ''; ; ) {
    const page = await request<{ items: Record<string, unknown>[]; next: string | null }>(
      apiUrl,
      `${path}${after}`,
    )
    values.push(...page.items.map((item) => item[field]))
    if (page.next === null) return values
    after = `&after=${encodeURIComponent(page.next)}`
  }
}
