import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROADS_FILE } from '../config.ts'
import type { ProgressListener } from '../device-sim/progress.ts'
import { KerbsideError } from '../model/error.ts'
import type { RoadGraph } from '../rounds/roads/road-graph.ts'
import { prepareFolderOf } from '../wiring/prepare-folder.ts'
import { serve } from '../wiring/serve.ts'
import { TOWN_SEED } from '../wiring/town-seed.ts'
import { clientOf } from './client-of.ts'
import { showProgress } from './show-progress.ts'
import { wholeNumber } from './whole-number.ts'

/** Keeps what a file holds, for all authorities, and ends. */
export async function importFile(args: string[]): Promise<void> {
  if (args[0] === 'devices') return importDevices(args.slice(1))
  if (args[0] === 'gtfs') return importGtfs(args.slice(1))
  if (args[0] === 'town') return importTown(args.slice(1))
  const { positionals } = parseArgs({ args, allowPositionals: true })
  const [kind, path, ...more] = positionals
  if (kind !== 'osm' || path === undefined || more.length > 0) {
    throw new KerbsideError(
      'INVALID_REQUEST',
      'import: osm FILE.osm.pbf is expected, an OpenStreetMap extract, town, devices FILE, or gtfs FILE.zip',
    )
  }
  await importRoads(async (onProgress) => {
    const { importOsm } = await import('../rounds/roads/import-osm.ts')
    return importOsm(path, onProgress)
  })
}

/** The streets of the town that `kerbside sim` with the same seed simulates. */
async function importTown(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { seed: { type: 'string', default: String(TOWN_SEED) } } })
  const seed = wholeNumber('--seed', values.seed)
  await importRoads(async () => {
    const { buildTownRoads } = await import('../wiring/build-town-roads.ts')
    return buildTownRoads(seed)
  })
}

async function importRoads(read: (onProgress: ProgressListener) => Promise<RoadGraph>): Promise<void> {
  await serve(async ({ config, logger, end }) => {
    const { writeRoadGraph } = await import('../rounds/roads/road-graph-file.ts')
    const target = config.roads.type === 'graph' ? config.roads.path : join(config.dataFolder, ROADS_FILE)
    prepareFolderOf(target, 'KERBSIDE_ROADS', config)
    const graph = await read(showProgress(logger))
    const isReplaced = existsSync(target)
    writeRoadGraph(target, graph)
    logger.info(
      { path: target, isReplaced },
      'the map is imported: processes that run take it at their next start',
    )
    process.stdout.write(`${JSON.stringify({ path: target, isReplaced, ...graph.about })}\n`)
    end()
  })
}

/** Registers what a list names in a running Kerbside, and ends. */
async function importDevices(args: string[]): Promise<void> {
  await serve(async (core) => {
    const { runImportDevicesCommand } = await import('./import-devices-command.ts')
    const { config, logger, signal } = core
    const result = await runImportDevicesCommand(args, {
      ...clientOf(config),
      logger,
      signal,
      onProgress: showProgress(logger),
    })
    process.stdout.write(`${JSON.stringify(result)}\n`)
    core.end()
  })
}

/** Puts a timetable to use in a running Kerbside, and ends. */
async function importGtfs(args: string[]): Promise<void> {
  await serve(async (core) => {
    const { runImportGtfsCommand } = await import('./import-gtfs-command.ts')
    const { config, logger, signal } = core
    const result = await runImportGtfsCommand(args, {
      ...clientOf(config),
      signal,
      onProgress: showProgress(logger),
      print: (line) => process.stderr.write(`${line}\n`),
    })
    process.stdout.write(`${JSON.stringify(result)}\n`)
    core.end()
  })
}
