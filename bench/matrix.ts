import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { createRandom } from '../model/random.ts'
import { openGraphRoads } from '../rounds/roads/graph-roads.ts'
import { importOsm } from '../rounds/roads/import-osm.ts'
import type { Place } from '../rounds/roads/place.ts'
import type { RoadGraph } from '../rounds/roads/road-graph.ts'

/** A name for a column, and its file in the test data. */
const EXTRACTS = ['monaco-osrm.osm.pbf', 'andorra.osm.pbf']

/**
 * A table of times and distances between places along the streets of each extract. The first one counts: its threads are
 * new, and their code is not compiled yet.
 */
export async function benchMatrix(args: string[]): Promise<Record<string, number | string>> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      data: { type: 'string', default: '../shared/data' },
      places: { type: 'string', default: '1000' },
      threads: { type: 'string', default: '2' },
      seed: { type: 'string', default: '1' },
    },
  })
  const count = Number(values.places)
  const threads = Number(values.threads)
  if (!(Number.isInteger(count) && count > 0 && Number.isInteger(threads) && threads > 0))
    throw new Error('--places and --threads are whole numbers from 1')
  const paths =
    positionals.length > 0 ? positionals : EXTRACTS.map((file) => join(values.data, 'routing/osm', file))
  const results: Record<string, number | string> = { places: count, threads }
  for (const path of paths) {
    if (!existsSync(path)) throw new Error(`${path} is not there: --data FOLDER or FILE.osm.pbf names it`)
    const name = basename(path).replace(/[-.].*/, '')
    const measured = await benchExtract(path, { count, threads, seed: Number(values.seed) })
    for (const [key, value] of Object.entries(measured)) {
      results[`${name}${key.charAt(0).toUpperCase()}${key.slice(1)}`] = value
    }
  }
  return results
}

async function benchExtract(
  path: string,
  { count, threads, seed }: { count: number; threads: number; seed: number },
): Promise<Record<string, number>> {
  const [graph, importing] = await time(() => importOsm(path))
  const roads = openGraphRoads({ graph, threads })
  try {
    const places = placeAlong(graph, count, seed)
    const [table, first] = await time(() => roads.measure(places))
    const [, second] = await time(() => roads.measure(places))
    const [legs, tracing] = await time(() => roads.trace(places))
    return {
      nodes: graph.about.nodeCount,
      edges: graph.about.streetCount,
      importSeconds: importing.seconds,
      seconds: first.seconds,
      cpuSeconds: first.cpuSeconds,
      secondSeconds: second.seconds,
      secondCpuSeconds: second.cpuSeconds,
      traceCpuSeconds: tracing.cpuSeconds,
      legs: legs.length,
      unreachable: table.unreachable.length,
    }
  } finally {
    await roads.close()
  }
}

/** Beside the corners of streets that are connected with the others, as bins stand. */
function placeAlong({ shape, shapeOffsets, isMain }: RoadGraph, count: number, seed: number): Place[] {
  const random = createRandom(seed)
  const places: Place[] = []
  while (places.length < count) {
    const street = Math.floor(random() * (shapeOffsets.length - 1))
    if (isMain[2 * street] === 0 && isMain[2 * street + 1] === 0) continue
    const corner = shapeOffsets[street] as number
    const aside = (): number => (random() - 0.5) * 2e-4
    places.push({
      longitude: (shape[corner] as number) / 1e7 + aside(),
      latitude: (shape[corner + 1] as number) / 1e7 + aside(),
    })
  }
  return places
}

/** Processor time is that of all threads: on a machine that does other things too it says more than the clock. */
async function time<T>(run: () => Promise<T>): Promise<[T, { seconds: number; cpuSeconds: number }]> {
  const start = performance.now()
  const cpu = process.cpuUsage()
  const result = await run()
  const { user, system } = process.cpuUsage(cpu)
  const round = (seconds: number): number => Math.round(seconds * 1000) / 1000
  return [
    result,
    { seconds: round((performance.now() - start) / 1000), cpuSeconds: round((user + system) / 1e6) },
  ]
}
