import { type OsmListeners, type OsmTags, readOsm } from './read-osm.ts'
import { readRestriction, type TurnRestriction } from './read-restriction.ts'
import { readNodeRules, readWayRules, type WayRules } from './way-rules.ts'

export interface RoadWay {
  readonly id: number
  readonly nodeIds: readonly number[]
  /** What people call it, or its number; empty where it has neither. */
  readonly name: string
  readonly rules: WayRules
}

export interface CollectedWays {
  readonly ways: readonly RoadWay[]
  readonly crossings: Crossings
  readonly restrictions: readonly TurnRestriction[]
  readonly ignoredRestrictionCount: number
}

/** The nodes of the ways, by OpenStreetMap's ids. */
export interface Crossings {
  /** 10⁻⁷ degrees; undefined where the extract has not got the node. */
  positionOf(id: number): readonly [longitude: number, latitude: number] | undefined
  /** Ways meet or end there. */
  isCrossing(id: number): boolean
  /** Something stands there that stops a lorry. */
  isClosed(id: number): boolean
  limitsOf(id: number): { readonly maxHeightM: number; readonly maxWeightKg: number } | undefined
}

/** Reads an extract twice: ways name nodes that come before them in the file. */
export async function collectWays(
  path: string,
  onBytes: NonNullable<OsmListeners['onBytes']>,
): Promise<CollectedWays> {
  const ways: RoadWay[] = []
  const restrictions: TurnRestriction[] = []
  let ignoredRestrictionCount = 0
  await readOsm(path, {
    onWay({ id, nodeIds, tags }) {
      const rules = readWayRules(tags)
      if (rules && nodeIds.length > 1) ways.push({ id, nodeIds, name: readName(tags), rules })
    },
    onRelation(relation) {
      const restriction = readRestriction(relation)
      if (restriction === 'via_way') ignoredRestrictionCount++
      else if (restriction) restrictions.push(restriction)
    },
    onBytes: (done, total) => onBytes(done, 2 * total),
  })
  const usesOf = countUses(ways)
  const positions = new Map<number, readonly [number, number]>()
  const closed = new Set<number>()
  const limits = new Map<number, { maxHeightM: number; maxWeightKg: number }>()
  await readOsm(path, {
    onNode({ id, longitude, latitude, tags }) {
      if (!usesOf.has(id)) return
      positions.set(id, [Math.round(longitude * 1e7), Math.round(latitude * 1e7)])
      const { isClosed, maxHeightM, maxWeightKg } = readNodeRules(tags)
      if (isClosed) closed.add(id)
      if (maxHeightM < Number.POSITIVE_INFINITY || maxWeightKg < Number.POSITIVE_INFINITY)
        limits.set(id, { maxHeightM, maxWeightKg })
    },
    onBytes: (done, total) => onBytes(total + done, 2 * total),
  })
  return {
    ways,
    restrictions,
    ignoredRestrictionCount,
    crossings: {
      positionOf: (id) => positions.get(id),
      isCrossing: (id) => (usesOf.get(id) ?? 0) > 1,
      isClosed: (id) => closed.has(id),
      limitsOf: (id) => limits.get(id),
    },
  }
}

function readName(tags: OsmTags): string {
  return tags['name'] ?? tags['ref'] ?? ''
}

/** Of each node; the end of a way counts twice, as it ends there whoever else comes by. */
function countUses(ways: readonly RoadWay[]): Map<number, number> {
  const uses = new Map<number, number>()
  for (const { nodeIds } of ways) {
    for (const id of nodeIds) uses.set(id, (uses.get(id) ?? 0) + 1)
    for (const id of [nodeIds[0] as number, nodeIds.at(-1) as number]) uses.set(id, (uses.get(id) ?? 0) + 1)
  }
  return uses
}
