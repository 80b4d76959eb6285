import { KerbsideError } from '../../model/error.ts'
import { buildRoadGraph } from './build-road-graph.ts'
import { collectWays } from './collect-ways.ts'
import type { RoadGraph } from './road-graph.ts'

export type ImportListener = (progress: { phase: string; done: number; total: number }) => void

/** https://www.openstreetmap.org/copyright: what the ODbL asks to be shown beside a map or a route. */
const ATTRIBUTION = '© OpenStreetMap contributors'

/**
 * The streets of an extract in the format `.osm.pbf`, ready to be searched. Throws a KerbsideError INVALID_FILE where the
 * file is no extract, or has no streets.
 */
export async function importOsm(path: string, onProgress: ImportListener = () => {}): Promise<RoadGraph> {
  const collected = await collectWays(path, (done, total) => onProgress({ phase: 'reading', done, total }))
  const graph = buildRoadGraph(collected, {
    attribution: ATTRIBUTION,
    onProgress: (done, total) => onProgress({ phase: 'ranking', done, total }),
  })
  if (!graph) throw new KerbsideError('INVALID_FILE', `${path} has no streets that lorries drive on`)
  return graph
}
