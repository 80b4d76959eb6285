import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { silentLogger } from '../../model/logger.ts'
import { createRandom } from '../../model/random.ts'
import type { Round } from '../../model/round.ts'
import { type GraphRoads, openGraphRoads } from '../../rounds/roads/graph-roads.ts'
import { importOsm } from '../../rounds/roads/import-osm.ts'
import type { RoadGraph } from '../../rounds/roads/road-graph.ts'
import { createRoundPlanner } from '../../rounds/round-planner.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'
import { findTestData } from '../fixtures/find-test-data.ts'
import { createStreetGrid, type StreetGrid } from '../rounds/roads/street-grid.ts'
import { createTown as createBerlin, planRound } from './round-town.ts'

const data = findTestData('routing/osm')
const ROUNDS = '/v1/authorities/andorra/rounds'
const BINS = 500
const ATTRIBUTION = '© OpenStreetMap contributors'
const STEP_M = 25
const OFF_STREET_MAX_M = 3

describe.skipIf(!data)('rounds on the streets of Andorra', () => {
  let graph: RoadGraph
  let roads: GraphRoads
  let streets: StreetGrid

  beforeAll(async () => {
    graph = await importOsm(join(data as string, 'andorra.osm.pbf'))
    roads = openGraphRoads({ graph })
    streets = createStreetGrid(graph)
  }, 60_000)
  afterAll(() => roads?.close())

  test('500 bins are planned by road, the ways follow the streets, and whose map it is is told', {
    timeout: 60_000,
  }, async () => {
    const own = await createTown()
    const { body } = await own.call('POST', ROUNDS, { body: { date: '2026-02-17', seconds: 3 } })
    const round = await waitFor(own, body.id)
    expect(round).toMatchObject({ status: 'done', error: null, estimated: false, attribution: ATTRIBUTION })
    const lifted = round.lorries.flatMap(({ stops }) => stops.flatMap(({ deviceId }) => deviceId ?? []))
    expect(new Set([...lifted, ...round.left.map(({ deviceId }) => deviceId)]).size).toBe(BINS)
    expect(lifted.length).toBeGreaterThan(BINS * 0.9)
    for (const { geometry } of round.lorries) {
      const off = listSteps(geometry.coordinates).filter(
        (point) => streets.distanceTo(point) > OFF_STREET_MAX_M,
      )
      expect(off).toEqual([])
    }
    const [geojson, gpx, sheet] = await Promise.all(
      ['geojson', 'gpx', 'html'].map(async (format) => own.call('GET', `${ROUNDS}/${round.id}.${format}`)),
    )
    expect(geojson?.body.attribution).toBe(ATTRIBUTION)
    expect(gpx?.text).toContain('<copyright author="OpenStreetMap contributors"/>')
    expect(sheet?.text).toContain(`Roads ${ATTRIBUTION}.`)
  })

  test('what stands beside no road is refused at once where it was asked for, and otherwise left', async () => {
    const own = await createTown()
    // On a ridge, a kilometre from the next street.
    const ridge = { longitude: 1.4432, latitude: 42.6268 }
    expect(streets.distanceTo([ridge.longitude, ridge.latitude])).toBeGreaterThan(250)
    const devices = [{ id: 'ridge', kind: 'bin', ...ridge }]
    await own.call('POST', '/v1/authorities/andorra/devices', { body: devices })
    for (const field of ['deviceIds', 'mustEmpty']) {
      const refused = await own.call('POST', ROUNDS, {
        body: { date: '2026-02-17', [field]: ['bin-1', 'ridge'] },
      })
      expect(refused.status).toBe(400)
      expect(refused.body.errors).toEqual([
        { path: `${field}.1`, message: 'no lorry gets to bin ridge: there is no road near it' },
      ])
    }
    await own.call('PATCH', '/v1/authorities/andorra/depots/yard', { body: ridge })
    const refused = await own.call('POST', ROUNDS, { body: { date: '2026-02-17' } })
    expect(refused.body.errors).toEqual([
      { path: 'depotIds', message: 'no lorry gets out of depot yard: there is no road near it' },
    ])
    expect((await own.call('GET', ROUNDS)).body.items).toEqual([])
  })

  test('a map of somewhere else is no reason to refuse: straight lines serve, and say so', async () => {
    const roundPlanner = createRoundPlanner({ roads, logger: silentLogger })
    const own = await createBerlin({ roundPlanner }, 10)
    onTestFinished(() => roundPlanner.close())
    const { round } = await planRound(own, { mustEmpty: ['bin-1', 'bin-2'] })
    expect(round).toMatchObject({ status: 'done', estimated: true, attribution: null })
  })

  /** Bins on the streets, by seed and all due, a depot and a tip among them, and four lorries. */
  async function createTown(): Promise<TestApp> {
    const roundPlanner = createRoundPlanner({ roads, logger: silentLogger })
    const own = await createTestApp({ roundPlanner })
    onTestFinished(() => roundPlanner.close())
    await own.createAuthority({ id: 'andorra', timeZone: 'Europe/Andorra' })
    const random = createRandom(4)
    const place = (): { longitude: number; latitude: number } => {
      const [longitude, latitude] = streets.pointAt(random())
      return { longitude, latitude }
    }
    const base = '/v1/authorities/andorra'
    const town = { longitude: 1.5218, latitude: 42.5075 }
    await own.call('POST', `${base}/depots`, { body: { id: 'yard', name: 'Yard', ...town } })
    for (const id of ['one', 'two', 'three', 'four']) {
      const lorry = { id, name: id, depotId: 'yard', shiftEnd: '20:00' }
      await own.call('POST', `${base}/lorries`, { body: lorry })
    }
    const devices = Array.from({ length: BINS }, (_, index) => ({
      id: `bin-${index}`,
      kind: 'bin',
      ...place(),
      settings: { capacityLitres: 240, thresholdPercent: 75 },
    }))
    expect((await own.call('POST', `${base}/devices`, { body: devices })).status).toBe(201)
    const time = own.clock.now() - 60_000
    await own.store.write(
      devices.map(({ id }) => ({
        authority: 'andorra',
        kind: 'bin' as const,
        device: id,
        part: '',
        time,
        receivedTime: time,
        fields: { fillPercent: 75 + Math.floor(random() * 25) },
      })),
    )
    return own
  }
})

async function waitFor(own: TestApp, id: string): Promise<Round> {
  await own.call('GET', `${ROUNDS}/${id}/events`)
  return (await own.call('GET', `${ROUNDS}/${id}`)).body
}

/** The corners of a way, and points between them. */
function listSteps(coordinates: readonly (readonly number[])[]): [number, number][] {
  return coordinates.flatMap(([longitude = 0, latitude = 0], index): [number, number][] => {
    const [fromLongitude = longitude, fromLatitude = latitude] = coordinates[index - 1] ?? []
    const [dx, dy] = [longitude - fromLongitude, latitude - fromLatitude]
    const count = Math.max(1, Math.ceil((Math.hypot(dx, dy) * 111_195) / STEP_M))
    return Array.from({ length: count }, (_, step) => {
      const ratio = (step + 1) / count
      return [fromLongitude + dx * ratio, fromLatitude + dy * ratio]
    })
  })
}
