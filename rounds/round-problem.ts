import type { Depot, Tip } from '../model/site.ts'
import type { DueBin } from './choose-bins.ts'
import type { ChosenLorry } from './choose-lorries.ts'
import { localTime } from './local-time.ts'
import type { RoundInput } from './round-input.ts'
import { measureStraightLines, type Place } from './straight-lines.ts'
import type { Problem } from './vrp/problem.ts'

/** How long it takes to empty a bin, from stopping to driving on. */
const LIFT_SECONDS = 90
/** How long unloading takes at a depot that serves as tip: as a tip's own default. */
const DEPOT_TIP_SECONDS = 900

/** Where lorries unload: a tip, or for want of any, a depot. */
interface Unloading extends Place {
  /** Null for a depot. */
  readonly tipId: string | null
  readonly serviceSeconds: number
}

/** A round in the solver's words, with what its numbers stand for. */
export interface RoundProblem {
  readonly problem: Problem
  /** The solver's second 0, in ms since 1970. */
  readonly startTime: number
  /** By the solver's places. */
  readonly places: readonly Place[]
  readonly due: readonly DueBin[]
  readonly unloadings: readonly Unloading[]
  readonly lorries: readonly ChosenLorry[]
}

export function createRoundProblem(
  { request, timeZone, tips }: RoundInput,
  { lorries, due }: { lorries: readonly ChosenLorry[]; due: readonly DueBin[] },
): RoundProblem {
  const { date } = request
  const startTime = Math.min(...lorries.map(({ lorry }) => localTime(date, lorry.shiftStart, timeZone)))
  const secondAt = (timeOfDay: string): number => (localTime(date, timeOfDay, timeZone) - startTime) / 1000
  const depots: Depot[] = [...new Set(lorries.map(({ depot }) => depot))]
  const unloadings =
    tips.length > 0
      ? tips.map(({ id, serviceSeconds, longitude, latitude }) => ({
          tipId: id,
          serviceSeconds,
          longitude,
          latitude,
        }))
      : depots.map(({ longitude, latitude }) => ({
          tipId: null,
          serviceSeconds: DEPOT_TIP_SECONDS,
          longitude,
          latitude,
        }))
  // Stream 0 is that of the bins of which nobody said: any lorry and any tip takes them.
  const names = [...new Set(due.flatMap(({ stream }) => (stream === null ? [] : [stream])))]
  const numberOf = new Map<string | null, number>([
    [null, 0],
    ...names.map((name, i) => [name, i + 1] as const),
  ])
  const streamsOf = (listed: readonly string[]): number[] | null =>
    listed.length === 0 ? null : [0, ...listed.flatMap((name) => numberOf.get(name) ?? [])]
  const places = [...due, ...unloadings, ...depots].map(({ longitude, latitude }) => ({
    longitude,
    latitude,
  }))
  return {
    startTime,
    places,
    due,
    unloadings,
    lorries,
    problem: {
      customers: due.map(({ litres, kg, stream }) => ({
        demand: [litres, kg],
        serviceSeconds: LIFT_SECONDS,
        opens: Number.NEGATIVE_INFINITY,
        closes: Number.POSITIVE_INFINITY,
        prize: Number.POSITIVE_INFINITY,
        stream: numberOf.get(stream) as number,
        skills: 0,
      })),
      tips: unloadings.map(({ serviceSeconds }, index) => {
        const tip: Tip | undefined = tips[index]
        return {
          serviceSeconds,
          opens: tip ? secondAt(tip.opens) : Number.NEGATIVE_INFINITY,
          // Unloading is over before the tip closes.
          closes: tip ? secondAt(tip.closes) - serviceSeconds : Number.POSITIVE_INFINITY,
          streams: tip ? streamsOf(tip.streams) : null,
        }
      }),
      depotCount: depots.length,
      vehicles: lorries.map(({ lorry, depot }) => ({
        depot: depots.indexOf(depot),
        capacity: [lorry.capacity.litres, lorry.capacity.kg],
        costPerM: lorry.costPerKm / 1000,
        costPerSecond: lorry.costPerHour / 3600,
        fixedCost: lorry.costPerDay,
        earliest: secondAt(lorry.shiftStart),
        latest: secondAt(lorry.shiftEnd),
        breakSeconds: lorry.breakSeconds,
        streams: streamsOf(lorry.streams),
        skills: 0,
      })),
      ...measureStraightLines(places),
    },
  }
}
