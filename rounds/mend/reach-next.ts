import type { RoundStop } from '../../model/round.ts'
import { formatTime } from '../../model/time.ts'
import { localTime } from '../local-time.ts'
import type { RoundInput } from '../round-input.ts'
import type { RoundProblem } from '../round-problem.ts'
import { matrixOf } from '../vrp/prepare-problem.ts'
import type { Vehicle } from '../vrp/problem.ts'
import { arrivalTime } from '../vrp/travel-time.ts'
import { type Demand, roundKg } from './list-demands.ts'

/** A stop that a lorry is on its way to, with the time at which it gets there. */
export interface NextStop {
  readonly stop: RoundStop
  /** The bin's or tip's hours are over by then. */
  readonly isTooLate: boolean
}

interface NextParts {
  readonly input: RoundInput
  readonly base: RoundProblem
  /** In ms since 1970. */
  readonly now: number
  readonly demands: ReadonlyMap<string, Demand>
}

/** The way from one stop to the next, whose places are indices among the problem's; it takes as long there as planned. */
export function reachNext(
  { input, base, now, demands }: NextParts,
  vehicle: Vehicle,
  from: { readonly stop: RoundStop; readonly place: number },
  to: { readonly stop: RoundStop; readonly place: number },
): NextStop {
  const { stop: last } = from
  const { stop: next } = to
  const arc = from.place * base.places.length + to.place
  const { durations, distances, profiles } = matrixOf(base.problem, vehicle)
  const { speeds } = base.problem
  const left = (Date.parse(last.departureTime) - base.startTime) / 1000
  const duration = durations[arc] as number
  const there =
    speeds && profiles ? arrivalTime(speeds, profiles[arc] as number, left, duration) : left + duration
  const arrival = Math.max(now, Math.round(base.startTime + there * 1000))
  const { opens, closes } = hoursOf(next, input)
  // Who comes early waits: that is part of what was planned, but not of what it takes.
  const planned = Date.parse(next.departureTime) - Math.max(opens, Date.parse(next.arrivalTime))
  const serviceMs = Math.max(0, planned)
  const begin = Math.max(arrival, opens)
  const { litres = 0, kg = 0 } = demands.get(next.deviceId ?? '') ?? {}
  return {
    stop: {
      ...next,
      status: 'planned',
      legDistanceM: distances[arc] as number,
      arrivalTime: formatTime(arrival),
      departureTime: formatTime(begin + serviceMs),
      load:
        next.type === 'tip'
          ? { litres: 0, kg: 0 }
          : { litres: last.load.litres + litres, kg: roundKg(last.load.kg + kg) },
    },
    isTooLate: (next.type === 'tip' ? begin + serviceMs : begin) > closes,
  }
}

/** Between which times a bin may be emptied, or a tip is open, in ms since 1970. */
function hoursOf(
  { deviceId, tipId }: RoundStop,
  { bins, tips, request, timeZone }: RoundInput,
): { opens: number; closes: number } {
  const at = (timeOfDay: string | null | undefined, otherwise: number): number =>
    timeOfDay == null ? otherwise : localTime(request.date, timeOfDay, timeZone)
  const bin = deviceId === null ? undefined : bins.find(({ id }) => id === deviceId)
  const tip = tipId === null ? undefined : tips.find(({ id }) => id === tipId)
  return {
    opens: at(bin?.collectFrom ?? tip?.opens, Number.NEGATIVE_INFINITY),
    closes: at(bin?.collectUntil ?? tip?.closes, Number.POSITIVE_INFINITY),
  }
}
