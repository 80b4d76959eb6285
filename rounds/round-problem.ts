import type { Depot, Lorry, Tip } from '../model/site.ts'
import type { DueBin } from './choose-bins.ts'
import type { ChosenLorry } from './choose-lorries.ts'
import { localTime } from './local-time.ts'
import type { MeasuredRound } from './measure-round.ts'
import type { Place } from './roads/place.ts'
import type { RoundInput } from './round-input.ts'
import type { Problem, Rest } from './vrp/problem.ts'

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

/** Who drives and what is to be done, before the ways between are known. */
export interface RoundPlaces {
  /** By the solver's places: bins, where lorries unload, depots. */
  readonly places: readonly Place[]
  readonly due: readonly DueBin[]
  readonly unloadings: readonly Unloading[]
  readonly depots: readonly Depot[]
  readonly lorries: readonly ChosenLorry[]
  /** What lorries carry that are under way, besides the streams of the bins. */
  readonly carriedStreams?: readonly string[] | undefined
}

/** A round in the solver's words, with what its numbers stand for. */
export interface RoundProblem extends RoundPlaces {
  readonly problem: Problem
  /** The solver's second 0, in ms since 1970. */
  readonly startTime: number
  /** The number that stands for a stream. */
  readonly streamOf: (name: string | null) => number
}

export function listRoundPlaces(
  { tips }: RoundInput,
  { lorries, due }: { lorries: readonly ChosenLorry[]; due: readonly DueBin[] },
): RoundPlaces {
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
  const places = [...due, ...unloadings, ...depots].map(({ longitude, latitude }) => ({
    longitude,
    latitude,
  }))
  return { places, due, unloadings, depots, lorries }
}

export function createRoundProblem(
  { request, timeZone, tips }: RoundInput,
  roundPlaces: RoundPlaces,
  { matrices, matrixOf, speeds }: MeasuredRound,
): RoundProblem {
  const { due, unloadings, depots, lorries, carriedStreams = [] } = roundPlaces
  const { date } = request
  const startTime = Math.min(...lorries.map(({ lorry }) => localTime(date, lorry.shiftStart, timeZone)))
  const secondAt = (timeOfDay: string): number => (localTime(date, timeOfDay, timeZone) - startTime) / 1000
  // Stream 0 is that of the bins of which nobody said: any lorry and any tip takes them.
  const names = [
    ...new Set([...due.flatMap(({ stream }) => (stream === null ? [] : [stream])), ...carriedStreams]),
  ]
  const numberOf = new Map<string | null, number>([
    [null, 0],
    ...names.map((name, i) => [name, i + 1] as const),
  ])
  const streamsOf = (listed: readonly string[]): number[] | null =>
    listed.length === 0 ? null : [0, ...listed.flatMap((name) => numberOf.get(name) ?? [])]
  const skillBits = createSkillBits(due)
  return {
    ...roundPlaces,
    startTime,
    streamOf: (name) => numberOf.get(name) ?? 0,
    problem: {
      customers: due.map((bin) => ({
        demand: [bin.litres, bin.kg, 1],
        serviceSeconds: bin.serviceSeconds ?? LIFT_SECONDS,
        opens: bin.collectFrom === null ? Number.NEGATIVE_INFINITY : secondAt(bin.collectFrom),
        closes: bin.collectUntil === null ? Number.POSITIVE_INFINITY : secondAt(bin.collectUntil),
        prize: bin.prize,
        stream: numberOf.get(bin.stream) as number,
        skills: skillBits.need(bin.skills),
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
      vehicles: lorries.map(({ lorry, depot }, index) => ({
        depot: depots.indexOf(depot),
        capacity: [lorry.capacity.litres, lorry.capacity.kg, Number.POSITIVE_INFINITY],
        dayLimit: [lorry.dayLimitLitres, lorry.dayLimitKg, lorry.dayLimitLifts].map(
          (limit) => limit ?? Number.POSITIVE_INFINITY,
        ),
        costPerM: lorry.costPerKm / 1000,
        costPerSecond: lorry.costPerHour / 3600,
        fixedCost: lorry.costPerDay,
        earliest: Math.max(secondAt(lorry.shiftStart), secondAt(depot.opens ?? '00:00')),
        latest: Math.min(secondAt(lorry.shiftEnd), secondAt(depot.closes ?? '24:00')),
        rest: restOf(lorry, secondAt),
        streams: streamsOf(lorry.streams),
        skills: skillBits.have(lorry.skills),
        matrix: matrixOf[index] as number,
      })),
      matrices,
      speeds: speeds && { ...speeds, from: (speeds.startTime - startTime) / 1000 },
    },
  }
}

/** A lorry's break, in the middle third of its shift where its settings do not say. */
function restOf(
  { breakSeconds, breakOpens, breakCloses, shiftStart, shiftEnd }: Lorry,
  secondAt: (timeOfDay: string) => number,
): Rest | null {
  if (breakSeconds === 0) return null
  const [start, end] = [secondAt(shiftStart), secondAt(shiftEnd)]
  const third = (end - start) / 3
  const opens = breakOpens === undefined ? start + third : secondAt(breakOpens)
  const closes = breakCloses === undefined ? end - third : secondAt(breakCloses)
  return { seconds: breakSeconds, opens, closes }
}

/**
 * Skills as bits. The last bit stands for all further ones together, which only a lorry with every one of them has: nobody
 * is sent where a skill is missing.
 */
function createSkillBits(due: readonly DueBin[]): {
  need: (skills: readonly string[]) => number
  have: (skills: readonly string[]) => number
} {
  const names = [...new Set(due.flatMap(({ skills }) => skills))].sort()
  const single = names.slice(0, SKILL_BITS - 1)
  const further = names.slice(SKILL_BITS - 1)
  const bitsOf = (skills: readonly string[]): number =>
    single.reduce((bits, name, index) => (skills.includes(name) ? bits | (1 << index) : bits), 0)
  const furtherBit = 1 << (SKILL_BITS - 1)
  return {
    need: (skills) => bitsOf(skills) | (further.some((name) => skills.includes(name)) ? furtherBit : 0),
    have: (skills) => bitsOf(skills) | (further.every((name) => skills.includes(name)) ? furtherBit : 0),
  }
}

const SKILL_BITS = 31
