import { EARTH_RADIUS_M } from '../../model/measure-metres.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { LinkRatio } from './link-times.ts'

/** What a counter knows of its street at a time, in ms since 1970. */
export interface StreetPace {
  readonly longitude: number
  readonly latitude: number
  /** How much longer than usual the same way takes there: 2 at half the usual speed. */
  readonly ratio: number
  readonly time: number
}

/** A link is taken for straight from stop to stop: a counter that is further from it stands at another street. */
const REACH_M = 80
/** Jams come and go: in so long what was measured says half as much of how it will be. */
const HALF_LIFE_MS = 30 * 60_000
/**
 * A counter sees one place of a link, in both directions, and how the whole network runs is known from the buses already: so
 * a link takes but the square root of what the counter says.
 */
const SHARE = 0.5

/** How much longer than usual links take that run past counters; 1 for all others. */
export function createStreetRatio({ stops }: Timetable, paces: readonly StreetPace[]): LinkRatio {
  const nearby = new Map<string, readonly StreetPace[]>()
  return (fromStopId, toStopId, time) => {
    if (paces.length === 0) return 1
    const key = `${fromStopId}\n${toStopId}`
    let near = nearby.get(key)
    if (!near) {
      near = listNear(stops.indexOf.get(fromStopId), stops.indexOf.get(toStopId))
      nearby.set(key, near)
    }
    if (near.length === 0) return 1
    let sum = 0
    for (const pace of near) {
      sum += Math.log(pace.ratio) * 0.5 ** (Math.abs(time - pace.time) / HALF_LIFE_MS)
    }
    return Math.exp((sum / near.length) * SHARE)
  }

  function listNear(from: number | undefined, to: number | undefined): readonly StreetPace[] {
    if (from === undefined || to === undefined) return []
    return paces.filter((pace) => metresToLine(pace, placeOf(from), placeOf(to)) <= REACH_M)
  }

  function placeOf(stop: number): Place {
    return { longitude: stops.longitudes[stop] ?? Number.NaN, latitude: stops.latitudes[stop] ?? Number.NaN }
  }
}

interface Place {
  readonly longitude: number
  readonly latitude: number
}

/** On a plane around the place, which is exact enough for the length of a link. */
function metresToLine(place: Place, from: Place, to: Place): number {
  const scaleY = (EARTH_RADIUS_M * Math.PI) / 180
  const scaleX = scaleY * Math.cos((place.latitude * Math.PI) / 180)
  const [ax, ay] = [(from.longitude - place.longitude) * scaleX, (from.latitude - place.latitude) * scaleY]
  const [bx, by] = [(to.longitude - place.longitude) * scaleX, (to.latitude - place.latitude) * scaleY]
  const length2 = (bx - ax) ** 2 + (by - ay) ** 2
  const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, -(ax * (bx - ax) + ay * (by - ay)) / length2))
  return Math.hypot(ax + along * (bx - ax), ay + along * (by - ay))
}
