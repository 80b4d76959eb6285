import type { LorryRound, RoundStop } from '../model/round.ts'
import { formatTime } from '../model/time.ts'
import type { ChosenLorry } from './choose-lorries.ts'
import type { RoundProblem } from './round-problem.ts'
import type { Place } from './straight-lines.ts'
import type { Vehicle } from './vrp/problem.ts'

/**
 * A lorry's day as stops with times. It leaves when its shift starts. Its break, if it has one, is taken at the first
 * stop that it leaves in the second half of its shift; a lorry that is on its way home by then takes none.
 */
export function scheduleLorry(
  round: RoundProblem,
  { vehicle: index, visits }: { readonly vehicle: number; readonly visits: readonly number[] },
): { round: LorryRound; cost: number } {
  const { problem, places, due, unloadings, startTime } = round
  const { lorry, depot } = round.lorries[index] as ChosenLorry
  const vehicle = problem.vehicles[index] as Vehicle
  const middle = (vehicle.earliest + vehicle.latest) / 2
  const depotPlace = due.length + unloadings.length + vehicle.depot
  const stops: RoundStop[] = []
  let time = vehicle.earliest
  let load = { litres: 0, kg: 0 }
  let distanceM = 0
  let hasBreak = lorry.breakSeconds === 0
  let from = depotPlace
  addStop(depot, { type: 'start', arrival: time, reason: null })
  for (const place of visits) {
    const arrival = drive(place)
    const bin = due[place]
    if (bin) {
      time = arrival + (problem.customers[place]?.serviceSeconds as number)
      load = { litres: load.litres + bin.litres, kg: Math.round((load.kg + bin.kg) * 10) / 10 }
      addStop(bin, { type: 'lift', deviceId: bin.id, arrival, reason: bin.reason })
    } else {
      const unloading = unloadings[place - due.length] as (typeof unloadings)[number]
      const { opens } = problem.tips[place - due.length] as (typeof problem.tips)[number]
      time = Math.max(arrival, opens) + unloading.serviceSeconds
      load = { litres: 0, kg: 0 }
      const reason = unloading.tipId === null ? 'at the depot, as there is no tip' : null
      addStop(unloading, { type: 'tip', tipId: unloading.tipId, arrival, reason })
    }
    if (!hasBreak && time >= middle) {
      hasBreak = true
      const breakStart = time
      time += lorry.breakSeconds
      addStop(places[place] as Place, { type: 'break', arrival: breakStart, reason: null })
    }
  }
  time = drive(depotPlace)
  addStop(depot, { type: 'end', arrival: time, reason: null })
  const durationSeconds = time - vehicle.earliest
  return {
    cost: vehicle.fixedCost + vehicle.costPerM * distanceM + vehicle.costPerSecond * durationSeconds,
    round: {
      lorryId: lorry.id,
      stops,
      distanceM,
      durationSeconds,
      geometry: {
        type: 'LineString',
        coordinates: [depotPlace, ...visits, depotPlace].map((place) => {
          const { longitude, latitude } = places[place] as Place
          return [longitude, latitude]
        }),
      },
    },
  }

  /** Returns when the lorry is there. */
  function drive(to: number): number {
    const arc = from * places.length + to
    distanceM += problem.distances[arc] as number
    from = to
    return time + (problem.durations[arc] as number)
  }

  function addStop(
    { longitude, latitude }: Place,
    stop: Pick<RoundStop, 'type' | 'reason'> & { arrival: number; deviceId?: string; tipId?: string | null },
  ): void {
    stops.push({
      type: stop.type,
      deviceId: stop.deviceId ?? null,
      tipId: stop.tipId ?? null,
      longitude,
      latitude,
      arrivalTime: formatTime(startTime + stop.arrival * 1000),
      departureTime: formatTime(startTime + time * 1000),
      load,
      reason: stop.reason,
    })
  }
}
