import { measureMetres } from '../../model/measure-metres.ts'
import type { LorryRound, Round, RoundStop } from '../../model/round.ts'
import type { Lorry } from '../../model/site.ts'
import { type Roads, UNREACHABLE } from '../roads/roads.ts'
import { joinLegs, scheduleLorry } from '../schedule-lorry.ts'
import { matrixOf } from '../vrp/prepare-problem.ts'
import type { Vehicle } from '../vrp/problem.ts'
import type { VrpPlan, VrpRoute } from '../vrp/solution.ts'
import type { MendProblem } from './create-mend-problem.ts'
import type { LorryProgress } from './find-progress.ts'
import { type Demand, roundKg } from './list-demands.ts'

type JoinedDay = Pick<Round, 'cost' | 'distanceM' | 'durationSeconds' | 'lorries'>

/** What is behind each lorry and what is planned for it now, as one day; with the ways, and what it all costs. */
export async function joinDay(
  mend: MendProblem,
  plan: VrpPlan,
  lorries: readonly LorryProgress[],
  prices: readonly Lorry[],
): Promise<JoinedDay> {
  const { problem, measured } = mend
  const restOf = new Map<string, { readonly stops: readonly RoundStop[]; readonly vehicle: number }>()
  for (const [vehicle, { lorry }] of problem.lorries.entries()) {
    const route = plan.routes.find((candidate) => candidate.vehicle === vehicle)
    if (route) restOf.set(lorry.id, { stops: planRest(mend, route), vehicle })
  }
  const ids = [...new Set([...lorries.map(({ lorryId }) => lorryId), ...restOf.keys()])]
  const days = await Promise.all(
    ids.map(async (lorryId): Promise<LorryRound | undefined> => {
      const behind = lorries.find((progress) => progress.lorryId === lorryId)?.behind ?? []
      const rest = restOf.get(lorryId)
      const search = measured.searchOf[rest?.vehicle ?? 0] ?? {}
      const past = await measureBehind(measured.roads, behind)
      const stops = [...past, ...(rest?.stops ?? [])]
      if (stops.length === 0) return undefined
      // What was driven was driven by streets that were open then.
      const [before, after] = await Promise.all([
        traceStops(measured.roads, past, {}),
        traceStops(measured.roads, [...past.slice(-1), ...(rest?.stops ?? [])], search),
      ])
      return {
        lorryId,
        stops,
        distanceM: stops.reduce((sum, { legDistanceM = 0 }) => sum + legDistanceM, 0),
        durationSeconds: durationOf(stops),
        geometry: { type: 'LineString', coordinates: joinLines(before, after) },
      }
    }),
  )
  const driven = days.flatMap((day) => day ?? [])
  return { lorries: driven, ...totalsOf(driven, prices) }
}

/** A vehicle's rest, from behind what it is on its way to; with its start where it has not left. */
function planRest(mend: MendProblem, route: VrpRoute): RoundStop[] {
  const { problem, begins } = mend
  const begin = begins[route.vehicle]
  const { stops } = scheduleLorry(problem, route).round
  const legs = legsOf(mend, route)
  let leg = 0
  const timed = stops.map((stop): RoundStop => {
    const isDriven = stop.type !== 'break'
    const legDistanceM = isDriven ? (legs[leg++] as number) : 0
    const bin = stop.deviceId === null ? undefined : problem.due.find(({ id }) => id === stop.deviceId)
    return {
      ...stop,
      status: 'planned',
      legDistanceM,
      // A promised bin has the reason of its first plan, what it costs included.
      reason: bin && Number.isFinite(bin.prize) ? stop.reason : (bin?.reason ?? stop.reason),
    }
  })
  if (!begin) return timed
  const rest = timed.filter(({ type }) => type !== 'start')
  return [...(begin.next ? [begin.next] : []), ...withLoad(rest, begin.load)]
}

/** Metres from each place of a route to the next; 0 to the first. */
function legsOf(
  { problem: { problem, places } }: MendProblem,
  { vehicle: index, visits }: VrpRoute,
): number[] {
  const vehicle = problem.vehicles[index] as Vehicle
  const { distances } = matrixOf(problem, vehicle)
  const firstDepot = problem.customers.length + problem.tips.length
  const way = [firstDepot + vehicle.depot, ...visits, firstDepot + (vehicle.endDepot ?? vehicle.depot)]
  return way.map((place, i) =>
    i === 0 ? 0 : (distances[(way[i - 1] as number) * places.length + place] as number),
  )
}

/** What the lorry carries already is carried to its next tip. */
function withLoad(stops: readonly RoundStop[], carried: Demand): RoundStop[] {
  const tip = stops.findIndex(({ type }) => type === 'tip')
  return stops.map((stop, index) =>
    tip !== -1 && index >= tip
      ? stop
      : {
          ...stop,
          load: { litres: stop.load.litres + carried.litres, kg: roundKg(stop.load.kg + carried.kg) },
        },
  )
}

/** Metres between stops that were never mended before, or not done in the order of the plan. */
async function measureBehind(roads: Roads, behind: readonly RoundStop[]): Promise<RoundStop[]> {
  const open = behind.some(({ legDistanceM }, index) => index > 0 && legDistanceM === undefined)
  if (!open) return [...behind]
  const { distances } = await roads.measure(behind.map(placeOf))
  const drivenBetween = (index: number): number => {
    const metres = distances[(index - 1) * behind.length + index] as number
    // A crew may have been where no road of the map leads.
    return metres < UNREACHABLE
      ? metres
      : straightMetres(behind[index - 1] as RoundStop, behind[index] as RoundStop)
  }
  return behind.map((stop, index) => ({
    ...stop,
    legDistanceM: index === 0 ? 0 : drivenBetween(index),
  }))
}

async function traceStops(
  roads: Roads,
  stops: readonly RoundStop[],
  search: Parameters<Roads['trace']>[1],
): Promise<number[][]> {
  const places = stops.filter(({ type }) => type !== 'break').map(placeOf)
  if (places.length === 0) return []
  const legs = places.length === 1 ? [] : await roads.trace(places, search)
  return joinLegs(places, legs).coordinates
}

function joinLines(before: readonly number[][], after: readonly number[][]): number[][] {
  return [...before, ...(before.length > 0 ? after.slice(1) : after)]
}

function placeOf({ longitude, latitude }: RoundStop): { longitude: number; latitude: number } {
  return { longitude, latitude }
}

function durationOf(stops: readonly RoundStop[]): number {
  const [first, last] = [stops[0], stops.at(-1)]
  if (!first || !last) return 0
  return Math.round((Date.parse(last.departureTime) - Date.parse(first.arrivalTime)) / 1000)
}

/** A lorry that is gone from the settings costs nothing that anybody knows. */
function totalsOf(
  days: readonly LorryRound[],
  prices: readonly Lorry[],
): Pick<Round, 'cost' | 'distanceM' | 'durationSeconds'> {
  let [cost, distanceM, durationSeconds] = [0, 0, 0]
  for (const day of days) {
    const lorry = prices.find(({ id }) => id === day.lorryId)
    distanceM += day.distanceM
    durationSeconds += day.durationSeconds
    if (!lorry) continue
    cost += lorry.costPerDay + (lorry.costPerKm * day.distanceM) / 1000
    cost += (lorry.costPerHour * day.durationSeconds) / 3600
  }
  return { cost: Math.round(cost * 100) / 100, distanceM, durationSeconds }
}

function straightMetres(a: RoundStop, b: RoundStop): number {
  return Math.ceil(measureMetres(a.longitude, a.latitude, b.longitude, b.latitude))
}
