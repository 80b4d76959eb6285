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
  /** Of `trips`, by the stop's id. */
  readonly callsByStop: ReadonlyMap<string, readonly TripCall[]>
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
  const callsByStop = new Map<string, TripCall[]>()
  for (const known of changed.trips) {
    const trip = settleTimes(known)
    trips.push(trip)
    tripsByKey.set(runKeyOf(trip.tripId, trip.serviceDate, trip.startTime), trip)
    collectCalls(timetable, trip, callsByStop)
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
    callsByStop,
  }
}

function collectCalls(timetable: Timetable, trip: TripPrediction, calls: Map<string, TripCall[]>): void {
  for (const [index, stop] of trip.stops.entries()) {
    const isLast = index === trip.stops.length - 1
    add(stop.stopId, { trip, stop, isLast, isMoved: false })
    const replaced = replacedStopOf(timetable, stop)
    if (replaced !== null) add(replaced, { trip, stop, isLast, isMoved: true })
  }

  function add(stopId: string, call: TripCall): void {
    const list = calls.get(stopId)
    if (list) list.push(call)
    else calls.set(stopId, [call])
  }
}
