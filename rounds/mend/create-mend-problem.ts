import type { LeftBin, RoundStop } from '../../model/round.ts'
import type { Depot } from '../../model/site.ts'
import { guessPrices } from '../choose/guess-prices.ts'
import { type DueBin, leave } from '../choose-bins.ts'
import { type ChosenLorry, chooseLorries } from '../choose-lorries.ts'
import type { BlockedStreets, Roads } from '../roads/roads.ts'
import type { RoundInput } from '../round-input.ts'
import { createRoundProblem, listRoundPlaces, type RoundPlaces, type RoundProblem } from '../round-problem.ts'
import { createRoundSpeeds } from '../round-speeds.ts'
import type { Vehicle } from '../vrp/problem.ts'
import type { VrpPlan } from '../vrp/solution.ts'
import type { OpenBins } from './collect-bins.ts'
import { continuePlan } from './continue-plan.ts'
import type { LorryProgress } from './find-progress.ts'
import type { Demand } from './list-demands.ts'
import { type MeasuredRest, measureRest } from './measure-rest.ts'
import { reachNext } from './reach-next.ts'
import { letHome, startLate, startVehicle } from './start-vehicle.ts'
import { collectedBy, countLoaded, streamCarried } from './sum-loads.ts'

/** What it costs to break a promise, of what a visit costs: a detour of some minutes is worth less than a crew's plan. */
const CHANGE_VISITS = 0.5

/** The rest of a day in the solver's words. */
export interface MendProblem {
  readonly problem: RoundProblem
  readonly measured: MeasuredRest
  /** What of the old plan is still to be done. */
  readonly start: VrpPlan
  /** By vehicle, where it goes on from; undefined where it has not left. */
  readonly begins: readonly (RestBegin | undefined)[]
  /** Bins that closed streets keep every lorry from. */
  readonly left: readonly LeftBin[]
  /** What could not be heeded, and what lorries cannot keep any more, in sentences. */
  readonly notes: readonly string[]
}

interface RestBegin {
  /** The stop that it was on its way to, with the time at which it gets there. */
  readonly next: RoundStop | null
  /** What it carries from there. */
  readonly load: Demand
}

interface MendParts {
  readonly input: RoundInput
  /** In ms since 1970. */
  readonly now: number
  readonly blocked: readonly BlockedStreets[]
  /** Lorries, by id. */
  readonly broken: ReadonlyMap<string, unknown>
  readonly roads: Roads
  /** By bin of the old plan. */
  readonly demands: ReadonlyMap<string, Demand>
}

export async function createMendProblem(
  parts: MendParts,
  lorries: readonly LorryProgress[],
  open: OpenBins,
): Promise<MendProblem> {
  const drivers = chooseDrivers(parts, lorries)
  const first = await measure(parts, drivers, open.due)
  const { unreachable } = first.measured
  const hindered = drivers.map((_, index) => findHindrance(parts, first, index))
  if (unreachable.size === 0 && hindered.every((why) => why === null)) {
    return assemble(parts, open, first, [])
  }
  // Whoever was on the way to a place that closed streets cut off, or that closes before, goes elsewhere.
  const freed = drivers.map((driver, index) =>
    hindered[index] === null ? driver : { ...driver, next: null },
  )
  const gone = open.due.filter((_, index) => unreachable.has(index))
  const second = await measure(
    parts,
    freed,
    open.due.filter((bin) => !gone.includes(bin)),
  )
  return assemble(parts, open, second, [
    ...gone.map((bin) => ({
      ...leave(bin.id, `${bin.reason}; but ${WHY_CUT_OFF}`, bin.forecast),
      wasPlanned: open.promised.has(bin.id),
    })),
    ...drivers.flatMap(({ next }, index) => {
      const why = hindered[index] ?? null
      if (why === null || !next || next.deviceId === null) return []
      return [{ ...leave(next.deviceId, `${next.reason ?? 'planned'}; but ${why}`), wasPlanned: true }]
    }),
  ])
}

const WHY_CUT_OFF = 'the street is blocked'
const WHY_TOO_LATE = 'its hours are over before a lorry gets there'

/** Why a lorry cannot go on to the stop that it is on its way to. */
function findHindrance(
  parts: MendParts,
  { drivers, places, measured, starts }: Measured,
  index: number,
): string | null {
  const { progress, next } = drivers[index] as Driver
  const { at, next: nextPlace } = starts[index] as Measured['starts'][number]
  const last = progress?.behind.at(-1)
  if (!last || !next || at === undefined || nextPlace === undefined) return null
  if (measured.unreachable.has(nextPlace)) return WHY_CUT_OFF
  const base = createRoundProblem(parts.input, places, measured)
  const vehicle = base.problem.vehicles[index] as Vehicle
  const { isTooLate } = reachNext(
    { ...parts, base },
    vehicle,
    { stop: last, place: at },
    { stop: next, place: nextPlace },
  )
  return isTooLate ? WHY_TOO_LATE : null
}

/** A lorry that may be used for the rest, with how far it has come; `next` is null where it is on no way. */
interface Driver extends ChosenLorry {
  readonly progress: LorryProgress | undefined
  readonly next: RoundStop | null
}

function chooseDrivers({ input, broken }: MendParts, lorries: readonly LorryProgress[]): Driver[] {
  const { lorryIds, depotIds } = input.request
  if (input.lorries.length === 0 || lorryIds?.length === 0 || depotIds?.length === 0) return []
  return chooseLorries(input).flatMap(({ lorry, depot }) => {
    const progress = lorries.find(({ lorryId }) => lorryId === lorry.id)
    // One that broke down before it left is in no plan.
    if (broken.has(lorry.id) || progress?.isHome) return []
    return [{ lorry, depot, progress, next: progress?.next ?? null }]
  })
}

interface Measured {
  readonly drivers: readonly Driver[]
  readonly places: RoundPlaces
  readonly measured: MeasuredRest
  /** By driver, the places of where it is and where it is on its way to. */
  readonly starts: readonly { readonly at?: number; readonly next?: number }[]
}

/** Where lorries are comes behind the depots, as if they were depots too. */
async function measure(
  { input, blocked, roads }: MendParts,
  drivers: readonly Driver[],
  due: readonly DueBin[],
): Promise<Measured> {
  const base = listRoundPlaces(input, { lorries: drivers, due })
  const extra: Depot[] = []
  const add = ({ longitude, latitude }: RoundStop): number => {
    extra.push({ id: 'on-the-way', name: 'on the way', longitude, latitude })
    return base.places.length + extra.length - 1
  }
  const starts = drivers.map(({ progress, next }) => {
    const last = progress?.behind.at(-1)
    return { ...(last && { at: add(last) }), ...(last && next && { next: add(next) }) }
  })
  const places: RoundPlaces = {
    ...base,
    depots: [...base.depots, ...extra],
    places: [...base.places, ...extra.map(({ longitude, latitude }) => ({ longitude, latitude }))],
    carriedStreams: listCarried(input, drivers),
  }
  const nexts = new Set(starts.flatMap(({ next }) => next ?? []))
  const measured = await measureRest(roads, {
    places: places.places,
    lorries: drivers,
    blocked,
    mayLeave: (place) => place >= due.length && !nexts.has(place),
    day: createRoundSpeeds(input, roads.edges),
  })
  return { drivers, places, measured, starts }
}

function listCarried(input: RoundInput, drivers: readonly Driver[]): string[] {
  return drivers.flatMap(
    ({ progress, next }) => streamCarried(input, [...(progress?.behind ?? []), next]) ?? [],
  )
}

function assemble(parts: MendParts, open: OpenBins, measured: Measured, left: LeftBin[]): MendProblem {
  const { input, now } = parts
  const { drivers, places, starts } = measured
  const base = createRoundProblem(input, places, measured.measured)
  const { customers, tips } = base.problem
  const firstDepot = customers.length + tips.length
  // Up: a plan's times are whole seconds, and nobody goes on before being there.
  const secondOf = (time: number): number => Math.ceil((time - base.startTime) / 1000)
  const begins: (RestBegin | undefined)[] = []
  const vehicles = base.problem.vehicles.map((vehicle, index): Vehicle => {
    const { progress, next } = drivers[index] as Driver
    const { at, next: nextPlace } = starts[index] as Measured['starts'][number]
    const last = progress?.behind.at(-1)
    if (!progress || !last || at === undefined) {
      begins.push(undefined)
      return startLate(vehicle, secondOf(now))
    }
    const reached =
      next && nextPlace !== undefined
        ? reachNext({ ...parts, base }, vehicle, { stop: last, place: at }, { stop: next, place: nextPlace })
            .stop
        : null
    const done = [...progress.behind, ...(reached ? [reached] : [])]
    const { load, departureTime } = done.at(-1) as RoundStop
    begins.push({ next: reached, load })
    const free = Math.max(now, Date.parse(departureTime))
    return startVehicle(vehicle, {
      progress,
      depot: (reached && nextPlace !== undefined ? nextPlace : at) - firstDepot,
      time: secondOf(free),
      load,
      loadedLifts: countLoaded(done),
      stream: base.streamOf(streamCarried(input, done)),
      collected: collectedBy(done),
    })
  })
  const changeCost =
    CHANGE_VISITS *
    guessPrices(
      drivers.map(({ lorry }) => lorry),
      input.bins.length,
    ).visitCost
  let problem = {
    ...base.problem,
    vehicles,
    customers: customers.map((customer, index) => {
      const lorryId = open.promised.get((places.due[index] as DueBin).id)
      const isPromised = drivers.map(({ lorry }) => lorry.id === lorryId)
      if (!isPromised.includes(true)) return customer
      return { ...customer, vehicleCosts: isPromised.map((isOwn) => (isOwn ? 0 : changeCost)) }
    }),
  }
  const notes = [...measured.measured.notes]
  for (const [index, { lorry, progress }] of drivers.entries()) {
    if (!progress?.behind.length) continue
    const { vehicle, note } = letHome(problem, index)
    problem = { ...problem, vehicles: problem.vehicles.with(index, vehicle) }
    if (note !== null) notes.push(`lorry ${lorry.id} ${note}`)
  }
  return {
    problem: { ...base, problem },
    measured: measured.measured,
    start: continuePlan(
      drivers.map(({ progress }) => progress?.ahead ?? []),
      places,
    ),
    begins,
    left,
    notes,
  }
}
