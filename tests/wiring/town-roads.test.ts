import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../config.ts'
import { createTown } from '../../device-sim/town/create-town.ts'
import { silentLogger } from '../../model/logger.ts'
import { openGraphRoads } from '../../rounds/roads/graph-roads.ts'
import { readRoadGraph } from '../../rounds/roads/road-graph-file.ts'
import { buildTownRoads } from '../../wiring/build-town-roads.ts'
import { ensureTownRoads } from '../../wiring/ensure-town-roads.ts'
import { createFolder } from '../fixtures/create-folder.ts'

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))

function ensure(environment: Record<string, string>): Promise<void> {
  return ensureTownRoads({ config: readConfig(environment), logger: silentLogger }, 1)
}

test.each([1, 2, 3])(
  'in the town of seed %i, a lorry comes from the depot to every bin and to the tip',
  {
    timeout: 60_000,
  },
  async (seed) => {
    const town = createTown({ seed })
    const roads = openGraphRoads({ graph: buildTownRoads(seed), threads: 1 })
    onTestFinished(roads.close)
    const places = [
      ...[...town.depots, ...town.tips].map(({ longitude, latitude }) => ({ longitude, latitude })),
      ...town.bins.map(({ position: [longitude, latitude] }) => ({ longitude, latitude })),
    ]
    const { unreachable, distances } = await roads.measure(places, {
      lorry: { heightM: 3.6, weightKg: 18_000 },
    })
    expect(unreachable).toEqual([])
    // From one end of a town of 1.5 km around its market to the other, and no street longer than all of them.
    expect(Math.max(...distances)).toBeLessThan(20_000)
    expect(Math.max(...distances)).toBeGreaterThan(2_000)
  },
)

test('the streets of a town are as long as the town says, and each is a way of its number', () => {
  const { streets } = createTown({ seed: 1 })
  const graph = buildTownRoads(1)
  expect([...graph.wayIds]).toEqual(streets.map((_, index) => index + 1))
  for (const [index, { lengthM }] of streets.entries()) {
    // A degree of the town is 111,320 m, one of the roads 111,195 m.
    expect(Math.abs((graph.lengths[index] as number) / 100 - lengthM)).toBeLessThan(0.01 * lengthM + 0.5)
  }
})

test('a demonstration keeps the streets where nothing was imported, and leaves alone what was', async () => {
  const folder = await createFolder()
  const path = join(folder, 'roads.kerbside')
  await ensure({ KERBSIDE_DATA: folder })
  expect(readRoadGraph(path).about).toMatchObject({ attribution: null, streetCount: 1584 })
  writeFileSync(path, 'imported')
  await ensure({ KERBSIDE_DATA: folder })
  expect(readFileSync(path, 'utf8')).toBe('imported')
})

test.each(['straight:', 'osrm:http://127.0.0.1:1', 'graph:elsewhere.kerbside'])(
  'a demonstration with the roads %s has those',
  async (roads) => {
    const folder = await createFolder()
    const wanted = roads.replace('elsewhere', join(folder, 'elsewhere'))
    await ensure({ KERBSIDE_DATA: folder, KERBSIDE_ROADS: wanted })
    expect(() => readRoadGraph(join(folder, 'roads.kerbside'))).toThrow('cannot be read')
    expect(() => readRoadGraph(join(folder, 'elsewhere.kerbside'))).toThrow('cannot be read')
  },
)

test('kerbside import town keeps the streets of a town for others', async () => {
  const folder = await createFolder()
  const child = spawn(process.execPath, [MAIN, 'import', 'town', '--seed', '2'], {
    env: { PATH: process.env['PATH'], KERBSIDE_DATA: folder, KERBSIDE_LOG: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number]>])
  const path = join(folder, 'roads.kerbside')
  expect([code, JSON.parse(out)]).toEqual([0, { path, isReplaced: false, ...buildTownRoads(2).about }])
  expect(readRoadGraph(path).about).toEqual(buildTownRoads(2).about)
}, 60_000)
