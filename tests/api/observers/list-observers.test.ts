import { expect, test } from 'vitest'
import { createFeedQuality } from '../../../api/feed-quality.ts'
import { createFillForecasts } from '../../../api/fill-forecasts.ts'
import { listObservers } from '../../../api/observers/list-observers.ts'
import { MINUTE_MS } from '../../../api/observers/observer.ts'
import { isUnderWay } from '../../../api/observers/trip-status.ts'
import type { ApiParts, TransitDesk } from '../../../api/parts.ts'
import { createStopBoards } from '../../../api/stop-boards.ts'
import { createTrafficHistories } from '../../../api/traffic-histories.ts'
import { createTransitFeeds } from '../../../api/transit-feeds.ts'
import { createTransitView } from '../../../api/transit-view.ts'
import { silentLogger } from '../../../model/logger.ts'
import type { Measurement, Observation } from '../../../model/observation.ts'
import type { Round } from '../../../model/round.ts'
import { createFillForecaster } from '../../../rounds/fill-forecaster.ts'
import { createReading } from '../../fixtures/create-reading.ts'
import { createTestApp } from '../../fixtures/create-test-app.ts'
import { createSnapshot, createTown, NOON, trackTrip } from '../../transit/feed/live-town.ts'
import { createFillReadings } from '../fill-history.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ALPHA = '/v1/authorities/alpha'

/** All that the observers see of the authority `alpha` at noon. */
async function observe(parts: Partial<ApiParts> = {}, prepare: (own: Own) => Promise<void> = async () => {}) {
  const own = await createTestApp()
  await own.createAuthority({ id: 'alpha' })
  await prepare(own)
  await own.directory.refresh()
  const { registry, directory, store, clock } = own
  const logger = silentLogger
  const fillForecaster = createFillForecaster({ logger })
  const base = { registry, directory, store, clock, logger, ...parts }
  const view = createTransitView(base)
  const observers = listObservers({
    ...(base as unknown as ApiParts),
    fillForecasts: createFillForecasts({ store, directory, clock, fillForecaster }),
    trafficHistories: createTrafficHistories({ store, directory, clock }),
    view,
    quality: createFeedQuality({ ...base, feeds: createTransitFeeds({ ...base, view }) }),
    boards: createStopBoards(view),
    desk: undefined,
    limitOf: undefined,
  })
  const authority = await registry.getAuthority('alpha')
  const rows: Observation[] = []
  // What is observed of forecasts says which devices are stuck.
  for (const { observe: look, everyMs } of observers.toSorted((a, b) => b.everyMs - a.everyMs)) {
    rows.push(...(await look(authority, Math.floor(clock.now() / everyMs) * everyMs)))
  }
  await fillForecaster.close()
  return <M extends Measurement>(measurement: M) =>
    rows.filter((row): row is Extract<Observation, { measurement: M }> => row.measurement === measurement)
}

type Own = Awaited<ReturnType<typeof createTestApp>>

test('of an authority without anything only the balance and the quarantine are told', async () => {
  const find = await observe()
  const fields = { accepted: 0, stored: 0, quarantined: 0, pending: 0, lagSeconds: 0 }
  expect(find('balance')).toEqual([{ measurement: 'balance', time: NOON, tags: {}, fields }])
  expect(find('waiting').length).toBeGreaterThan(10)
  expect(find('waiting').every(({ fields: { readings } }) => readings === 0)).toBe(true)
  for (const measurement of ['device', 'forecast', 'progress', 'flow', 'board', 'sign', 'bus'] as const) {
    expect(find(measurement)).toEqual([])
  }
})

test('bins are told with their levels, their chances and whether they have stopped to move', async () => {
  const find = await observe({}, async ({ call, store }) => {
    const place = { kind: 'bin', longitude: 13.4, latitude: 52.5 }
    await call('POST', `${ALPHA}/devices`, {
      body: [
        { id: 'bin-1', ...place, name: 'Market', settings: { area: 'Centre' } },
        { id: 'bin-2', ...place },
        { id: 'bin-3', ...place },
      ],
    })
    const fill = { percentPerDay: 12, until: NOON - HOUR_MS }
    await store.write(createFillReadings({ device: 'bin-1', ...fill, level: 70 }))
    const until = NOON - 10 * DAY_MS
    await store.write(createFillReadings({ device: 'bin-2', ...fill, until, level: 40 }))
    const still = Array.from({ length: 40 }, (_, index) => {
      const time = new Date(until + (index + 1) * 6 * HOUR_MS).toISOString()
      return createReading({ kind: 'bin', device: 'bin-2', time, fields: { fillPercent: 40 } })
    })
    await store.write(still.map((reading) => ({ ...reading, authority: 'alpha' })))
  })
  const [first, second, third] = find('device')
  expect(first).toMatchObject({
    tags: { kind: 'bin', device: 'bin-1', area: 'Centre' },
    fields: { name: 'Market', isSilent: 0, isStuck: 0, ageSeconds: 3_600, fillPercent: 70, latitude: 52.5 },
  })
  expect(second).toMatchObject({ tags: { device: 'bin-2', area: '' }, fields: { name: 'bin-2', isStuck: 1 } })
  expect(third).toMatchObject({ fields: { isSilent: 1, isStuck: undefined, ageSeconds: undefined } })
  // Nothing was read of the third.
  expect(find('forecast').map(({ tags }) => tags.device)).toEqual(['bin-1', 'bin-2'])
  const [forecast] = find('forecast')
  const { chanceOfOverflow24h = 0, chanceOfOverflow48h = 0, chanceOfOverflow72h = 0 } = forecast?.fields ?? {}
  expect(chanceOfOverflow24h).toBeLessThanOrEqual(chanceOfOverflow48h)
  expect(chanceOfOverflow48h).toBeLessThan(chanceOfOverflow72h)
  expect(forecast?.fields.chanceOfOverflowBeforeRound).toBe(chanceOfOverflow48h)
  const [expectation] = find('expectation')
  expect(expectation).toMatchObject({ time: NOON + DAY_MS, tags: { device: 'bin-1', area: 'Centre' } })
  const { lowPercent = 0, highPercent = 0 } = expectation?.fields ?? {}
  expect(lowPercent).toBeLessThan(highPercent)
})

test("today's rounds are told by lorry, and when a bin is lifted next counts for its chance", async () => {
  const find = await observe({}, async ({ call, store, registry }) => {
    await call('POST', `${ALPHA}/devices`, { body: [{ id: 'bin-1', kind: 'bin' }] })
    const until = NOON - HOUR_MS
    await store.write(createFillReadings({ device: 'bin-1', until, percentPerDay: 12, level: 70 }))
    const round = createRound(['done', 'done', 'impossible', undefined])
    await registry.createRound('alpha', round)
  })
  const fields = { planned: 4, done: 2, impossible: 1, left: 1 }
  expect(find('progress')).toEqual([
    { measurement: 'progress', time: NOON, tags: { round: 'today', lorry: 'lorry-1' }, fields },
  ])
  const { chanceOfOverflowBeforeRound: sooner = 1, chanceOfOverflow24h: later = 0 } =
    find('forecast')[0]?.fields ?? {}
  expect(sooner).toBeLessThan(later)
})

test('a counter is told with what it had in the last whole hour and what is usual then', async () => {
  const find = await observe({}, async ({ call, store, clock }) => {
    await call('POST', `${ALPHA}/devices`, { body: [{ id: 'counter-1', kind: 'traffic' }] })
    const readings = Array.from({ length: 6 * 168 }, (_, index) => {
      const time = new Date(NOON - (index + 1) * HOUR_MS).toISOString()
      const count = index === 0 ? 40 : 100
      const fields = { intervalSeconds: 3600, count, meanSpeedKph: index === 0 ? 20 : 50 }
      return ['lane:1', 'lane:2'].map((part) => ({
        ...createReading({ kind: 'traffic', device: 'counter-1', time, part, fields }),
        authority: 'alpha',
        receivedTime: NOON - index * HOUR_MS,
      }))
    })
    await store.write(readings.flat())
    clock.advance(10 * 60)
  })
  expect(find('flow')).toMatchObject([
    {
      time: NOON - HOUR_MS,
      tags: { device: 'counter-1', area: '' },
      fields: {
        vehiclesPerHour: 80,
        meanSpeedKph: 20,
        usualVehiclesPerHour: expect.closeTo(200),
        usualSpeedKph: expect.closeTo(50),
      },
    },
  ])
})

test('buses, routes, boards, signs, accuracy and the feed are told from one moment', async () => {
  const { timetable } = createTown()
  const trip = timetable.trips.ids
    .map((tripId) => trackTrip(timetable, { tripId, delaySeconds: 400 }))
    .find((one) => isUnderWay(one, NOON) && isUnderWay(one, NOON + MINUTE_MS))
  if (!trip) throw new Error('no trip is under way at noon')
  const snapshot = createSnapshot(timetable, [trip], NOON)
  const horizon = { fromMinutes: 0, toMinutes: 3, predictions: 9, maeSeconds: 20, biasSeconds: 5 }
  const transit: TransitDesk = {
    snapshot: () => snapshot,
    onChange: () => () => undefined,
    accuracy: () => undefined,
    recentAccuracy: () => [{ ...horizon, withinPercent: 90 }],
  }
  const timetables = { find: async () => timetable }
  const find = await observe({ transit, timetables }, async ({ call, store }) => {
    await call('POST', `${ALPHA}/devices`, {
      body: [{ id: 'display-1', kind: 'display', name: 'Stop', stopIds: [timetable.stops.ids[0]] }],
    })
    const fields = { state: 'dark', lines: JSON.stringify(['99 Nowhere 5 min']) }
    const time = new Date(NOON - 30_000).toISOString()
    await store.write([
      { ...createReading({ kind: 'display', device: 'display-1', time, fields }), authority: 'alpha' },
    ])
  })
  expect(find('bus')).toMatchObject([
    {
      tags: { vehicle: trip.vehicleId, route: trip.routeId },
      fields: { trip: trip.tripId, delaySeconds: expect.any(Number), latitude: expect.any(Number) },
    },
  ])
  expect(find('bus')[0]?.fields.delaySeconds).toBeGreaterThan(400)
  expect(find('board').length).toBeGreaterThan(0)
  for (const { fields } of find('board')) {
    const { departures, live = 0, timetable: aimed = 0, noData = 0, stale = 0, cancelled = 0 } = fields
    expect(live + aimed + noData + stale + cancelled).toBe(departures)
  }
  expect(find('sign')).toMatchObject([
    { tags: { device: 'display-1' }, fields: { name: 'Stop', state: 'dark', isDark: 1, isWrong: 1 } },
  ])
  expect(find('accuracy')).toMatchObject([
    {
      tags: { horizon: '0-3' },
      fields: { predictions: 9, maeSeconds: 20, biasSeconds: 5, withinPercent: 90 },
    },
  ])
  expect(find('route')).toEqual([
    {
      measurement: 'route',
      time: NOON,
      tags: { route: trip.routeId },
      fields: { due: 1, live: 1, missing: 0, late: 1, meanDelaySeconds: find('bus')[0]?.fields.delaySeconds },
    },
  ])
  expect(find('feed')).toMatchObject([
    { fields: { ageSeconds: 12.345, trips: 1, vehicles: expect.any(Number), errors: 0 } },
  ])
})

function createRound(statuses: readonly ('done' | 'impossible' | undefined)[]): Round {
  const stop = {
    type: 'lift' as const,
    tipId: null,
    longitude: 13.4,
    latitude: 52.5,
    arrivalTime: new Date(NOON + HOUR_MS).toISOString(),
    departureTime: new Date(NOON + HOUR_MS).toISOString(),
    load: { litres: 0, kg: 0 },
    reason: null,
  }
  const stops = statuses.map((status, index) => ({
    ...stop,
    deviceId: status === undefined ? 'bin-1' : `bin-${index + 10}`,
    ...(status && { status }),
  }))
  const geometry = { type: 'LineString' as const, coordinates: [] }
  return {
    id: 'today',
    status: 'done',
    error: null,
    request: { date: '2026-02-16' },
    createdTime: new Date(NOON).toISOString(),
    revision: 0,
    estimated: true,
    attribution: null,
    cost: 0,
    distanceM: 0,
    durationSeconds: 0,
    lorries: [{ lorryId: 'lorry-1', stops, distanceM: 0, durationSeconds: 0, geometry }],
    left: [],
  }
}
