import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../config.ts'
import { silentLogger } from '../../model/logger.ts'
import type { Roads } from '../../rounds/roads/roads.ts'
import { openRoads } from '../../wiring/open-roads.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { findTestData } from '../fixtures/find-test-data.ts'

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))
const data = findTestData('routing/osm')

async function open(environment: Record<string, string>): Promise<Roads> {
  const roads = await openRoads({ config: readConfig(environment), logger: silentLogger })
  onTestFinished(() => roads.close())
  return roads
}

async function importOsm(folder: string, path: string): Promise<{ code: number; out: string; log: string }> {
  const child = spawn(process.execPath, [MAIN, 'import', 'osm', path], {
    env: { PATH: process.env['PATH'], KERBSIDE_DATA: folder, KERBSIDE_LOG: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, log, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ])
  return { code, out, log }
}

describe('the roads of a configuration', () => {
  test('are straight lines for want of a map, or when they are asked for', async () => {
    const folder = await createFolder()
    expect((await open({ KERBSIDE_DATA: folder })).isEstimated).toBe(true)
    expect((await open({ KERBSIDE_DATA: folder, KERBSIDE_ROADS: 'straight:' })).isEstimated).toBe(true)
  })

  test('are a server’s', async () => {
    for (const address of ['osrm:http://127.0.0.1:5000', 'valhalla:http://127.0.0.1:8002/']) {
      const roads = await open({ KERBSIDE_ROADS: address })
      expect([roads.isEstimated, roads.attribution]).toEqual([false, '© OpenStreetMap contributors'])
    }
  })

  test('refuse a damaged map rather than to guess', async () => {
    const folder = await createFolder()
    writeFileSync(join(folder, 'roads.kerbside'), 'no map')
    await expect(open({ KERBSIDE_DATA: folder })).rejects.toMatchObject({ code: 'INVALID_FILE' })
  })

  test.skipIf(!data)('are the imported map, which the next import replaces', async () => {
    const folder = await createFolder()
    const first = await importOsm(folder, join(data as string, 'monaco-osrm.osm.pbf'))
    expect(first.code, first.log).toBe(0)
    expect(JSON.parse(first.out)).toMatchObject({
      isReplaced: false,
      attribution: '© OpenStreetMap contributors',
      restrictionCount: 27,
    })
    expect(first.log).toContain('"percent":100')
    const second = await importOsm(folder, join(data as string, 'andorra.osm.pbf'))
    expect(JSON.parse(second.out)).toMatchObject({ isReplaced: true })
    const roads = await open({ KERBSIDE_DATA: folder })
    const places = [
      { longitude: 1.5218, latitude: 42.5075 },
      { longitude: 1.5341, latitude: 42.5101 },
    ]
    const { durations, unreachable } = await roads.measure(places)
    expect([roads.isEstimated, unreachable]).toEqual([false, []])
    expect(durations[1]).toBeGreaterThan(60)
    expect(durations[1]).toBeLessThan(900)
  })

  test('stay as they were where an import fails', async () => {
    const folder = await createFolder()
    const path = join(folder, 'town.osm.pbf')
    writeFileSync(path, 'no extract')
    const { code, log } = await importOsm(folder, path)
    expect(code).toBe(1)
    expect(log).toContain('no whole OpenStreetMap extract')
    expect((await open({ KERBSIDE_DATA: folder })).isEstimated).toBe(true)
  })
})
