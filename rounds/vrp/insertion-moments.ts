import { driveOn, type Moment, startDay, waitUntil } from './moment.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import type { Route } from './route.ts'

/** Used over and over, since an insertion is tried a million times a second. */
const moment: Moment = { pending: 0, rested: 0 }

/** When node `after` is left, where its trip begins no earlier than a release. */
export function momentAt(prepared: PreparedProblem, route: Route, after: number, release: number): Moment {
  const { depart, departRested, tripStart, nodes } = route
  const start = tripStart[after] as number
  moment.pending = depart[start] as number
  moment.rested = departRested[start] as number
  if (route.vehicle.rest === null) moment.rested = Number.POSITIVE_INFINITY
  if (release <= moment.pending) {
    moment.pending = depart[after] as number
    if (route.vehicle.rest) moment.rested = departRested[after] as number
    return moment
  }
  waitUntil(moment, release)
  for (let i = start + 1; i <= after; i++) {
    driveOn(prepared, route, moment, nodes[i - 1] as number, nodes[i] as number)
  }
  return moment
}

/**
 * When node `after` is left, where the trip ends behind it: what comes after is no longer waited for at its beginning. The
 * trip begins no earlier than a release.
 */
export function momentOfSplit(
  prepared: PreparedProblem,
  route: Route,
  after: number,
  release: number,
): Moment {
  const { depart, departRested, tripStart, nodes, vehicle } = route
  const start = tripStart[after] as number
  if (start === 0) {
    startDay(route, moment)
  } else {
    moment.pending = depart[start - 1] as number
    moment.rested = vehicle.rest ? (departRested[start - 1] as number) : Number.POSITIVE_INFINITY
    driveOn(prepared, route, moment, nodes[start - 1] as number, nodes[start] as number)
  }
  let latest = release
  for (let i = start + 1; i <= after; i++) {
    latest = Math.max(latest, prepared.releases?.[nodes[i] as number] ?? latest)
  }
  waitUntil(moment, latest)
  for (let i = start + 1; i <= after; i++) {
    driveOn(prepared, route, moment, nodes[i - 1] as number, nodes[i] as number)
  }
  return moment
}

/** How much later the vehicle goes on at node i, from a moment at a place before it. Changes the moment. */
export function delayAfter(
  prepared: PreparedProblem,
  route: Route,
  moment: Moment,
  from: number,
  i: number,
): number {
  const { depart, departRested, restedFrom, nodes, vehicle, release } = route
  driveOn(prepared, route, moment, from, nodes[i] as number)
  if (prepared.releases) waitUntil(moment, release[i] as number)
  if (!vehicle.rest) return moment.pending - (depart[i] as number)
  if (i >= restedFrom) return Math.min(moment.rested, Number.MAX_VALUE) - (departRested[i] as number)
  // Where it cannot but take its break before now, that is what comes later.
  const pending = Number.isFinite(moment.pending) ? moment.pending : moment.rested - vehicle.rest.seconds
  return Math.max(0, pending - (depart[i] as number))
}
