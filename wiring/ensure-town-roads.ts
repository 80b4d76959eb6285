import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, ROADS_FILE } from '../config.ts'
import type { Logger } from '../model/logger.ts'
import { prepareFolderOf } from './prepare-folder.ts'

/**
 * Rounds of the simulated town follow its streets, unless a map was imported, or `KERBSIDE_ROADS` says otherwise: where it
 * names another file, that is left to whoever named it.
 */
export async function ensureTownRoads(
  { config, logger }: { readonly config: Config; readonly logger: Logger },
  seed: number,
): Promise<void> {
  const { roads, dataFolder } = config
  if (roads.type !== 'graph' || roads.path !== join(dataFolder, ROADS_FILE) || existsSync(roads.path)) return
  const { buildTownRoads } = await import('./build-town-roads.ts')
  const { writeRoadGraph } = await import('../rounds/roads/road-graph-file.ts')
  prepareFolderOf(roads.path, 'KERBSIDE_ROADS', config)
  writeRoadGraph(roads.path, buildTownRoads(seed))
  logger.info({ path: roads.path }, 'the streets of the simulated town are kept as a map')
}
