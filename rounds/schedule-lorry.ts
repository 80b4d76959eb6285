import type { LorryRound, RoundStop } from '../model/round.ts'
import { formatTime } from '../model/time.ts'
import { type DueBin, numbersOf } from './choose-bins.ts'
import type { ChosenLorry } from './choose-lorries.ts'
import { type Detour, measureDetour } from './find-detour.ts'
import type { Place } from './roads/place.ts'
import type { Leg } from './roads/roads.ts'
import type { RoundProblem } from './round-problem.ts'
import { matrixOf } from './vrp/prepare-problem.ts'
import type { Vehicle } from './vrp/problem.ts'
import { type ScheduledStop, scheduleRoute } from './vrp/schedule-route.ts'
import type { VrpRoute } from './vrp/solution.ts'
import { formatKm } from './why-not-worth.ts'

/** A lorry's day, without the way between its stops. */
export interface ScheduledLorry {
  readonly round: Omit<LorryRound, 'geometry'>
  readonly cost: number
  /** Where it drives, one after the other, from depot to depot. */
  readonly places: readonly Place[]
}

/** A lorry's day as stops with times. It leaves when its shift starts, and takes its break where that suits its way best. */
export function scheduleLorry(round: RoundProblem, { vehicle: index, visits }: VrpRoute): ScheduledLorry {
  const { problem, places, due, unloadings, startTime } = round
  const { lorry } = round.lorries[index] as ChosenLorry
  const vehicle = problem.vehicles[index] as Vehicle
  const scheduled = scheduleRoute(problem, index, visits)
  if (!scheduled) throw new Error(`the route of lorry ${lorry.id} cannot be driven in time`)
  const { distances } = matrixOf(problem, vehicle)
  const stops: RoundStop[] = []
  const driven: Place[] = []
  const way = scheduled.flatMap(({ type, place }) => (type === 'rest' ? [] : [place]))
  let load = { litres: 0, kg: 0 }
  let distanceM = 0
  let from: number | undefined
  for (const [i, stop] of scheduled.entries()) {
    const place = places[stop.place] as Place
    if (stop.type === 'rest') {
      addStop(place, stop, { type: 'break', reason: null })
      continue
    }
    if (from !== undefined) distanceM += distances[from * places.length + stop.place] as number
    const before = from
    from = stop.place
    driven.push(place)
    const bin = due[stop.place]
    const unloading = unloadings[stop.place - due.length]
    if (bin) {
      load = { litres: load.litres + bin.litres, kg: Math.round((load.kg + bin.kg) * 10) / 10 }
      const after = way[driven.length] as number
      const detour = measureDetour(problem, vehicle, {
        before: before as number,
        customer: stop.place,
        after,
      })
      addStop(place, stop, liftOf(bin, detour))
    } else if (unloading) {
      load = { litres: 0, kg: 0 }
      const reason = unloading.tipId === null ? 'at the depot, as there is no tip' : null
      addStop(place, stop, { type: 'tip', tipId: unloading.tipId, reason })
    } else {
      const isStart = stops.every(({ type }) => type === 'break') && i < scheduled.length - 1
      addStop(place, stop, { type: isStart ? 'start' : 'end', reason: null })
    }
  }
  const durationSeconds = Math.round((scheduled.at(-1) as ScheduledStop).leave - vehicle.earliest)
  return {
    cost: vehicle.fixedCost + vehicle.costPerM * distanceM + vehicle.costPerSecond * durationSeconds,
    places: driven,
    round: { lorryId: lorry.id, stops, distanceM, durationSeconds },
  }

  function addStop(
    { longitude, latitude }: Place,
    { arrival, leave }: ScheduledStop,
    {
      type,
      deviceId = null,
      tipId = null,
      reason,
      ...choice
    }: Pick<RoundStop, 'type' | 'reason'> & Partial<RoundStop>,
  ): void {
    stops.push({
      type,
      deviceId,
      tipId,
      longitude,
      latitude,
      arrivalTime: formatTime(startTime + Math.round(arrival) * 1000),
      departureTime: formatTime(startTime + Math.round(leave) * 1000),
      load,
      reason,
      ...choice,
    })
  }
}

function liftOf(
  bin: DueBin,
  { distanceM, cost }: Detour,
): Pick<RoundStop, 'type' | 'reason'> & Partial<RoundStop> {
  return {
    type: 'lift',
    deviceId: bin.id,
    reason: `${bin.reason}; costs ${formatKm(distanceM)}`,
    ...numbersOf(bin.forecast),
    detourM: Math.round(distanceM),
    detourCost: Math.round(cost * 100) / 100,
  }
}

/** The way by its streets, from depot to depot; a leg that nobody knows is a straight line. */
export function joinLegs(places: readonly Place[], legs: readonly (Leg | null)[]): LorryRound['geometry'] {
  const coordinates: number[][] = []
  for (const [i, { longitude, latitude }] of places.entries()) {
    add(longitude, latitude)
    const leg = legs[i]
    if (leg) for (const [x, y] of leg) add(x, y)
  }
  return { type: 'LineString', coordinates }

  function add(longitude: number, latitude: number): void {
    const last = coordinates.at(-1)
    if (last?.[0] !== longitude || last[1] !== latitude) coordinates.push([longitude, latitude])
  }
}
