import type { RoadEdges } from './roads/roads.ts'
import type { RoundInput } from './round-input.ts'
import { createDaySpeeds, type DaySpeeds } from './traffic/edge-speeds.ts'

/** The hours by whose speed roads are measured: a lorry's usual speed is that of the day, not of the empty night. */
const DAY_FROM = 6
const DAY_TO = 20

/**
 * How fast each street is driven on the round's day, of its usual speed by day, from the town's own counters. Undefined where
 * it has none.
 */
export function createRoundSpeeds(
  { request: { date }, timeZone, counters, now }: RoundInput,
  edges: RoadEdges | null,
): DaySpeeds | undefined {
  if (!counters || counters.length === 0 || now === undefined) return undefined
  const day = createDaySpeeds(edges ?? NO_EDGES, counters, { date, timeZone, now })
  // The ratios are of free flow; a mean of times, since that is what a way takes.
  const hours = day.ratios.subarray(DAY_FROM, DAY_TO)
  const usual = hours.length / hours.reduce((sum, ratio) => sum + 1 / ratio, 0)
  return { ...day, ratios: day.ratios.map((ratio) => ratio / usual) }
}

const NO_EDGES: RoadEdges = {
  count: 0,
  classes: new Uint8Array(0),
  longitudes: new Float64Array(0),
  latitudes: new Float64Array(0),
  lengths: new Float64Array(0),
}
