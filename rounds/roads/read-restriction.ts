import type { OsmMember, OsmTags } from './read-osm.ts'

/** A turn that lorries may not make (`no`), or the only one that they may make (`only`), at a node. */
export interface TurnRestriction {
  readonly type: 'no' | 'only'
  readonly fromWayIds: readonly number[]
  readonly viaNodeId: number
  readonly toWayIds: readonly number[]
}

/**
 * Undefined where a relation restricts no turn of a lorry, where it is broken, and where it leads by way of other ways
 *, of which only that is told. https://wiki.openstreetmap.org/wiki/Relation:restriction
 */
export function readRestriction({
  members,
  tags,
}: {
  members: readonly OsmMember[]
  tags: OsmTags
}): TurnRestriction | 'via_way' | undefined {
  if (!(tags['type'] ?? '').startsWith('restriction')) return undefined
  const kind = tags['restriction:hgv'] ?? tags['restriction:motor_vehicle'] ?? tags['restriction']
  const match = /^(no|only)_/.exec(kind ?? '')
  if (!match) return undefined
  const excepted = (tags['except'] ?? '').split(/\s*;\s*/)
  if (excepted.some((who) => ['hgv', 'goods', 'motor_vehicle', 'vehicle'].includes(who))) return undefined
  const idsOf = (role: string, type: OsmMember['type']): number[] =>
    members.filter((member) => member.role === role && member.type === type).map(({ id }) => id)
  const fromWayIds = idsOf('from', 'way')
  const toWayIds = idsOf('to', 'way')
  const [viaNodeId, ...more] = idsOf('via', 'node')
  if (fromWayIds.length === 0 || toWayIds.length === 0) return undefined
  if (idsOf('via', 'way').length > 0) return 'via_way'
  if (viaNodeId === undefined || more.length > 0) return undefined
  return { type: match[1] === 'no' ? 'no' : 'only', fromWayIds, viaNodeId, toWayIds }
}
