import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import gtfsRealtime from 'gtfs-realtime-bindings'
import mqtt from 'mqtt'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openConnectionSource } from '../../../ingest/connections/connection-source.ts'
import { createQuarantineReplay } from '../../../ingest/replay-quarantined.ts'
import { silentLogger } from '../../../model/logger.ts'
import { createCredentialSealer } from '../../../registry/seal-credentials.ts'
import { hasMosquitto, startMosquitto } from '../../fixtures/start-mosquitto.ts'
import { openTown, type Town, waitUntil } from '../open-town.ts'

const { FeedMessage } = gtfsRealtime.transit_realtime
const SECONDS = Date.parse('2026-02-16T15:29:00Z') / 1000
const sealer = createCredentialSealer('a key that nobody can guess, of 32 characters')

function encode(entity: object[]): Buffer {
  const header = { gtfsRealtimeVersion: '2.0', timestamp: SECONDS }
  return Buffer.from(FeedMessage.encode(FeedMessage.fromObject({ header, entity })).finish())
}

function vehicle(id: string, changes: object = {}) {
  const position = { latitude: 51.5, longitude: -0.1, bearing: 90, speed: 10 }
  return { id, vehicle: { vehicle: { id, label: `Bus ${id}` }, position, timestamp: SECONDS, ...changes } }
}

interface FeedServer {
  readonly url: string
  readonly asked: { url: string | undefined; headers: IncomingHttpHeaders; status: number }[]
  body: Buffer
  status: number
}

async function serveFeed(body: Buffer): Promise<FeedServer> {
  const feed: { -readonly [K in keyof FeedServer]: FeedServer[K] } = { url: '', asked: [], body, status: 200 }
  const server = createServer((request, response) => {
    const etag = `"${createHash('sha1').update(feed.body).digest('hex')}"`
    const status = request.headers['if-none-match'] === etag ? 304 : feed.status
    feed.asked.push({ url: request.url, headers: request.headers, status })
    response.writeHead(status, { etag }).end(status === 200 ? feed.body : undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  feed.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed.pb`
  return feed
}

function run(town: Town, { isPrivateAllowed = true } = {}): void {
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
  onTestFinished(async () => {
    await ingest.close()
    await source.close()
  })
}

const connect = (town: Town, url: string, sealed: Uint8Array | null = null) =>
  town.registry.createConnection(
    'town',
    { id: 'feed', type: 'gtfs-realtime', url, intervalSeconds: 5 },
    sealed,
    'test',
  )

const stateOf = async (town: Town) => (await town.registry.getConnection('town', 'feed')).state

describe('GTFS-Realtime that is polled', () => {
  test('its vehicles become devices, their positions readings, and its trip updates are there for whoever predicts', async () => {
    const town = await openTown([])
    const trip = { tripId: 't1', startDate: '20260216', startTime: '15:00:00', routeId: '7', directionId: 0 }
    const update = { id: 'u', tripUpdate: { trip: { tripId: 't1' }, stopTimeUpdate: [] } }
    const feed = await serveFeed(
      encode([vehicle('12/3', { trip, occupancyStatus: 1 }), vehicle('-a b'), update]),
    )
    await connect(town, feed.url)
    run(town)
    const readings = await waitUntil(
      () => town.readings('vehicle', '12_3'),
      ({ length }) => length > 0,
    )
    expect(readings).toMatchObject([
      {
        time: SECONDS * 1000,
        fields: {
          ...trip,
          longitude: expect.closeTo(-0.1),
          speedKph: 36,
          occupancyStatus: 'MANY_SEATS_AVAILABLE',
        },
      },
    ])
    expect(await town.registry.getDevice('town', 'a_b')).toMatchObject({
      kind: 'vehicle',
      name: 'Bus -a b',
      settings: { connectionId: 'feed' },
    })
    const [kept] = await waitUntil(
      () => town.registry.listConnectionFeeds('town', 0),
      ({ length }) => length > 0,
    )
    expect(kept).toMatchObject({ id: 'feed', bytes: new Uint8Array(feed.body) })
    expect(await stateOf(town)).toMatchObject({ problem: null, vehicles: 2, trips: 1 })
    const balance = await waitUntil(
      () => town.registry.getBalance('town', 0),
      ({ stored }) => stored === 2,
    )
    expect(balance).toMatchObject({ accepted: 2, quarantined: 0, pending: 0 })
  })

  test('what has not changed is not asked for again, and what has moved is new', async () => {
    const town = await openTown([])
    const feed = await serveFeed(encode([vehicle('a')]))
    await connect(town, feed.url)
    run(town)
    await waitUntil(
      () => feed.asked.length,
      (count) => count >= 2,
      30,
    )
    expect(feed.asked.map(({ status }) => status)).toEqual([200, 304])
    feed.body = encode([vehicle('a', { timestamp: SECONDS + 20 })])
    const readings = await waitUntil(
      () => town.readings('vehicle', 'a'),
      ({ length }) => length === 2,
      30,
    )
    expect(readings[1]?.time).toBe((SECONDS + 20) * 1000)
  })

  test('its credentials are told to it, and what is sealed for another is not', async () => {
    const town = await openTown([])
    const feed = await serveFeed(encode([vehicle('a')]))
    const credentials = {
      headers: { 'x-api-key': 'k1' },
      query: { token: 't 1' },
      username: 'u',
      password: 'p',
    }
    await connect(town, feed.url, sealer.seal('town', 'feed', credentials))
    run(town)
    await waitUntil(
      () => feed.asked.length,
      (count) => count > 0,
    )
    const [asked] = feed.asked
    expect(asked?.url).toBe('/feed.pb?token=t+1')
    expect(asked?.headers).toMatchObject({ 'x-api-key': 'k1', authorization: `Basic ${btoa('u:p')}` })
    const sealed = sealer.seal('town', 'another', credentials)
    await town.registry.updateConnection(
      'town',
      (await town.registry.getConnection('town', 'feed')).connection,
      sealed,
      'test',
    )
    const state = await waitUntil(
      () => stateOf(town),
      (found) => found?.problem != null,
    )
    expect(state?.problem).toContain('KERBSIDE_SECRET_KEY')
  })

  test('a device of its own is not taken over, and a private address is refused unless it is allowed', async () => {
    const town = await openTown([{ id: 'a', kind: 'vehicle' }])
    const feed = await serveFeed(encode([vehicle('a'), vehicle('b')]))
    await connect(town, feed.url)
    run(town)
    await waitUntil(
      () => town.readings('vehicle', 'b'),
      ({ length }) => length === 1,
    )
    expect(await town.readings('vehicle', 'a')).toEqual([])
    const state = await waitUntil(
      () => stateOf(town),
      (found) => found !== null,
    )
    expect(state?.problem).toContain('1 of 2 vehicles')

    const careful = await openTown([])
    await connect(careful, feed.url)
    run(careful, { isPrivateAllowed: false })
    expect(
      (
        await waitUntil(
          () => stateOf(careful),
          (found) => found !== null,
        )
      )?.problem,
    ).toContain('private network')
  })

  test('what is no feed, or an error, is told, and it ends with its connection', async () => {
    const town = await openTown([])
    const feed = await serveFeed(Buffer.from('<html>not today</html>'))
    await connect(town, feed.url)
    run(town)
    const state = await waitUntil(
      () => stateOf(town),
      (found) => found !== null,
    )
    expect(state).toMatchObject({ succeededTime: null, problem: expect.stringContaining('something else') })
    feed.status = 503
    await town.registry.updateConnection(
      'town',
      { id: 'feed', type: 'gtfs-realtime', url: `${feed.url}?2`, intervalSeconds: 5 },
      undefined,
      'test',
    )
    await waitUntil(
      () => stateOf(town),
      (found) => found?.problem?.includes('503') === true,
    )
    await town.registry.deleteConnection('town', 'feed', 'test')
    await waitUntil(
      () => town.registry.renewLease('connection:town/feed', 'anybody', town.clock.now() + 1),
      () => true,
    )
  })
})

test.runIf(hasMosquitto)('positions in HFP from a broker become readings of its vehicles', async () => {
  const mosquitto = await startMosquitto()
  onTestFinished(() => mosquitto.stop())
  const town = await openTown([])
  const topicFilter = '/hfp/v2/journey/ongoing/vp/bus/#'
  await town.registry.createConnection(
    'town',
    { id: 'hsl', type: 'hfp', url: mosquitto.url, topicFilter },
    null,
    'test',
  )
  run(town)
  const client = await mqtt.connectAsync(mosquitto.url)
  onTestFinished(() => void client.end(true))
  const position = {
    desi: '550',
    dir: '2',
    oper: 18,
    veh: 423,
    tst: '2026-02-16T15:29:10.123Z',
    tsi: 1,
    spd: 5,
    hdg: 270,
    lat: 60.2,
    long: 24.9,
    dl: 60,
    oday: '2026-02-16',
    start: '17:20',
    route: '2550',
    occu: 0,
  }
  const topic =
    '/hfp/v2/journey/ongoing/vp/bus/0018/00423/2550/2/Westendinasema/17:20/2215201/5/60;24/28/07/47'
  // Again and again, as buses do, since nobody tells when the other side has subscribed.
  const timer = setInterval(() => client.publish(topic, JSON.stringify({ VP: position })), 200)
  onTestFinished(() => clearInterval(timer))
  client.publish(topic, 'no JSON')
  const [reading] = await waitUntil(
    () => town.readings('vehicle', '18_423'),
    ({ length }) => length > 0,
    30,
  )
  expect(reading).toMatchObject({
    time: Date.parse(position.tst),
    fields: {
      longitude: 24.9,
      latitude: 60.2,
      speedKph: 18,
      bearingDegrees: 270,
      routeId: '2550',
      directionId: 1,
      startDate: '20260216',
      startTime: '17:20:00',
    },
  })
})
