import { join } from 'node:path'
import GtfsRealtime from 'gtfs-realtime-bindings'
import { expect, onTestFinished, test } from 'vitest'
import { runSim } from '../../device-sim/run-sim.ts'
import { createTown } from '../../device-sim/town/create-town.ts'
import { silentLogger } from '../../model/logger.ts'
import { request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { readClock } from '../fixtures/read-clock.ts'
import { readEvents } from '../fixtures/read-events.ts'
import { startKerbside, TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'
import { openStopSign, type StopSign } from '../fixtures/stop-sign.ts'
import { hasGtfsRtValidator, validateGtfsRt } from '../fixtures/validate-gtfs-rt.ts'

const { FeedMessage, TripDescriptor, TripUpdate } = GtfsRealtime.transit_realtime
const { CANCELED } = TripDescriptor.ScheduleRelationship
const { SKIPPED } = TripUpdate.StopTimeUpdate.ScheduleRelationship
const SEED = 3
const SIGNS = 20
/** Of a stop; signs are told of the predictions of the next twenty. */
const ITEMS = 15
const START = '2026-06-03T07:00:00Z'
const TOWN = '/v1/authorities/town'
const headers = { authorization: `Bearer ${TEST_ADMIN_KEY}` }

interface Item {
  readonly departureId: string
  readonly tripId: string
  readonly aimedDepartureTime: string
  readonly expectedDepartureTime: string | null
  readonly state: string
}
interface Board {
  readonly generatedTime: string
  readonly items: readonly Item[]
}
interface Visit {
  readonly ItemIdentifier: string
  readonly MonitoredVehicleJourney: {
    readonly Monitored: boolean
    readonly MonitoredCall: {
      readonly AimedDepartureTime: string
      readonly ExpectedDepartureTime?: string
      readonly DepartureStatus: string
    }
  }
}

/** What all formats say of a departure: by when it is aimed and expected to leave, and whether it does. */
interface Told {
  readonly aimed: number
  readonly expected: number | null
  readonly isCancelled: boolean
}
type TellsOf = ReadonlyMap<string, Told>

const time = (text: string | null | undefined): number | null => (text ? Date.parse(text) : null)

function readJson({ items }: Board): TellsOf {
  return new Map(
    items.map(({ departureId, aimedDepartureTime, expectedDepartureTime, state }) => [
      departureId,
      {
        aimed: Date.parse(aimedDepartureTime),
        expected: time(expectedDepartureTime),
        isCancelled: state === 'cancelled',
      },
    ]),
  )
}

function readSiri(visits: readonly Visit[]): TellsOf {
  return new Map(
    visits.map(({ ItemIdentifier, MonitoredVehicleJourney: { MonitoredCall } }) => [
      ItemIdentifier,
      {
        aimed: Date.parse(MonitoredCall.AimedDepartureTime),
        expected: time(MonitoredCall.ExpectedDepartureTime),
        isCancelled: MonitoredCall.DepartureStatus === 'cancelled',
      },
    ]),
  )
}

/** Of the feed, by departure: when it leaves, null where it does not. */
function readFeed(bytes: Uint8Array): Map<string, number | null> {
  const told = new Map<string, number | null>()
  for (const { tripUpdate } of FeedMessage.decode(bytes).entity) {
    const { tripId, startDate, scheduleRelationship } = tripUpdate?.trip ?? {}
    for (const { stopSequence, departure, scheduleRelationship: ofStop } of tripUpdate?.stopTimeUpdate ??
      []) {
      const isServed = ofStop !== SKIPPED && departure
      told.set(`${tripId}.${startDate}.${stopSequence}`, isServed ? Number(departure?.time) * 1000 : null)
    }
    if (scheduleRelationship === CANCELED) told.set(`${tripId}.${startDate}`, null)
  }
  return told
}

const tripOf = (departureId: string): string => departureId.slice(0, departureId.lastIndexOf('.'))

async function fetchJson<T>(url: string): Promise<T> {
  return (await (await fetch(url, { headers })).json()) as T
}

/** A town with live buses, signs at its stops and a trip that is cancelled; from then on nothing new is heard. */
async function startTown() {
  const folder = await createFolder()
  const kerbside = await startKerbside(['up'], { KERBSIDE_DATA: folder, KERBSIDE_CLOCK: START })
  onTestFinished(() => kerbside.stop())
  const { apiUrl, mqttUrl } = kerbside
  await request(apiUrl, '/v1/authorities', { body: { id: 'town', timeZone: 'Europe/London' } })
  const clock = await readClock(apiUrl, 'town', 1)
  const ended = new AbortController()
  const simulated = runSim({
    apiUrl,
    mqttUrl,
    adminKey: TEST_ADMIN_KEY,
    clock,
    logger: silentLogger,
    seed: SEED,
    authority: 'town',
    historyDays: 0.02,
    credentialsPath: join(folder, 'credentials.json'),
    signal: ended.signal,
  })
  onTestFinished(async () => {
    ended.abort()
    await simulated
  })
  const stopIds = createTown({ seed: SEED })
    .displays.slice(0, SIGNS)
    .map(({ stopId }) => stopId)
  const boardOf = (stopId: string) =>
    fetchJson<Board>(`${apiUrl}${TOWN}/stops/${stopId}/departures?limit=${ITEMS}`)
  const listLive = async () => {
    const boards = await Promise.all(stopIds.map(boardOf))
    return boards.flatMap(({ items }) => items ?? []).filter(({ state }) => state === 'live').length
  }
  await expect.poll(listLive, { timeout: 120_000, interval: 500 }).toBeGreaterThan(SIGNS)
  const signs = await Promise.all(
    stopIds.map((stopId, index) =>
      openStopSign({ apiUrl, mqttUrl, authority: 'town', stopId, index, now: clock.now }),
    ),
  )
  onTestFinished(async () => {
    await Promise.all(signs.map((sign) => sign.close()))
  })
  const { items } = await boardOf(stopIds[0] ?? '')
  await enterChanges(apiUrl, (items.find(({ state }) => state === 'timetable') as Item).tripId, stopIds)
  await judge(apiUrl)
  ended.abort()
  await simulated
  return { apiUrl, signs, boardOf }
}

/** One trip is cancelled, another one runs twice, and a line calls elsewhere. */
async function enterChanges(apiUrl: string, tripId: string, stopIds: readonly string[]): Promise<void> {
  const [stopId = '', replacementStopId] = stopIds.slice(3)
  const header = [{ language: 'en', text: 'Road works' }]
  const changes = [
    { id: 'gone', type: 'cancellation', tripId },
    {
      id: 'works',
      type: 'detour',
      routeId: tripId.split('-')[0],
      stops: [{ stopId, replacementStopId }],
      header,
    },
    {
      id: 'extra',
      type: 'added-trip',
      tripId: 'extra',
      likeTripId: tripId,
      startTime: '08:33:00',
      serviceDates: ['20260603'],
    },
  ]
  for (const body of changes) await request(apiUrl, `${TOWN}/service-changes`, { body })
}

/** The feeds of a running Kerbside, some of whose buses do not say their trips, have no fault. */
async function judge(apiUrl: string): Promise<void> {
  if (!hasGtfsRtValidator()) return
  const fetchBytes = async (path: string): Promise<Uint8Array> =>
    new Uint8Array(await (await fetch(`${apiUrl}${TOWN}/${path}`, { headers })).arrayBuffer())
  const gtfs = await fetchBytes('gtfs.zip')
  for (const [role, kind] of [
    ['tu', 'trip-updates'],
    ['vp', 'vehicle-positions'],
    ['sa', 'alerts'],
  ] as const) {
    const bytes = await fetchBytes(`gtfs-rt/${kind}`)
    const { header, entity } = FeedMessage.decode(bytes)
    expect(entity.length, kind).toBeGreaterThan(0)
    const at = (Number(header.timestamp) + 1) * 1000
    const notices = await validateGtfsRt({ gtfs, feeds: { [role]: bytes }, at })
    // P008: a bus that is at its end before its time is told of until then.
    expect(
      notices.filter(({ code }) => code !== 'P008'),
      kind,
    ).toEqual([])
  }
}

/** Keeps the last board that a stream of server-sent events told. */
async function followEvents(apiUrl: string, stopId: string): Promise<() => Board | undefined> {
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const url = `${apiUrl}${TOWN}/stops/${stopId}/departures/events?limit=${ITEMS}`
  const { body } = await fetch(url, { headers, signal: ended.signal })
  let last: Board | undefined
  const follow = async () => {
    for await (const { data } of readEvents(body as ReadableStream<Uint8Array>)) last = data
  }
  follow().catch(() => undefined)
  return () => last
}

test('JSON, protobuf, SIRI, events and signs say the same of each departure', {
  timeout: 240_000,
}, async () => {
  process.stderr.write(`The town's seed is ${SEED}.\n`)
  const { apiUrl, signs, boardOf } = await startTown()
  const streams = new Map<string, () => Board | undefined>()
  for (const { stopId } of signs) streams.set(stopId, await followEvents(apiUrl, stopId))
  let compared = { live: 0, cancelled: 0, other: 0 }

  // Moments follow each other: one that is over before all were asked says nothing.
  const compareAll = async (): Promise<string[]> => {
    compared = { live: 0, cancelled: 0, other: 0 }
    const differences: string[] = []
    const before = await boardOf(signs[0]?.stopId ?? '')
    const [feed, ...rest] = await Promise.all([
      fetch(`${apiUrl}${TOWN}/gtfs-rt/trip-updates`, { headers }).then((answer) => answer.arrayBuffer()),
      ...signs.map(async (sign) => {
        const siriUrl = `${apiUrl}${TOWN}/siri/stop-monitoring.json?MonitoringRef=${sign.stopId}&MaximumStopVisits=${ITEMS}`
        const [board, siri] = await Promise.all([boardOf(sign.stopId), fetchJson<SiriAnswer>(siriUrl)])
        return { sign, board, siri: siri.Siri.ServiceDelivery }
      }),
    ])
    const inFeed = readFeed(new Uint8Array(feed as ArrayBuffer))
    for (const { sign, board, siri } of rest as { sign: StopSign; board: Board; siri: SiriDelivery }[]) {
      const { stopId } = sign
      if (board.generatedTime !== before.generatedTime || siri.ResponseTimestamp !== before.generatedTime) {
        return ['the moment has passed']
      }
      const json = readJson(board)
      const inSiri = readSiri(siri.StopMonitoringDelivery[0]?.MonitoredStopVisit ?? [])
      const inEvents = readJson(streams.get(stopId)?.() ?? { generatedTime: '', items: [] })
      if (JSON.stringify([...inSiri]) !== JSON.stringify([...json])) differences.push(`SIRI at ${stopId}`)
      if (JSON.stringify([...inEvents]) !== JSON.stringify([...json])) differences.push(`events at ${stopId}`)
      for (const { departureId, state } of board.items) {
        const { expected, isCancelled, aimed } = json.get(departureId) as Told
        const shown = sign.told.get(departureId)
        const shownExpected = state === 'live' ? expected : null
        // A sign has no more than its lines; what it has is right.
        if (
          shown &&
          (shown.aimed !== aimed || shown.expected !== shownExpected || shown.isCancelled !== isCancelled)
        ) {
          differences.push(
            `the sign at ${stopId}, ${departureId}: ${JSON.stringify(shown)} instead of ${JSON.stringify([aimed, expected, state])}`,
          )
        }
        const fed = inFeed.has(tripOf(departureId)) ? null : inFeed.get(departureId)
        const wanted = isCancelled ? null : (expected ?? undefined)
        if (state !== 'noData' && state !== 'stale' && fed !== wanted) {
          differences.push(`the feed: ${departureId}, ${fed} instead of ${wanted}`)
        }
        compared[state === 'live' || state === 'cancelled' ? state : 'other']++
      }
      const first = board.items.slice(0, 3).filter(({ departureId }) => !sign.told.has(departureId))
      if (first.length > 0) differences.push(`the sign at ${stopId} has no ${first[0]?.departureId}`)
    }
    return differences
  }
  await expect.poll(compareAll, { timeout: 60_000, interval: 100 }).toEqual([])
  process.stderr.write(
    `Of ${SIGNS} stops ${JSON.stringify(compared)} departures are the same in all formats.\n`,
  )
  expect(compared.live).toBeGreaterThan(SIGNS)
  expect(compared.cancelled).toBeGreaterThan(0)
})

interface SiriDelivery {
  readonly ResponseTimestamp: string
  readonly StopMonitoringDelivery: readonly { readonly MonitoredStopVisit: readonly Visit[] }[]
}
interface SiriAnswer {
  readonly Siri: { readonly ServiceDelivery: SiriDelivery }
}
