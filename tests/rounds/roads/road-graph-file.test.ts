import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { importOsm } from '../../../rounds/roads/import-osm.ts'
import { readRoadGraph, writeRoadGraph } from '../../../rounds/roads/road-graph-file.ts'
import { findTestData } from '../../fixtures/find-test-data.ts'

const data = findTestData('routing/osm')
const extract = join(data ?? '', 'andorra.osm.pbf')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kerbside-roads-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(!data)('the file of an imported map', () => {
  test('holds the whole map, in memory that threads share, and replaces the one before', async () => {
    const path = join(folder, 'roads.kerbside')
    writeFileSync(path, 'the one before')
    const graph = await importOsm(extract)
    writeRoadGraph(path, graph)
    const read = readRoadGraph(path)
    const { hierarchy, about, ...streets } = graph
    expect(read).toMatchObject({ about, ...streets })
    for (const [name, array] of Object.entries(hierarchy)) {
      expect(read.hierarchy[name as keyof typeof hierarchy]).toEqual(array)
    }
    expect(read.shape.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(readdirSync(folder)).toEqual(['roads.kerbside'])
  })

  test('is the same for the same extract', async () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')]
    writeRoadGraph(a, await importOsm(extract))
    writeRoadGraph(b, await importOsm(extract))
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true)
  })

  test('that is damaged, cut short, of another version or none is refused with what to do', async () => {
    const path = join(folder, 'roads.kerbside')
    writeRoadGraph(path, await importOsm(extract))
    const whole = readFileSync(path)
    const damaged = Buffer.from(whole)
    damaged[50_000] = (damaged[50_000] as number) ^ 1
    const newer = Buffer.from(whole)
    newer.writeUInt32LE(99, 16)
    for (const [bytes, message] of [
      [damaged, /damaged/],
      [whole.subarray(0, 60_000), /damaged/],
      [newer, /version 99/],
      [Buffer.from('hello'), /no file of roads/],
      [Buffer.alloc(0), /no file of roads/],
    ] as const) {
      writeFileSync(path, bytes)
      expect(() => readRoadGraph(path)).toThrow(message)
      expect(() => readRoadGraph(path)).toThrow(/import the roads anew/)
    }
    expect(() => readRoadGraph(join(folder, 'nothing'))).toThrow(/cannot be read/)
  })
})

describe('an extract', () => {
  test.each([
    ['nothing at all', Buffer.alloc(0)],
    ['text', Buffer.from('<osm version="0.6">a long text that is no such file</osm>')],
    ['zeros', Buffer.alloc(1000)],
  ])('of %s is refused', async (_, bytes) => {
    const path = join(folder, 'bad.osm.pbf')
    writeFileSync(path, bytes)
    await expect(importOsm(path)).rejects.toMatchObject({ code: 'INVALID_FILE' })
  })

  test.skipIf(!data)('that is cut short or damaged is refused', async () => {
    const path = join(folder, 'bad.osm.pbf')
    const whole = readFileSync(extract)
    writeFileSync(path, whole.subarray(0, whole.length - 1000))
    await expect(importOsm(path)).rejects.toThrow(/cut short/)
    const damaged = Buffer.from(whole)
    damaged.fill(7, 10_000, 10_100)
    writeFileSync(path, damaged)
    await expect(importOsm(path)).rejects.toMatchObject({ code: 'INVALID_FILE' })
  })

  test('that is not there is refused', async () => {
    await expect(importOsm(join(folder, 'nothing'))).rejects.toThrow(/cannot be read/)
  })
})
