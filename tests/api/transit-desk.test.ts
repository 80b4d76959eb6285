import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createTrafficHistories } from '../../api/traffic-histories.ts'
import { createTransitDesk } from '../../api/transit-desk.ts'
import type { JudgedPrediction } from '../../model/judged-prediction.ts'
import { silentLogger } from '../../model/logger.ts'
import type { FieldValue, Reading } from '../../model/reading.ts'
import { openDeviceDirectory } from '../../registry/device-directory.ts'
import type { Registry } from '../../registry/registry.ts'
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts'
import { openDuckdbReadingStore } from '../../store/duckdb-reading-store.ts'
import { readTimetable } from '../../transit/timetable/read-timetable.ts'
import type { Timetable } from '../../transit/timetable/timetable.ts'
import { buildGtfs } from '../fixtures/build-gtfs.ts'
import { createTestClock } from '../fixtures/test-clock.ts'
import { at, MINUTE, placeOf } from '../transit/live/drive.ts'

const TRIP = 'R1-weekday-10-0'

function readTown(version = 'town-1'): Timetable {
  const zip = buildGtfs({ 'feed_info.txt': (text) => text.replace('town-1', version) })
  const { timetable } = readTimetable(zip)
  if (!timetable) throw new Error('the town has a timetable')
  return timetable
}

async function openDesk() {
  // The desk steps when a test says so, and not of itself in between, however busy the machine is.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const clock = createTestClock('2026-02-16T10:00:00Z')
  const registry = await openSqliteRegistry({ path: ':memory:', clock, logger: silentLogger })
  const store = await openDuckdbReadingStore({ path: ':memory:', logger: silentLogger })
  onTestFinished(async () => {
    await store.close()
    await registry.close()
  })
  await registry.createAuthority({ id: 'town', timeZone: 'Europe/London', published: [] }, 'test')
  await registry.createAuthority({ id: 'other', timeZone: 'Europe/London', published: [] }, 'test')
  await registry.createDevices(
    'town',
    [device('bus-1', 'vehicle', []), device('sign', 'display', ['stop-4'])],
    'test',
  )
  const directory = await openDeviceDirectory(registry)
  const timetables = new Map<string, Timetable>([['town', readTown()]])
  const open = () => {
    const find = async (authority: string) => timetables.get(authority)
    const desk = createTransitDesk({
      registry,
      store,
      directory,
      timetables: { find },
      trafficHistories: createTrafficHistories({ store, directory, clock }),
      clock,
      logger: silentLogger,
    })
    onTestFinished(() => desk.close())
    return desk
  }
  const write = (kind: Reading['kind'], name: string, time: number, fields: Record<string, FieldValue>) =>
    store.write([{ authority: 'town', kind, device: name, part: '', time, receivedTime: time, fields }])
  const drive = async (from: number, to: number, delay = 0) => {
    const timetable = timetables.get('town') ?? readTown()
    for (let time = from; time <= to; time += 15_000) {
      const place = placeOf(timetable, TRIP, time, delay)
      await write('vehicle', 'bus-1', time, { ...place, tripId: TRIP })
    }
    clock.set(to)
  }
  return { clock, registry, store, timetables, open, write, drive }
}

function device(id: string, kind: 'vehicle' | 'display', stopIds: string[]) {
  return {
    id,
    kind,
    name: `Bus ${id}`,
    longitude: null,
    latitude: null,
    uprn: null,
    usrn: null,
    stopIds,
    settings: {},
  } as const
}

describe('the desk that follows vehicles', () => {
  test('knows nothing until something is heard, then what it makes of it, and calls who wants to know', async () => {
    const { open, drive, clock } = await openDesk()
    const desk = open()
    let calls = 0
    const end = desk.onChange('town', () => calls++)
    await desk.step()
    expect(desk.snapshot('town')).toBeUndefined()
    await drive(at('10:00'), at('10:04'))
    await desk.step()
    const snapshot = desk.snapshot('town')
    expect(snapshot).toMatchObject({ version: 'town-1', time: clock.now() })
    expect(snapshot?.vehicles).toMatchObject([
      { id: 'bus-1', label: 'Bus bus-1', tripId: TRIP, confidence: 1 },
    ])
    expect(snapshot?.trips.find(({ tripId }) => tripId === TRIP)?.stops[11]?.state).toBe('live')
    expect(calls).toBe(1)
    end()
    expect(desk.snapshot('other')).toBeUndefined()
    expect(desk.snapshot('nowhere')).toBeUndefined()
  })

  test('takes what displays saw pass, at the stops that they are at', async () => {
    const { open, write, clock } = await openDesk()
    const desk = open()
    const passages = [{ tripId: TRIP, arrivalTime: '2026-02-16T10:05:00.000Z' }]
    await write('display', 'sign', at('10:05:10'), { state: 'ok', passages: JSON.stringify(passages) })
    clock.set(at('10:05:10'))
    await desk.step()
    const trip = desk.snapshot('town')?.trips.find(({ tripId }) => tripId === TRIP)
    expect(trip?.stops[3]).toMatchObject({ stopId: 'stop-4', arrivalTime: at('10:05') })
  })

  test('goes on with another timetable from where the vehicles are, and ends where there is none', async () => {
    const { open, drive, timetables } = await openDesk()
    const desk = open()
    await drive(at('10:00'), at('10:04'))
    await desk.step()
    timetables.set('town', readTown('town-2'))
    await desk.step()
    expect(desk.snapshot('town')).toMatchObject({ version: 'town-2', vehicles: [{ tripId: TRIP }] })
  })

  test('what was learnt is kept when it ends, by the one process that does, and known after a start', async () => {
    const { open, drive, registry } = await openDesk()
    const desk = open()
    for (let time = at('10:00'); time <= at('10:12'); time += MINUTE) {
      await drive(time, time + 45_000, MINUTE)
      await desk.step()
    }
    await desk.close()
    const kept = await registry.findTransitMemory('town', 'links')
    expect(kept?.length).toBeGreaterThan(100)
    expect(await registry.renewLease('transit:town', 'anybody', at('10:20'))).toBe(true)
    const second = open()
    await drive(at('10:13'), at('10:13'))
    await second.step()
    expect(desk.accuracy('town')?.length).toBeGreaterThan(0)
    expect(second.accuracy('town')).toEqual(desk.accuracy('town'))
    await drive(at('10:14'), at('10:14'))
    await second.step()
    // Another one has the lease: this one leaves what is kept as it is.
    await second.close()
    expect(await registry.findTransitMemory('town', 'links')).toEqual(kept)
  })

  test('what came of predictions is stored once, over an outage of the store too, by the one that has the lease', async () => {
    const { open, drive, store } = await openDesk()
    const written: JudgedPrediction[] = []
    let failures = 0
    const { writePredictions } = store
    const refuse: typeof writePredictions = async () => {
      failures += 1
      throw new Error('away')
    }
    Object.assign(store, { writePredictions: refuse })
    // As if each step were a while after the one before: a snapshot is made, and a write tried.
    let machineTime = performance.now()
    const machine = vi.spyOn(performance, 'now').mockImplementation(() => machineTime)
    onTestFinished(() => machine.mockRestore())
    const [desk, other] = [open(), open()]
    for (let time = at('10:00'); time <= at('10:12'); time += MINUTE) {
      machineTime += 6_000
      await drive(time, time + 45_000, MINUTE)
      await desk.step()
      await other.step()
    }
    Object.assign(store, {
      writePredictions: async (authority: string, predictions: readonly JudgedPrediction[]) => {
        written.push(...predictions)
        await writePredictions(authority, predictions)
      },
    })
    await other.close()
    expect(written).toEqual([])
    await desk.close()
    expect(failures).toBeGreaterThan(1)
    expect(written.length).toBeGreaterThan(50)
    expect(new Set(written.map((one) => JSON.stringify(one))).size).toBe(written.length)
  })

  test('an earlier failure of the store is no end of it', async () => {
    const { open, drive, store } = await openDesk()
    const desk = open()
    await drive(at('10:00'), at('10:04'))
    const listReceived = store.listReceived
    Object.assign(store, { listReceived: () => Promise.reject(new Error('away')) })
    await desk.step()
    expect(desk.snapshot('town')).toBeUndefined()
    Object.assign(store, { listReceived })
    await desk.step()
    expect(desk.snapshot('town')?.vehicles).toHaveLength(1)
  })
})

test('what another operator predicts is given out where nothing of our own is known', async () => {
  const { open, registry, clock } = await openDesk()
  const desk = open()
  await connect(registry)
  await desk.step()
  clock.set(at('10:01'))
  const { default: gtfsRealtime } = await import('gtfs-realtime-bindings')
  const { FeedMessage } = gtfsRealtime.transit_realtime
  const bytes = FeedMessage.encode(
    FeedMessage.fromObject({
      header: { gtfsRealtimeVersion: '2.0', timestamp: at('10:00:50') / 1000 },
      entity: [
        {
          id: '1',
          tripUpdate: {
            trip: { tripId: TRIP },
            stopTimeUpdate: [{ stopSequence: 3, arrival: { delay: 240 } }],
          },
        },
      ],
    }),
  ).finish()
  const state = { triedTime: 1, succeededTime: 1, problem: null, vehicles: 0, trips: 1 }
  await registry.reportConnection('town', 'feed', { state, feed: { bytes, receivedTime: at('10:00:55') } })
  await desk.step()
  const trip = desk.snapshot('town')?.trips.find(({ tripId }) => tripId === TRIP)
  expect(trip).toMatchObject({ observedTime: at('10:00:50'), vehicleId: null })
  expect(trip?.stops[11]).toMatchObject({ state: 'live', arrivalTime: at('10:15') })
})

async function connect(registry: Registry): Promise<void> {
  const url = 'https://feeds.example/updates.pb'
  await registry.createConnection(
    'town',
    { id: 'feed', type: 'gtfs-realtime', url, intervalSeconds: 20 },
    null,
    'test',
  )
}
