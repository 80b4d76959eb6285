import type { ChosenLorry } from './choose-lorries.ts'
import { WHY_UNREACHABLE } from './refuse-unreachable.ts'
import type { Place } from './roads/place.ts'
import type { RoadSearch, Roads, RoadTable } from './roads/roads.ts'
import { createStraightRoads } from './roads/straight-roads.ts'
import type { DaySpeeds } from './traffic/edge-speeds.ts'
import type { Matrix, SpeedProfiles } from './vrp/problem.ts'

/** The ways of a round: by the streets, or by straight lines where nobody knows them there. */
export interface MeasuredRound {
  readonly roads: Roads
  readonly matrices: readonly Matrix[]
  /** By lorry, which of the matrices holds for it, and what was searched for it. */
  readonly matrixOf: readonly number[]
  readonly searchOf: readonly RoadSearch[]
  /** How fast the matrices' profiles are driven over the day; undefined where no counter tells. */
  readonly speeds: RoundSpeeds | undefined
  /** By place, why no lorry gets there; lorries that fit nowhere near a place do not count. */
  readonly unreachable: ReadonlyMap<number, string>
}

/** As the solver's, by the clock. */
interface RoundSpeeds extends Pick<SpeedProfiles, 'sliceSeconds' | 'sliceCount' | 'ratios'> {
  /** When the first slice begins, in ms since 1970. */
  readonly startTime: number
}

/** Of a map that has not so many of the places, nobody meant it for this town. */
const KNOWN_RATIO_MIN = 0.5

/**
 * Measures the ways between places for each lorry; those of one height and weight share a matrix. Where no depot
 * and few of the places are beside a road, the map is of somewhere else, and straight lines serve. Rejects as `Roads.measure` does.
 */
export async function measureRound(
  roads: Roads,
  places: readonly Place[],
  lorries: readonly ChosenLorry[],
  { day, ...search }: RoadSearch & { readonly day?: DaySpeeds | undefined } = {},
): Promise<MeasuredRound> {
  const keys = lorries.map(({ lorry: { heightM, weightKg } }) => JSON.stringify([heightM, weightKg]))
  const kinds = roads.isEstimated ? ['any'] : [...new Set(keys)]
  const matrixOf = keys.map((key) => Math.max(0, kinds.indexOf(key)))
  const searches: RoadSearch[] = kinds.map((_, kind) => {
    const lorry = lorries[matrixOf.indexOf(kind)]?.lorry
    const ofLorry = lorry && { heightM: lorry.heightM, weightKg: lorry.weightKg }
    return { ...search, lorry: ofLorry, speeds: day }
  })
  const tables: RoadTable[] = []
  for (const kindSearch of searches) tables.push(await roads.measure(places, kindSearch))
  if (isOfElsewhere(tables[0], places, lorries)) {
    return measureRound(createStraightRoads(), places, lorries, { ...search, day })
  }
  return {
    roads,
    ...joinProfiles(tables, day),
    matrixOf,
    searchOf: matrixOf.map((kind) => searches[kind] as RoadSearch),
    unreachable: findUnreachable(tables),
  }
}

/** Whether the map has none of the depots, which come last, and too few of the other places. */
function isOfElsewhere(
  table: RoadTable | undefined,
  places: readonly Place[],
  lorries: readonly ChosenLorry[],
): boolean {
  const offMap = new Set(
    table?.unreachable.flatMap(({ placeIndex, reason }) => (reason === 'no_road_near' ? [placeIndex] : [])),
  )
  const depotCount = new Set(lorries.map(({ depot }) => depot)).size
  const isDepotOnMap = places.slice(-depotCount).some((_, i) => !offMap.has(places.length - depotCount + i))
  return !isDepotOnMap && offMap.size > places.length * (1 - KNOWN_RATIO_MIN)
}

/** The tables with their profiles numbered through, from one to the next. */
function joinProfiles(
  tables: readonly RoadTable[],
  day: DaySpeeds | undefined,
): Pick<MeasuredRound, 'matrices' | 'speeds'> {
  if (!day) {
    return {
      matrices: tables.map(({ distances, durations }) => ({ distances, durations })),
      speeds: undefined,
    }
  }
  const { startTime, sliceSeconds, sliceCount } = day
  // The first profile is the whole town's: that of roads that know no streets.
  const ratios = [...day.ratios.subarray(0, sliceCount)]
  const matrices = tables.map(({ distances, durations, profiles }): Matrix => {
    if (!profiles) return { distances, durations, profiles: new Uint16Array(distances.length) }
    const first = ratios.length / sliceCount
    ratios.push(...profiles.ratios)
    return { distances, durations, profiles: Uint16Array.from(profiles.ofArc, (profile) => first + profile) }
  })
  return { matrices, speeds: { startTime, sliceSeconds, sliceCount, ratios: Float64Array.from(ratios) } }
}

function findUnreachable(tables: readonly RoadTable[]): Map<number, string> {
  const [first, ...others] = tables.map(
    ({ unreachable }) => new Map(unreachable.map(({ placeIndex, reason }) => [placeIndex, reason])),
  )
  const found = new Map<number, string>()
  for (const [place, reason] of first ?? []) {
    if (!others.every((other) => other.has(place))) continue
    found.set(place, WHY_UNREACHABLE[reason])
  }
  return found
}
