import type { CollectedWays } from './collect-ways.ts'
import { connectTurns } from './connect-turns.ts'
import { contractArcs } from './contract-arcs.ts'
import { cutStreets } from './cut-streets.ts'
import { findMainPart } from './find-main-part.ts'
import type { RoadGraph } from './road-graph.ts'

/** Ways made ready to be searched. Undefined where there is no street among them. */
export function buildRoadGraph(
  collected: CollectedWays,
  {
    attribution,
    onProgress,
  }: {
    readonly attribution: string | null
    readonly onProgress?: ((done: number, total: number) => void) | undefined
  },
): RoadGraph | undefined {
  const { nodeCount, nodeOfId, tails, heads, ...streets } = cutStreets(collected.ways, collected.crossings)
  const streetCount = streets.wayIds.length
  if (streetCount === 0) return undefined
  const { restrictionCount, ...turns } = connectTurns(
    { nodeCount, nodeOfId, tails, heads, ...streets },
    collected.restrictions,
  )
  const unranked = { ...streets, ...turns, isMain: findMainPart({ ...streets, ...turns }) }
  const hierarchy = contractArcs(unranked, { onProgress })
  return {
    about: {
      attribution,
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
