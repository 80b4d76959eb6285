import { KerbsideError } from '../../model/error.ts'
import { collectWays } from './collect-ways.ts'
import { connectTurns } from './connect-turns.ts'
import { contractArcs } from './contract-arcs.ts'
import { cutStreets } from './cut-streets.ts'
import { findMainPart } from './find-main-part.ts'
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
  const { nodeCount, nodeOfId, tails, heads, ...streets } = cutStreets(collected.ways, collected.crossings)
  const streetCount = streets.wayIds.length
  if (streetCount === 0)
    throw new KerbsideError('INVALID_FILE', `${path} has no streets that lorries drive on`)
  const { restrictionCount, ...turns } = connectTurns(
    { nodeCount, nodeOfId, tails, heads, ...streets },
    collected.restrictions,
  )
  const unranked = { ...streets, ...turns, isMain: findMainPart({ ...streets, ...turns }) }
  const hierarchy = contractArcs(unranked, {
    onProgress: (done, total) => onProgress({ phase: 'ranking', done, total }),
  })
  return {
    about: {
      attribution: ATTRIBUTION,
      nodeCount,
      streetCount,
      arcCount: streets.durations.reduce((count, ms) => count + (ms > 0 ? 1 : 0), 0),
      restrictionCount,
      ignoredRestrictionCount: collected.ignoredRestrictionCount,
      lengthKm: Math.round(streets.lengths.reduce((sum, cm) => sum + cm / 100_000, 0)),
      bounds: boundsOf(streets.shape),
    },
    ...unranked,
    hierarchy,
  }
}

function boundsOf(shape: Int32Array): [number, number, number, number] {
  const bounds: [number, number, number, number] = [180, 90, -180, -90]
  for (let i = 0; i < shape.length; i += 2) {
    const [longitude, latitude] = [(shape[i] as number) / 1e7, (shape[i + 1] as number) / 1e7]
    bounds[0] = Math.min(bounds[0], longitude)
    bounds[1] = Math.min(bounds[1], latitude)
    bounds[2] = Math.max(bounds[2], longitude)
    bounds[3] = Math.max(bounds[3], latitude)
  }
  return bounds
}
