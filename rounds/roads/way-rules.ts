import type { OsmTags } from './read-osm.ts'
import { ROAD_CLASSES } from './roads.ts'

/** What OpenStreetMap's tags of a way mean to a lorry; a direction is from its first node to its last, or back. */
export interface WayRules {
  /** An index in `ROAD_CLASSES`. */
  readonly roadClass: number
  readonly forward: DirectionRules
  readonly backward: DirectionRules
  /** Metres; Infinity where nothing is said. */
  readonly maxHeightM: number
  /** Of the whole lorry; Infinity where nothing is said. */
  readonly maxWeightKg: number
}

/** Null where lorries may not go. */
type DirectionRules = {
  readonly speedKph: number
  /** Only for those who have something to do there: taken at a price, so that nobody drives through. */
  readonly isDestinationOnly: boolean
} | null

/**
 * A lorry's usual speed in kph by class, where no limit is posted: it counts in crossings and bends, and is well below the
 * limits. By `ROAD_CLASSES`.
 */
const SPEEDS_KPH = [80, 50, 70, 45, 55, 40, 45, 35, 38, 30, 30, 25, 10, 12, 10]
/** Of a posted limit, what is driven on average. */
const LIMIT_RATIO = 0.8
const SPEED_MAX_KPH = 80
const SPEED_MIN_KPH = 5

const SURFACE_KPH: Readonly<Record<string, number>> = {
  paving_stones: 50,
  bricks: 50,
  compacted: 45,
  fine_gravel: 40,
  metal: 40,
  wood: 30,
  sett: 30,
  unhewn_cobblestone: 20,
  cobblestone: 25,
  gravel: 25,
  pebblestone: 20,
  unpaved: 25,
  grass_paver: 20,
  ground: 15,
  dirt: 15,
  earth: 15,
  grass: 10,
  sand: 8,
  rock: 8,
  mud: 5,
}
const SMOOTHNESS_KPH: Readonly<Record<string, number>> = { bad: 30, very_bad: 15, horrible: 8 }
const TRACK_KPH: Readonly<Record<string, number>> = {
  grade1: 30,
  grade2: 20,
  grade3: 15,
  grade4: 10,
  grade5: 8,
}
const SERVICE_KPH: Readonly<Record<string, number>> = {
  alley: 10,
  driveway: 8,
  parking_aisle: 8,
  'drive-through': 8,
}

/** From the most to the least specific: the first that is tagged decides. */
const ACCESS_KEYS = ['hgv', 'goods', 'motor_vehicle', 'vehicle', 'access'] as const
const CLOSED = new Set([
  'no',
  'private',
  'permit',
  'agricultural',
  'forestry',
  'military',
  'emergency',
  'use_sidepath',
])
const DESTINATION = new Set(['destination', 'delivery', 'customers', 'residents'])
/** What stops a lorry, unless its tags let it through. */
const BARRIERS = new Set([
  'block',
  'bollard',
  'bus_trap',
  'chain',
  'cycle_barrier',
  'debris',
  'jersey_barrier',
  'kissing_gate',
  'log',
  'motorcycle_barrier',
  'planter',
  'rope',
  'stile',
  'sump_buster',
  'swing_gate',
  'turnstile',
  'wedge',
])

const POUND_KG = 0.453_592_37
const FOOT_M = 0.3048

/** Undefined where the way is none that a lorry ever drives on. */
export function readWayRules(tags: OsmTags): WayRules | undefined {
  const highway = tags['highway'] === 'road' ? 'unclassified' : tags['highway']
  const roadClass = (ROAD_CLASSES as readonly string[]).indexOf(highway ?? '')
  if (roadClass === -1 || tags['area'] === 'yes' || tags['smoothness'] === 'impassable') return undefined
  const [goesForward, goesBackward] = readOneway(tags)
  const forward = goesForward ? readDirection(tags, roadClass, 'forward') : null
  const backward = goesBackward ? readDirection(tags, roadClass, 'backward') : null
  if (!forward && !backward) return undefined
  return { roadClass, forward, backward, ...readLimits(tags) }
}

/** What a node on a way means to lorries that pass it: limits as of a way, and whether they can pass at all. */
export function readNodeRules(tags: OsmTags): { isClosed: boolean; maxHeightM: number; maxWeightKg: number } {
  const access = readAccess(tags, '')
  const isBarrier = BARRIERS.has(tags['barrier'] ?? '') && access === undefined
  const isClosed = isBarrier || (tags['barrier'] !== undefined && access !== undefined && CLOSED.has(access))
  return { isClosed, ...readLimits(tags) }
}

/** https://wiki.openstreetmap.org/wiki/Key:oneway, with what roundabouts and motorways imply. */
function readOneway(tags: OsmTags): readonly [goesForward: boolean, goesBackward: boolean] {
  const oneway =
    tags['oneway:hgv'] ?? tags['oneway:motor_vehicle'] ?? tags['oneway:vehicle'] ?? tags['oneway']
  switch (oneway) {
    case 'yes':
    case 'true':
    case '1':
      return [true, false]
    case '-1':
    case 'reverse':
      return [false, true]
    case 'reversible':
      // At some hours the one, at others the other: nobody can rely on it.
      return [false, false]
    case 'no':
    case 'false':
    case '0':
    case 'alternating':
      return [true, true]
    default: {
      const isImplied =
        tags['junction'] === 'roundabout' || tags['junction'] === 'circular' || tags['highway'] === 'motorway'
      return [true, !isImplied]
    }
  }
}

function readDirection(tags: OsmTags, roadClass: number, direction: 'forward' | 'backward'): DirectionRules {
  const access = readAccess(tags, `:${direction}`) ?? readAccess(tags, '')
  if (access !== undefined && CLOSED.has(access)) return null
  const limitKph = parseSpeed(tags[`maxspeed:hgv`] ?? tags[`maxspeed:${direction}`] ?? tags['maxspeed'])
  const usualKph = SPEEDS_KPH[roadClass] as number
  const ceilings = [
    SPEED_MAX_KPH,
    limitKph === undefined ? usualKph : limitKph * LIMIT_RATIO,
    SURFACE_KPH[tags['surface'] ?? ''],
    SMOOTHNESS_KPH[tags['smoothness'] ?? ''],
    tags['highway'] === 'track' ? TRACK_KPH[tags['tracktype'] ?? ''] : undefined,
    SERVICE_KPH[tags['service'] ?? ''],
    // Limits posted for a whole town say nothing of how one drives among playing children.
    tags['highway'] === 'living_street' || tags['highway'] === 'service' ? usualKph : undefined,
  ]
  return {
    speedKph: Math.max(SPEED_MIN_KPH, Math.min(...ceilings.filter((kph) => kph !== undefined))),
    isDestinationOnly: access !== undefined && DESTINATION.has(access),
  }
}

function readAccess(tags: OsmTags, suffix: string): string | undefined {
  for (const key of ACCESS_KEYS) {
    const value = tags[`${key}${suffix}`]
    if (value !== undefined) return value
  }
  return undefined
}

function readLimits(tags: OsmTags): { maxHeightM: number; maxWeightKg: number } {
  const heights = [tags['maxheight'], tags['maxheight:physical'], tags['maxheight:hgv']]
  const weights = [
    tags['maxweight'],
    tags['maxweight:hgv'],
    tags['maxweightrating'],
    tags['maxweightrating:hgv'],
  ]
  return {
    maxHeightM: Math.min(...heights.map(parseHeight)),
    maxWeightKg: Math.min(...weights.map(parseWeight)),
  }
}

/** Kph, from kph or mph. Undefined for words, such as `none` or `signals`. */
function parseSpeed(value: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(mph|km\/h|kph)?$/.exec(value ?? '')
  if (!match) return value === 'walk' ? SPEED_MIN_KPH : undefined
  const kph = Number(match[1]) * (match[2] === 'mph' ? 1.609_344 : 1)
  return kph > 0 ? kph : undefined
}

/** `3.5`, `3.5 m`, `11'6"`. */
function parseHeight(value: string | undefined): number {
  const metres = /^(\d+(?:[.,]\d+)?)\s*m?$/.exec(value ?? '')
  if (metres?.[1]) return Number(metres[1].replace(',', '.'))
  const feet = /^(\d+)\s*'\s*(?:(\d+(?:\.\d+)?)\s*")?$/.exec(value ?? '')
  if (feet) return (Number(feet[1]) + Number(feet[2] ?? 0) / 12) * FOOT_M
  return Number.POSITIVE_INFINITY
}

/** `7.5`, `7.5 t`, `3500 kg`, `6000 lbs`, `5 st` (short tons). */
function parseWeight(value: string | undefined): number {
  const match = /^(\d+(?:[.,]\d+)?)\s*(t|kg|lbs?|st)?$/.exec(value ?? '')
  if (!match?.[1]) return Number.POSITIVE_INFINITY
  const number = Number(match[1].replace(',', '.'))
  switch (match[2]) {
    case 'kg':
      return number
    case 'lb':
    case 'lbs':
      return number * POUND_KG
    case 'st':
      return number * 2000 * POUND_KG
    default:
      return number * 1000
  }
}
