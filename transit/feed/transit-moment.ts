import type { ServiceAlert } from '../../model/service-alert.ts'
import type { ServiceChange } from '../../model/service-change.ts'
import { applyChanges } from '../apply-changes.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { StopPrediction, TransitSnapshot, TransitVehicle, TripPrediction } from '../trip-prediction.ts'
import { alertsOfChanges } from './alerts-of-changes.ts'
import { replacedStopOf } from './replaced-stop.ts'
import { runKeyOf } from './run-key.ts'
import { settleTimes } from './settle-times.ts'

/** A trip at one of its stops; `isMoved` where it calls at another one instead. */
export interface TripCall {
  readonly trip: TripPrediction
  readonly stop: StopPrediction
  readonly isLast: boolean
  readonly isMoved: boolean
}

/** What is known at a moment, with the changes of service: the one thing that all feeds are made of. */
export interface TransitMoment {
  readonly timetable: Timetable
  /** ms since 1970 */
  readonly time: number
  readonly trips: readonly TripPrediction[]
  /** By `runKeyOf`. */
  readonly tripsByKey: ReadonlyMap<string, TripPrediction>
  readonly vehicles: readonly TransitVehicle[]
  readonly alerts: readonly ServiceAlert[]
  /** Those that are in it, as they were handed over. */
  readonly changes: readonly ServiceChange[]
  /** Those of `trips` at a stop, by its id. */
  callsAt(stopId: string): TripCall[]
}

export interface TransitMomentInput {
  readonly timetable: Timetable
  /** Undefined where nothing live is known; one of another timetable is taken for that. */
  readonly snapshot: TransitSnapshot | undefined
  readonly changes: readonly ServiceChange[]
  readonly alerts: readonly ServiceAlert[]
  readonly now: number
}

export function createTransitMoment(input: TransitMomentInput): TransitMoment {
  const making = makeTransitMoment(input)
  for (let step = making.next(); ; step = making.next()) if (step.done) return step.value
}

/** As `createTransitMoment`, in steps, since that of a large town takes tens of milliseconds. */
export function* makeTransitMoment({
  timetable,
  snapshot,
  changes,
  alerts,
  now,
}: TransitMomentInput): Generator<void, TransitMoment> {
  const fits = snapshot?.version === timetable.version
  const changed = applyChanges({
    timetable,
    trips: fits ? snapshot.trips : [],
    vehicles: fits ? snapshot.vehicles : [],
    changes,
    now,
  })
  const trips: TripPrediction[] = []
  const tripsByKey = new Map<string, TripPrediction>()
  const calls = indexCalls(timetable, trips)
  for (const known of changed.trips) {
    const trip = settleTimes(known)
    trips.push(trip)
    tripsByKey.set(runKeyOf(trip.tripId, trip.serviceDate, trip.startTime), trip)
    calls.add(trips.length - 1)
    yield
  }
  return {
    timetable,
    time: now,
    trips,
    tripsByKey,
    vehicles: changed.vehicles,
    alerts: [...alerts, ...alertsOfChanges(changes, timetable)],
    changes,
    callsAt: calls.at,
  }
}

/** No trip has as many stops. */
const STOPS_PER_TRIP = 2 ** 20

/**
 * Which trips call where. A large town's calls are some ten thousand, of which few are looked at before there is another moment: a
 * number each keeps the collector of garbage from having to carry them about.
 */
function indexCalls(timetable: Timetable, trips: readonly TripPrediction[]) {
  const byStop = new Map<string, number[]>()
  return { add, at }

  function add(trip: number): void {
    for (const [index, stop] of (trips[trip] as TripPrediction).stops.entries()) {
      note(stop.stopId, trip * STOPS_PER_TRIP + index)
      const replaced = replacedStopOf(timetable, stop)
      if (replaced !== null) note(replaced, trip * STOPS_PER_TRIP + index)
    }
  }

  function note(stopId: string, call: number): void {
    const list = byStop.get(stopId)
    if (list) list.push(call)
    else byStop.set(stopId, [call])
  }

  function at(stopId: string): TripCall[] {
    return (byStop.get(stopId) ?? []).map((call) => {
      const trip = trips[Math.floor(call / STOPS_PER_TRIP)] as TripPrediction
      const index = call % STOPS_PER_TRIP
      const stop = trip.stops[index] as StopPrediction
      return { trip, stop, isLast: index === trip.stops.length - 1, isMoved: stop.stopId !== stopId }
    })
  }
}
