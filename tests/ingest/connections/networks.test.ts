import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import mqtt from 'mqtt'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { openConnectionSource } from '../../../ingest/connections/connection-source.ts'
import { createQuarantineReplay } from '../../../ingest/replay-quarantined.ts'
import { silentLogger } from '../../../model/logger.ts'
import { NETWORKS, type Network } from '../../../model/uplink.ts'
import { createCredentialSealer } from '../../../registry/seal-credentials.ts'
import {
  CHIRPSTACK_APPLICATION,
  type PlayedUplink,
  TTS_APPLICATION,
  writeUplink,
} from '../../fixtures/network-uplinks.ts'
import { type CutProxy, startCutProxy } from '../../fixtures/start-cut-proxy.ts'
import { hasMosquitto, type Mosquitto, startMosquitto } from '../../fixtures/start-mosquitto.ts'
import { openTown, type Town, waitUntil } from '../open-town.ts'

const DEV_EUIS: Record<Network, string> = { tts: '00000000000000a1', chirpstack: '00000000000000b2' }
const CALIBRATION = { emptyDistanceMm: 2_000, fullDistanceMm: 100 }
const DEVICES = [
  { id: 'tts', kind: 'bin', settings: { devEui: DEV_EUIS.tts, mapping: 'dingtek-df702', ...CALIBRATION } },
  {
    id: 'chirpstack',
    kind: 'bin',
    settings: { devEui: DEV_EUIS.chirpstack, mapping: 'milesight-em310-udl', ...CALIBRATION },
  },
]
const START = Date.parse('2026-02-16T12:00:00Z')
const sealer = createCredentialSealer('a key that nobody can guess, of 32 characters')

describe.skipIf(!hasMosquitto)('networks played over Mosquitto', { timeout: 120_000 }, () => {
  let mosquitto: Mosquitto
  let proxy: CutProxy
  beforeEach(async () => {
    mosquitto = await startMosquitto()
    onTestFinished(() => mosquitto.stop())
    proxy = await startCutProxy(mosquitto.port)
    onTestFinished(() => proxy.stop())
  })

  test('at QoS 1 all readings are there, once, although connections are lost and the broker is started again', async () => {
    const town = await openTown(DEVICES)
    await connect(town)
    start(town)
    await untilConnected(town)
    const uplinks = await play(400, 1, async (count) => {
      if (count % 100 === 50) proxy.cut()
      if (count === 200) {
        await mosquitto.halt()
        await mosquitto.resume()
      }
    })
    await untilStored(town, uplinks)
    expect(proxy.count()).toBeGreaterThan(8)
    await expectBalance(town, 800)
  })

  test('what comes while Kerbside is away comes when it is back, and what it had not stored comes again', async () => {
    const town = await openTown(DEVICES)
    await connect(town)
    let stop = start(town)
    await untilConnected(town)
    const uplinks = await play(300, 1, async (count) => {
      // It ends in the middle, stays away for some, and ends again.
      if (count === 60 || count === 160) await stop()
      if (count === 120 || count === 220) stop = start(town)
    })
    await untilStored(town, uplinks)
    await expectBalance(town, 600)
  })

  test('at QoS 0 all that comes while it is connected is there', async () => {
    const town = await openTown(DEVICES)
    await connect(town)
    start(town)
    await untilConnected(town)
    const uplinks = await play(2_000, 0)
    await untilStored(town, uplinks)
    const states = await Promise.all(
      NETWORKS.map((id) =>
        waitUntil(
          () => stateOf(town, id),
          (state) => state?.uplinks === 2_000,
        ),
      ),
    )
    for (const state of states) {
      expect(state).toMatchObject({ isConnected: true, problem: null, lastUplinkTime: town.clock.now() })
    }
  })

  test('devices that nobody has registered are found, their uplinks wait, and come in once they are adopted', async () => {
    const town = await openTown([])
    await connect(town)
    start(town)
    await untilConnected(town)
    const uplinks = await play(20, 1)
    const quarantined = await waitUntil(
      () => town.registry.countQuarantined('town'),
      ([first]) => first?.count === 40,
    )
    expect(quarantined).toEqual([{ reason: 'unknown_device', count: 40 }])
    const { items } = await town.registry.listFoundDevices('town', { limit: 10, isIgnored: false })
    expect(items).toMatchObject([
      {
        devEui: DEV_EUIS.tts,
        connectionId: 'tts',
        network: 'tts',
        name: `eui-${DEV_EUIS.tts}`,
        suggestedMapping: 'dingtek-df702',
        uplinks: 20,
      },
      { devEui: DEV_EUIS.chirpstack, suggestedMapping: 'milesight-em310-udl', uplinks: 20 },
    ])
    const { sample } = await town.registry.getFoundDevice('town', DEV_EUIS.tts)
    expect(JSON.parse(sample ?? '').uplink_message.decoded_payload.level).toBe('1119 mm')

    await register(town)
    const replay = createQuarantineReplay({ ...town, oldestDays: 400 })
    for (const devEui of Object.values(DEV_EUIS)) {
      expect(await replay.replayAll('town', { device: devEui }, 'test')).toEqual({
        stored: 20,
        stillQuarantined: 0,
      })
    }
    await untilStored(town, uplinks)
    expect(await town.registry.getBalance('town', town.clock.now())).toMatchObject({
      accepted: 40,
      stored: 40,
      quarantined: 0,
      pending: 0,
    })
  })

  test('one that is adopted while its uplinks are on their way to the quarantine loses none of them', async () => {
    const town = await openTown([])
    await connect(town)
    let adopt: (() => Promise<void>) | undefined = () => register(town)
    // As it is recorded that its first uplinks are of no device, it becomes one.
    const registry: Town['registry'] = {
      ...town.registry,
      async recordIngested(outcome) {
        if (outcome.quarantined.length > 0) {
          await adopt?.()
          adopt = undefined
        }
        return town.registry.recordIngested(outcome)
      },
    }
    start({ ...town, ingest: (source) => town.ingest(source, { registry }) })
    await untilConnected(town)
    await untilStored(town, await play(10, 1))
    await waitUntil(
      () => town.registry.countQuarantined('town'),
      ({ length }) => length === 0,
    )
  })

  test('of one that is ignored nothing is taken in', async () => {
    const town = await openTown([])
    await connect(town)
    start(town)
    await untilConnected(town)
    await play(1, 1)
    await waitUntil(
      () => town.registry.countQuarantined('town'),
      ([first]) => first?.count === 2,
    )
    await town.registry.ignoreFoundDevice('town', DEV_EUIS.tts, 'test')
    await play(30, 1)
    const [counted] = await waitUntil(
      () => town.registry.countQuarantined('town'),
      ([first]) => first?.count === 32,
    )
    const ignored = await waitUntil(
      () => town.registry.listFoundDevices('town', { limit: 5, isIgnored: true }),
      ({ items }) => items[0]?.uplinks === 31,
    )
    expect(ignored.items).toMatchObject([{ devEui: DEV_EUIS.tts }])
    expect(counted).toEqual({ reason: 'unknown_device', count: 32 })
    const { accepted } = await town.registry.getBalance('town', town.clock.now())
    expect(accepted).toBe(32)
  })

  test('a connection that is deleted leaves nothing that the broker keeps for it', async () => {
    const town = await openTown(DEVICES)
    await connect(town)
    start(town)
    await untilConnected(town)
    await town.registry.deleteConnection('town', 'tts', 'test')
    await waitUntil(
      () => proxy.countOpen(),
      (count) => count === 1,
    )
    // Once the session has no subscription left, what is published is nobody's.
    await waitUntil(
      () => countKept('client-tts'),
      (count) => count === 0,
    )
  })

  const connect = (town: Town) => connectNetworks(town, `mqtt://127.0.0.1:${proxy.port}`)

  async function play(
    count: number,
    qos: 0 | 1,
    onCount: (count: number) => Promise<void> = async () => undefined,
  ): Promise<ReadonlyMap<Network, readonly PlayedUplink[]>> {
    const client = await mqtt.connectAsync(mosquitto.url, { reconnectPeriod: 50 })
    onTestFinished(() => void client.end(true))
    const played = new Map<Network, PlayedUplink[]>(NETWORKS.map((network) => [network, []]))
    for (let index = 0; index < count; index += 1) {
      await onCount(index)
      const sent = NETWORKS.map((network) => {
        const distanceMm = 1_100 + (index % 800)
        const uplink = {
          devEui: DEV_EUIS[network],
          frameCount: index,
          distanceMm,
          time: START + index * 1000,
        }
        played.get(network)?.push(uplink)
        const { topic, payload } = writeUplink[network](uplink)
        return client.publishAsync(topic, payload, { qos })
      })
      await Promise.all(sent)
    }
    return played
  }

  /** What the broker has kept for a client that is away, which takes it. */
  async function countKept(clientId: string): Promise<number> {
    const publisher = await mqtt.connectAsync(mosquitto.url)
    const uplink = { devEui: DEV_EUIS.tts, frameCount: 1, distanceMm: 500, time: START }
    const { topic, payload } = writeUplink.tts(uplink)
    await publisher.publishAsync(topic, payload, { qos: 1 })
    await publisher.endAsync()
    const client = mqtt.connect(mosquitto.url, { clientId, clean: false, reconnectPeriod: 0 })
    let kept = 0
    client.on('message', () => {
      kept += 1
    })
    await new Promise((resolve) => client.once('connect', resolve))
    // The broker sends what it has kept before it answers to this.
    await client.subscribeAsync('nothing/of/interest', { qos: 0 })
    await client.endAsync()
    return kept
  }
})

test('a private address is refused unless it is allowed, and is said so', async () => {
  const town = await openTown([])
  await connectNetworks(town, 'mqtt://127.0.0.1:1')
  start(town, { isPrivateAllowed: false })
  const state = await waitUntil(
    () => stateOf(town, 'tts'),
    (found) => found !== null,
  )
  expect(state).toMatchObject({ isConnected: false, problem: expect.stringContaining('private network') })
})

test('a broker that sends a packet without an end is not listened to', { timeout: 60_000 }, async () => {
  const connack = Buffer.from([0x20, 2, 0, 0])
  // A PUBLISH of 256 MiB, the largest that there is.
  const publish = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])
  let sent = 0
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write(Buffer.concat([connack, publish]))
      const chunk = Buffer.alloc(1024 * 1024)
      const send = (): void => {
        while (!socket.destroyed && sent < 200 && socket.write(chunk)) sent += 1
      }
      socket.on('drain', send)
      send()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const town = await openTown([])
  await connectNetworks(town, `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`)
  start(town)
  const state = await waitUntil(
    () => stateOf(town, 'tts'),
    (found) => found?.problem?.includes('packet of more than') === true,
  )
  expect(state).toMatchObject({ isConnected: false, uplinks: 0 })
  expect(sent).toBeLessThan(200)
})

async function connectNetworks(town: Town, url: string): Promise<void> {
  for (const connection of [
    { id: 'tts', type: 'tts', url, application: TTS_APPLICATION, clientId: 'client-tts' } as const,
    {
      id: 'chirpstack',
      type: 'chirpstack',
      url,
      applicationId: CHIRPSTACK_APPLICATION,
      clientId: 'client-chirpstack',
    } as const,
  ]) {
    await town.registry.createConnection('town', connection, null, 'test')
  }
}

/** Resolves once what this returns is called, with the process ended as one that is told to end. */
function start(town: Town, { isPrivateAllowed = true } = {}): () => Promise<void> {
  const { registry, directory, clock } = town
  const source = openConnectionSource({
    registry,
    directory,
    sealer,
    replay: createQuarantineReplay({ ...town, oldestDays: 400 }),
    isPrivateAllowed,
    clock,
    logger: silentLogger,
  })
  const ingest = town.ingest(source)
  let ended: Promise<void> | undefined
  const stop = (): Promise<void> => {
    ended ??= ingest.close().then(() => source.close())
    return ended
  }
  onTestFinished(stop)
  return stop
}

const stateOf = async (town: Town, id: string) => (await town.registry.getConnection('town', id)).state

async function untilConnected(town: Town): Promise<void> {
  for (const id of NETWORKS) {
    await waitUntil(
      () => stateOf(town, id),
      (state) => state?.isConnected === true,
    )
  }
}

/** What the broker sends again, since an acknowledgement was lost with its connection, counts as stored once more. */
async function expectBalance(town: Town, count: number): Promise<void> {
  const balance = await waitUntil(
    () => town.registry.getBalance('town', town.clock.now()),
    ({ stored }) => stored >= count,
  )
  expect(balance).toMatchObject({ accepted: balance.stored, quarantined: 0, pending: 0 })
}

async function register(town: Town): Promise<void> {
  const { parseDevice } = await import('../open-town.ts')
  await town.registry.createDevices('town', DEVICES.map(parseDevice), 'test')
}

/** All that was played is there, and each of it once. */
async function untilStored(town: Town, played: ReadonlyMap<Network, readonly PlayedUplink[]>): Promise<void> {
  for (const [network, uplinks] of played) {
    const readings = await waitUntil(
      () => town.readings('bin', network),
      ({ length }) => length >= uplinks.length,
      60,
    )
    expect(readings.map(({ time, fields }) => [time, fields['distanceMm']])).toEqual(
      uplinks.map(({ time, distanceMm }) => [time, distanceMm]),
    )
  }
}
