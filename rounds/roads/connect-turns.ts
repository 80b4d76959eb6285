import type { Streets } from './cut-streets.ts'
import type { TurnRestriction } from './read-restriction.ts'
import { reverseOf, streetOf } from './road-graph.ts'

export interface Turns {
  readonly turnOffsets: Int32Array
  readonly turns: Int32Array
  /** Of the restrictions, how many forbid a turn on these streets. */
  readonly restrictionCount: number
}

/** Which arcs may follow each: all that leave where it ends, but for what is restricted, and back only from a dead end. */
export function connectTurns(streets: Streets, restrictions: readonly TurnRestriction[]): Turns {
  const arcCount = streets.tails.length
  const leaving = groupArcs(streets.tails, streets)
  const arriving = groupArcs(streets.heads, streets)
  const rules = new Map<number, { allowed: Set<number> | undefined; forbidden: Set<number> }>()
  let restrictionCount = 0
  for (const restriction of restrictions) {
    if (apply(restriction)) restrictionCount++
  }
  const turnOffsets = new Int32Array(arcCount + 1)
  const turns: number[] = []
  for (let arc = 0; arc < arcCount; arc++) {
    if ((streets.durations[arc] as number) > 0) turns.push(...listNext(arc))
    turnOffsets[arc + 1] = turns.length
  }
  return { turnOffsets, turns: Int32Array.from(turns), restrictionCount }

  function apply({ type, fromWayIds, viaNodeId, toWayIds }: TurnRestriction): boolean {
    const node = streets.nodeOfId.get(viaNodeId)
    if (node === undefined) return false
    const isOn = (arc: number, wayIds: readonly number[]): boolean =>
      wayIds.includes(streets.wayIds[streetOf(arc)] as number)
    const from = (arriving[node] ?? []).filter((arc) => isOn(arc, fromWayIds))
    const to = (leaving[node] ?? []).filter((arc) => isOn(arc, toWayIds))
    // The only way on leads out of the extract, or where lorries may not go: better forget it than shut them in.
    if (from.length === 0 || to.length === 0) return false
    for (const arc of from) {
      const rule = rules.get(arc) ?? { allowed: undefined, forbidden: new Set() }
      if (type === 'no') for (const next of to) rule.forbidden.add(next)
      else rule.allowed = new Set([...(rule.allowed ?? []), ...to])
      rules.set(arc, rule)
    }
    return true
  }

  function listNext(arc: number): number[] {
    const rule = rules.get(arc)
    const isFree = (next: number): boolean =>
      !rule?.forbidden.has(next) && (rule?.allowed === undefined || rule.allowed.has(next))
    const back = reverseOf(arc)
    const all = leaving[streets.heads[arc] as number] ?? []
    const onward = all.filter((next) => next !== back && isFree(next))
    return onward.length > 0 ? onward : all.filter((next) => next === back && !rule?.forbidden.has(back))
  }
}

/** By node, the arcs that may be driven. */
function groupArcs(nodes: Int32Array, { durations, nodeCount }: Streets): number[][] {
  const groups: number[][] = Array.from({ length: nodeCount }, () => [])
  for (const [arc, node] of nodes.entries()) {
    if ((durations[arc] as number) > 0) groups[node]?.push(arc)
  }
  return groups
}
