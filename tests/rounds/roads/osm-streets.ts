import { type OsmTags, readOsm } from '../../../rounds/roads/read-osm.ts'
import type { Leg } from '../../../rounds/roads/roads.ts'
import { readWayRules } from '../../../rounds/roads/way-rules.ts'

/** What an extract says of its streets, read for the checks alone: uncut, and by nodes as OpenStreetMap numbers them. */
export interface OsmStreets {
  readonly ways: ReadonlyMap<number, { readonly nodeIds: readonly number[]; readonly tags: OsmTags }>
  readonly positions: ReadonlyMap<number, readonly [longitude: number, latitude: number]>
  /** The steps that a lorry may take from a node. */
  readonly stepsFrom: ReadonlyMap<number, readonly Step[]>
  /** By the node where the turn is made. */
  readonly restrictions: ReadonlyMap<number, readonly Restriction[]>
  /** Every rule that a leg breaks, in words. */
  findFaults(leg: Leg): string[]
}

export interface Step {
  readonly wayId: number
  readonly from: number
  readonly to: number
  readonly ms: number
  readonly metres: number
  readonly isDestinationOnly: boolean
}

interface Restriction {
  readonly isOnly: boolean
  readonly fromWayId: number
  readonly toWayId: number
}

export async function readOsmStreets(path: string): Promise<OsmStreets> {
  const ways = new Map<number, { nodeIds: number[]; tags: OsmTags }>()
  const positions = new Map<number, readonly [number, number]>()
  const restrictions = new Map<number, Restriction[]>()
  await readOsm(path, {
    onNode: ({ id, longitude, latitude }) => positions.set(id, [longitude, latitude]),
    onWay: ({ id, nodeIds, tags }) => {
      if (readWayRules(tags)) ways.set(id, { nodeIds, tags })
    },
    onRelation({ tags, members }) {
      const match = /^(no|only)_/.exec(tags['restriction'] ?? '')
      if (tags['type'] !== 'restriction' || !match) return
      const member = (role: string): number => members.find((each) => each.role === role)?.id ?? -1
      const list = restrictions.get(member('via')) ?? []
      list.push({ isOnly: match[1] === 'only', fromWayId: member('from'), toWayId: member('to') })
      restrictions.set(member('via'), list)
    },
  })
  const stepsFrom = new Map<number, Step[]>()
  for (const [wayId, { nodeIds, tags }] of ways) {
    const { forward, backward } = readWayRules(tags) as NonNullable<ReturnType<typeof readWayRules>>
    // Said once more, so that a fault in the reading of one-ways shows.
    const isRoundabout = tags['junction'] === 'roundabout' || tags['junction'] === 'circular'
    const isOneway = tags['oneway'] === 'yes' || (isRoundabout && tags['oneway'] !== 'no')
    for (let i = 1; i < nodeIds.length; i++) {
      const [a, b] = [nodeIds[i - 1] as number, nodeIds[i] as number]
      if (forward && tags['oneway'] !== '-1') addStep(wayId, a, b, forward)
      if (backward && !isOneway) addStep(wayId, b, a, backward)
    }
  }
  const nodesAt = new Map<string, number[]>()
  for (const id of stepsFrom.keys()) indexNode(id)
  for (const steps of stepsFrom.values()) for (const { to } of steps) if (!stepsFrom.has(to)) indexNode(to)
  const streets = { ways, positions, stepsFrom, restrictions }
  return { ...streets, findFaults: (leg) => findFaults(streets, nodesAt, leg) }

  function addStep(
    wayId: number,
    from: number,
    to: number,
    { speedKph, isDestinationOnly }: { speedKph: number; isDestinationOnly: boolean },
  ): void {
    const [a, b] = [positions.get(from), positions.get(to)]
    if (!a || !b || from === to) return
    const metres = greatCircle(a, b)
    const steps = stepsFrom.get(from) ?? []
    steps.push({ wayId, from, to, metres, ms: (metres / speedKph) * 3600, isDestinationOnly })
    stepsFrom.set(from, steps)
  }

  function indexNode(id: number): void {
    const key = keyOf(positions.get(id) as readonly [number, number])
    nodesAt.set(key, [...(nodesAt.get(key) ?? []), id])
  }
}

/** The haversine formula, on a sphere of 6,371,008.8 m. */
function greatCircle([ax, ay]: readonly [number, number], [bx, by]: readonly [number, number]): number {
  const r = Math.PI / 180
  const h =
    Math.sin(((by - ay) * r) / 2) ** 2 +
    Math.cos(ay * r) * Math.cos(by * r) * Math.sin(((bx - ax) * r) / 2) ** 2
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(h))
}

function keyOf([longitude, latitude]: readonly [number, number]): string {
  return `${Math.round(longitude * 1e7)},${Math.round(latitude * 1e7)}`
}

function findFaults(
  { stepsFrom, restrictions }: Pick<OsmStreets, 'stepsFrom' | 'restrictions'>,
  nodesAt: ReadonlyMap<string, readonly number[]>,
  leg: Leg,
): string[] {
  const faults: string[] = []
  // The first and the last corner are beside the places, on their streets; all others are nodes.
  const candidates = leg.slice(1, -1).map((corner) => nodesAt.get(keyOf(corner)) ?? [])
  let before: Step[] = []
  for (const [i, ids] of candidates.entries()) {
    if (ids.length === 0) faults.push(`corner ${leg[i + 1]} is no node of a street`)
    const last = candidates[i - 1]
    if (!last) continue
    const steps = last.flatMap((from) => (stepsFrom.get(from) ?? []).filter(({ to }) => ids.includes(to)))
    if (steps.length === 0) faults.push(`no street leads from ${last} to ${ids}`)
    if (before.length > 0 && steps.length > 0) {
      const isAllowed = before.some((a) => steps.some((b) => a.to === b.from && mayFollow(a, b)))
      if (!isAllowed) {
        faults.push(`way ${before[0]?.wayId} must not be left for way ${steps[0]?.wayId} at node ${last}`)
      }
    }
    before = steps
  }
  return faults

  function mayFollow(a: Step, b: Step): boolean {
    return !isRestricted(a, b) && (b.to !== a.from || isDeadEnd(a))
  }

  function isRestricted(a: Step, b: Step): boolean {
    const rules = (restrictions.get(a.to) ?? []).filter(({ fromWayId }) => fromWayId === a.wayId)
    const only = rules.filter(({ isOnly, toWayId }) => isOnly && reaches(a.to, toWayId))
    if (only.length > 0 && !only.some(({ toWayId }) => toWayId === b.wayId)) return true
    return rules.some(({ isOnly, toWayId }) => {
      // From a street into itself only turning round is meant.
      if (isOnly || toWayId !== b.wayId) return false
      return toWayId !== a.wayId || b.to === a.from
    })
  }

  /** A restriction to a street that lorries cannot take is none. */
  function reaches(node: number, wayId: number): boolean {
    return (stepsFrom.get(node) ?? []).some((step) => step.wayId === wayId)
  }

  function isDeadEnd(a: Step): boolean {
    return !(stepsFrom.get(a.to) ?? []).some((step) => step.to !== a.from && !isRestricted(a, step))
  }
}
