import { createTown } from '../device-sim/town/create-town.ts'
import type { Town } from '../device-sim/town/town.ts'
import { buildRoadGraph } from '../rounds/roads/build-road-graph.ts'
import type { CollectedWays } from '../rounds/roads/collect-ways.ts'
import type { RoadGraph } from '../rounds/roads/road-graph.ts'
import { readWayRules } from '../rounds/roads/way-rules.ts'

/** What OpenStreetMap would call the streets of a simulated town. */
const HIGHWAYS = { main: 'primary', secondary: 'secondary', residential: 'residential' } as const

/** The streets of the simulated town of a seed, as if they had been imported; nobody has to be named for them. */
export function buildTownRoads(seed: number): RoadGraph {
  const graph = buildRoadGraph(collectTownWays(createTown({ seed })), { attribution: null })
  if (!graph) throw new Error(`the town ${seed} has no streets`)
  return graph
}

/** Each street is a way by its number, from 1. A junction has its index as its node's id, bends have those after. */
function collectTownWays({ junctions, streets }: Pick<Town, 'junctions' | 'streets'>): CollectedWays {
  const nodes = [...junctions]
  const ways = streets.map(({ name, class: streetClass, from, to, points, speedLimitKph }, index) => {
    const rules = readWayRules({ highway: HIGHWAYS[streetClass], maxspeed: String(speedLimitKph) })
    if (!rules) throw new Error(`${name} is none that lorries drive on`)
    const bends = points.slice(1, -1).map((point) => nodes.push(point) - 1)
    return { id: index + 1, nodeIds: [from, ...bends, to], name, rules }
  })
  return {
    ways,
    restrictions: [],
    ignoredRestrictionCount: 0,
    crossings: {
      positionOf(id) {
        const [longitude, latitude] = nodes[id] ?? []
        if (longitude === undefined || latitude === undefined) return undefined
        return [Math.round(longitude * 1e7), Math.round(latitude * 1e7)]
      },
      isCrossing: (id) => id < junctions.length,
      isClosed: () => false,
      limitsOf: () => undefined,
    },
  }
}
