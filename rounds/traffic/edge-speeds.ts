import type { EdgeSpeeds, RoadEdges } from '../roads/roads.ts'
import { poolClassRatios } from './class-ratios.ts'
import { type DayQuestion, type DaySlices, forecastCounterDay, sliceDay } from './counter-day.ts'
import { findNearestProfile, groupProfiles } from './group-profiles.ts'
import { indexNearby } from './nearby-counters.ts'
import type { TrafficHistory } from './traffic-history.ts'

/** A byte would hold more, but ways are made of edges, and each pair of profiles on a way makes another. */
export const PROFILES_MAX = 32
/** A counter's say falls to 1/e within this. */
const FADING_M = 700
/** Beyond it a counter says nothing. */
const REACH_M = 3_000
/** What a road's class weighs, where a counter beside it weighs 1. */
const CLASS_WEIGHT = 0.25
/** A counter tells of roads so many classes away by 1/e. */
const FADING_CLASSES = 3
/** A counter stands on the road whose middle is nearest, if it is as near as this. */
const BESIDE_M = 300

export interface SpeedCounter {
  readonly longitude: number
  readonly latitude: number
  /** Its road's index in `ROAD_CLASSES`; without it, that of the nearest edge. */
  readonly roadClass?: number | undefined
  readonly history: TrafficHistory
}

export interface DaySpeeds extends DaySlices, EdgeSpeeds {
  readonly sliceSeconds: number
}

/**
 * How fast each edge is driven on a day, by hour, of its free-flow speed: near a counter as it will measure, farther away as
 * its class of road does on the mean of the town's counters, and everywhere at 1 where there are none. Profile 0 is the
 * whole town's, for those who know no edges; there are at most `PROFILES_MAX`.
 */
export function createDaySpeeds(
  edges: RoadEdges,
  counters: readonly SpeedCounter[],
  question: DayQuestion,
): DaySpeeds {
  const slices = sliceDay(question)
  const { sliceCount } = slices
  const measured = counters.flatMap((counter) => {
    const day = forecastCounterDay(counter.history, question)
    return day ? [{ ...counter, ...day }] : []
  })
  const visitNearby = indexNearby(measured, REACH_M)
  const classes = findClasses()
  const roads = measured.map((counter, index) => ({ ...counter, roadClass: classes[index] }))
  const { ofTown, ofClass, ofCounter } = poolClassRatios(roads, sliceCount)

  const groups = groupProfiles(
    ofTown,
    edges.count,
    (edge) => blendAt(edge) ?? classRatiosOf(edge),
    PROFILES_MAX,
  )
  const profileOfClass = new Map<Float64Array, number>()
  const profileOfEdge = Uint8Array.from({ length: edges.count }, (_, edge) => {
    const blend = blendAt(edge)
    if (blend) return findNearestProfile(groups, blend)
    const ratios = classRatiosOf(edge)
    const known = profileOfClass.get(ratios)
    if (known !== undefined) return known
    const nearest = findNearestProfile(groups, ratios)
    profileOfClass.set(ratios, nearest)
    return nearest
  })
  const ratios = new Float64Array(groups.length * sliceCount)
  for (const [profile, group] of groups.entries()) ratios.set(group, profile * sliceCount)
  return { ...slices, sliceSeconds: 3600, profileOfEdge, ratios }

  function classRatiosOf(edge: number): Float64Array {
    return ofClass(edges.classes[edge] as number)
  }

  /** Undefined where no counter is near. */
  function blendAt(edge: number): Float64Array | undefined {
    const roadClass = edges.classes[edge] as number
    let total = CLASS_WEIGHT
    let blend: Float64Array | undefined
    visitNearby(edges.longitudes[edge] as number, edges.latitudes[edge] as number, (index, metres) => {
      const steps = Math.abs((classes[index] ?? roadClass) - roadClass)
      const weight = Math.exp(-metres / FADING_M - steps / FADING_CLASSES)
      blend ??= classRatiosOf(edge).map((ratio) => ratio * CLASS_WEIGHT)
      const ratios = ofCounter[index] as Float64Array
      for (let slice = 0; slice < sliceCount; slice++) {
        blend[slice] = (blend[slice] as number) + weight * (ratios[slice] as number)
      }
      total += weight
    })
    return blend?.map((sum) => sum / total)
  }

  function findClasses(): (number | undefined)[] {
    const nearest = new Float64Array(measured.length).fill(BESIDE_M)
    const found = measured.map(({ roadClass }) => roadClass)
    for (let edge = 0; edge < edges.count; edge++) {
      visitNearby(edges.longitudes[edge] as number, edges.latitudes[edge] as number, (index, metres) => {
        if (measured[index]?.roadClass !== undefined || metres > (nearest[index] as number)) return
        nearest[index] = metres
        found[index] = edges.classes[edge]
      })
    }
    return found
  }
}
