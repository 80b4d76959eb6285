import { driveOn, type Moment, startDay, waitUntil } from './moment.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import type { Route } from './route.ts'

/** Used over and over, since an insertion is tried a million times a second. */
const moment: Moment = { pending: 0, rested: 0 }

/** When node `after` is left, where its trip begins no earlier than a release. */
export function momentAt(prepared: PreparedProblem, route: Route, after: number, release: number): Moment {
  const start = route.tripStart[after] as number
  if (release <= (route.depart[start] as number)) {
    leave(route, after)
    return moment
  }
  leave(route, start)
  waitUntil(moment, release)
  driveAlong(prepared, route, start, after)
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
  const { tripStart, nodes } = route
  const start = tripStart[after] as number
  if (start === 0) {
    startDay(route, moment)
  } else {
    leave(route, start - 1)
    driveAlong(prepared, route, start - 1, start)
  }
  let latest = release
  for (let i = start + 1; i <= after; i++) {
    latest = Math.max(latest, prepared.releases?.[nodes[i] as number] ?? latest)
  }
  waitUntil(moment, latest)
  driveAlong(prepared, route, start, after)
  return moment
}

/** As it leaves node i now. */
function leave({ depart, departRested, vehicle }: Route, i: number): void {
  moment.pending = depart[i] as number
  moment.rested = vehicle.rest ? (departRested[i] as number) : Number.POSITIVE_INFINITY
}

/** From leaving node `from` to leaving node `to`. */
function driveAlong(prepared: PreparedProblem, route: Route, from: number, to: number): void {
  const { nodes } = route
  for (let i = from + 1; i <= to; i++) {
    driveOn(prepared, route, moment, nodes[i - 1] as number, nodes[i] as number)
  }
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
