import { existsSync } from 'node:fs'
import type { Config } from '../config.ts'
import type { Logger } from '../model/logger.ts'
import type { Roads } from '../rounds/roads/roads.ts'

/**
 * The roads that `KERBSIDE_ROADS` names, of which only one adapter is loaded. Throws a KerbsideError INVALID_FILE where the
 * map is damaged or of another version; one that was never imported is no fault: then there are straight lines.
 */
export async function openRoads({
  config: { roads },
  logger,
}: {
  readonly config: Pick<Config, 'roads'>
  readonly logger: Logger
}): Promise<Roads> {
  if (roads.type === 'osrm') {
    const { createOsrmRoads } = await import('../rounds/roads/osrm-roads.ts')
    return createOsrmRoads({ url: roads.url })
  }
  if (roads.type === 'valhalla') {
    const { createValhallaRoads } = await import('../rounds/roads/valhalla-roads.ts')
    return createValhallaRoads({ url: roads.url })
  }
  if (roads.type === 'graph' && existsSync(roads.path)) {
    const { readRoadGraph } = await import('../rounds/roads/road-graph-file.ts')
    const { openGraphRoads } = await import('../rounds/roads/graph-roads.ts')
    const graph = readRoadGraph(roads.path)
    logger.info({ ...graph.about }, 'roads')
    return openGraphRoads({ graph })
  }
  if (roads.type === 'graph') {
    logger.info({ path: roads.path }, 'no map is imported: rounds are planned over straight lines')
  }
  const { createStraightRoads } = await import('../rounds/roads/straight-roads.ts')
  return createStraightRoads()
}
