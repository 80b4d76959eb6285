import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { openConnectionSource } from '../../ingest/connections/connection-source.ts'
import { createQuarantineReplay } from '../../ingest/replay-quarantined.ts'
import { startIngest } from '../../ingest/start-ingest.ts'
import { silentLogger } from '../../model/logger.ts'
import type { Network } from '../../model/uplink.ts'
import { createCredentialSealer } from '../../registry/seal-credentials.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'
import { eventually } from '../fixtures/eventually.ts'
import { CHIRPSTACK_APPLICATION, TTS_APPLICATION, writeUplink } from '../fixtures/network-uplinks.ts'
import { hasMosquitto, startMosquitto } from '../fixtures/start-mosquitto.ts'

const ALPHA = '/v1/authorities/alpha'
const FOUND = `${ALPHA}/found-devices`
const DEV_EUIS = { tts: '00000000000000a1', chirpstack: '00000000000000b2' } as const
const PASSWORD = 'NNSXS.very-secret'
const sealer = createCredentialSealer('a key that nobody can guess, of 32 characters')

test.skipIf(!hasMosquitto)(
  'a town connects its networks, adopts what they tell of, makes a mapping of its own, and has the readings',
  { timeout: 120_000 },
  async () => {
    const broker = await startBroker()
    const app = await openTown()
    for (const connection of [
      { id: 'tts', type: 'tts', url: broker.url, application: TTS_APPLICATION },
      { id: 'chirpstack', type: 'chirpstack', url: broker.url, applicationId: CHIRPSTACK_APPLICATION },
    ]) {
      const credentials = { password: PASSWORD, ...(connection.id !== 'tts' && { username: 'kerbside' }) }
      const { status } = await app.call('POST', `${ALPHA}/connections`, {
        body: { ...connection, credentials },
      })
      expect(status).toBe(201)
    }
    for (const id of ['tts', 'chirpstack']) {
      await eventually(
        async () => (await app.call('GET', `${ALPHA}/connections/${id}`)).body.state?.isConnected,
      ).toBe(true)
    }
    await broker.publish('tts', [0, 1, 2])
    await broker.publish('chirpstack', [0, 1, 2])
    await eventually(async () => (await app.call('GET', `${ALPHA}/ingest`)).body.quarantined).toBe(6)

    const found = await app.call('GET', FOUND)
    expect(found.body.items).toMatchObject([
      { devEui: DEV_EUIS.tts, connectionId: 'tts', suggestedMapping: 'dingtek-df702', uplinks: 3 },
      { devEui: DEV_EUIS.chirpstack, network: 'chirpstack', name: `bin ${DEV_EUIS.chirpstack}` },
    ])
    const one = await app.call('GET', `${FOUND}/${DEV_EUIS.tts.toUpperCase()}`)
    expect(one.body.sample.uplink_message.decoded_payload.level).toBe('702 mm')

    const settings = { emptyDistanceMm: 1_400, fullDistanceMm: 0 }
    const adopted = await app.call('POST', `${FOUND}/${DEV_EUIS.tts}/adopt`, {
      body: { id: 'bin-1', name: 'At the church', settings },
    })
    expect(adopted.status).toBe(201)
    expect(adopted.body).toMatchObject({
      device: { id: 'bin-1', kind: 'bin', settings: { devEui: DEV_EUIS.tts, mapping: 'dingtek-df702' } },
      stored: 3,
      stillQuarantined: 0,
    })
    expect(adopted.text).not.toContain('password')
    const readings = await app.call('GET', `${ALPHA}/devices/bin-1/readings`)
    expect(readings.body.items.map(({ distanceMm }: { distanceMm: number }) => distanceMm).sort()).toEqual([
      700, 701, 702,
    ])

    // The other one by a mapping of its own, which is then changed: what comes from then on is read by it.
    const mapping = {
      id: 'our-bins',
      name: 'Bins of ours',
      kind: 'bin',
      rules: [{ from: 'distance', to: 'distanceMm', unit: 'mm' }],
    }
    expect((await app.call('POST', `${ALPHA}/mappings`, { body: mapping })).status).toBe(201)
    const second = await app.call('POST', `${FOUND}/${DEV_EUIS.chirpstack}/adopt`, {
      body: { id: 'bin-2', mapping: 'our-bins', settings },
    })
    expect(second.body).toMatchObject({ stored: 3, stillQuarantined: 0 })
    const rules = [...mapping.rules, { from: 'battery', to: 'batteryPercent' }]
    await app.call('PUT', `${ALPHA}/mappings/our-bins`, { body: { ...mapping, rules } })
    await broker.publish('chirpstack', [3])
    await eventually(async () => {
      const { body } = await app.call('GET', `${ALPHA}/devices/bin-2/readings`)
      return body.items.find(({ distanceMm }: { distanceMm: number }) => distanceMm === 703)?.batteryPercent
    }).toBe(91)

    expect((await app.call('GET', FOUND)).body.items).toEqual([])
    const balance = await app.call('GET', `${ALPHA}/ingest`)
    expect(balance.body).toMatchObject({ accepted: 7, stored: 7, quarantined: 0, pending: 0 })
    const shown = await Promise.all(
      ['connections', 'audit', 'devices'].map((path) => app.call('GET', `${ALPHA}/${path}`)),
    )
    for (const { text } of shown) expect(text).not.toContain('very-secret')
  },
)

test.skipIf(!hasMosquitto)(
  'what a network refuses is said of its connection',
  { timeout: 60_000 },
  async () => {
    const broker = await startBroker()
    const app = await openTown()
    const connection = { id: 'tts', type: 'tts', url: broker.url, application: TTS_APPLICATION }
    const credentials = { password: 'a wrong one' }
    await app.call('POST', `${ALPHA}/connections`, { body: { ...connection, credentials } })
    const readState = async () => (await app.call('GET', `${ALPHA}/connections/tts`)).body.state
    await eventually(async () => (await readState())?.problem).toMatch(/not authorized/i)
    expect(await readState()).toMatchObject({ isConnected: false, succeededTime: null, uplinks: 0 })
  },
)

/** A Mosquitto that asks for passwords, and the networks that publish to it. */
async function startBroker() {
  const folder = await createFolder()
  const passwords = join(folder, 'passwords')
  writeFileSync(passwords, '')
  for (const user of [TTS_APPLICATION, 'kerbside', 'network']) {
    execFileSync('mosquitto_passwd', ['-b', passwords, user, PASSWORD], { stdio: 'ignore' })
  }
  const mosquitto = await startMosquitto([`password_file ${passwords}`, 'allow_anonymous false'])
  onTestFinished(() => mosquitto.stop())
  const client = await mqtt.connectAsync(mosquitto.url, { username: 'network', password: PASSWORD })
  onTestFinished(() => void client.end(true))
  return {
    url: mosquitto.url,
    /** Uplinks with these frame counts, whose distances are as much more than 700 mm. */
    async publish(network: Network, frameCounts: readonly number[]): Promise<void> {
      for (const frameCount of frameCounts) {
        const time = Date.parse('2026-02-16T11:00:00Z') + frameCount * 60_000
        const { topic, payload } = writeUplink[network]({
          devEui: DEV_EUIS[network],
          frameCount,
          distanceMm: 700 + frameCount,
          time,
        })
        await client.publishAsync(topic, payload, { qos: 1 })
      }
    },
  }
}

/** The API, and the ingest of what connections bring. */
async function openTown(): Promise<TestApp> {
  const app = await createTestApp({ sealer })
  await app.createAuthority({ id: 'alpha' })
  const source = openConnectionSource({
    ...app,
    sealer,
    replay: createQuarantineReplay({ ...app, oldestDays: 400 }),
    isPrivateAllowed: true,
    logger: silentLogger,
  })
  const ingest = startIngest({ ...app, source, logger: silentLogger, oldestDays: 400 })
  onTestFinished(async () => {
    await ingest.close()
    await source.close()
  })
  return app
}
