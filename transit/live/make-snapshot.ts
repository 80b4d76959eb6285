import { knowNothing, type StopKnowledge } from '../know-nothing.ts'
import type { Predictor, RunForecast } from '../predict/predictor.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { DepartureState, TransitSnapshot, TripPrediction } from '../trip-prediction.ts'
import { cleanTripUpdate } from './clean-trip-update.ts'
import { describeTrip } from './describe-trip.ts'
import { describeVehicle } from './describe-vehicle.ts'
import { OFF_ROUTE_GRACE_MS } from './follow-vehicle.ts'
import { holdAtStart } from './hold-at-start.ts'
import type { LineCoverage } from './line-coverage.ts'
import type { OutsideTrip, OutsideUpdates } from './outside-updates.ts'
import type { RunDays } from './run-days.ts'
import type { RunSchedule } from './run-schedule.ts'
import type { RunState, RunStates } from './run-states.ts'
import type { TripRun } from './trip-run.ts'
import type { VehicleState } from './vehicle-state.ts'

/** A trip is told of from so long before it begins, though nobody was seen on it. */
const BEFORE_START_MS = 5 * 60_000
/** The next trip of a block is predicted from so long before it begins. */
const BLOCK_AHEAD_MS = 90 * 60_000
/** A vehicle that stands for so long beyond its time is parked, whatever its engine does. */
const PARKED_MS = 15 * 60_000
/** A finished trip is told of until so long after its last stop's time. */
const AFTER_END_MS = 60_000
/** Vehicles that were not heard of for so long are not shown. */
const VEHICLE_SHOWN_MS = 10 * 60_000

export interface SnapshotAges {
  /** What rests on something older is `stale`. */
  readonly liveMs: number
  /** Of what rests on something older nothing is predicted. */
  readonly staleMs: number
}

export interface SnapshotParts {
  readonly timetable: Timetable
  readonly runDays: RunDays
  readonly schedule: RunSchedule
  readonly states: RunStates
  readonly outside: OutsideUpdates
  readonly coverage: LineCoverage
  readonly predictor: Predictor
  readonly vehicles: ReadonlyMap<string, VehicleState>
  readonly labelOf: (vehicle: string) => string | null
  readonly ages: SnapshotAges
}

/**
 * Everything that is known at a moment. Of a trip there is, in this order: what its vehicle, or stops that it passed, tell,
 * `live` or `stale` by their age; what follows from the trip before it in its block; what another operator predicts; and, of
 * those that run now, that nothing is known: `noData` on a line whose vehicles report otherwise, `timetable` on one whose
 * vehicles never do.
 */
export function createSnapshotMaker(parts: SnapshotParts): (now: number) => TransitSnapshot {
  const { timetable, runDays, schedule, states, outside, coverage, predictor, vehicles, ages } = parts
  /** Of trips of which nothing is known the description stays the same. */
  let untold = new Map<string, { state: DepartureState; trip: TripPrediction }>()

  return (now) => {
    const trips = new Map<string, TripPrediction>()
    const followed = [...states.values()].filter(({ observedTime }) => !Number.isNaN(observedTime))
    for (const state of followed) {
      const trip = describeFollowed(state, now)
      if (trip) trips.set(state.run.key, trip)
    }
    for (const vehicle of vehicles.values()) describeNext(vehicle, now, trips)
    for (const one of outside.list()) {
      if (trips.has(one.run.key) || outside.find(one.run) !== one) continue
      const trip = describeOutside(one, now)
      if (trip) trips.set(one.run.key, trip)
    }
    const stillUntold: typeof untold = new Map()
    for (const run of listRunning(now)) {
      if (trips.has(run.key)) continue
      const trip = describeUntold(run)
      stillUntold.set(run.key, trip)
      trips.set(run.key, trip.trip)
    }
    untold = stillUntold
    const shown = [...vehicles.values()].filter(({ last }) => now - last.time <= VEHICLE_SHOWN_MS)
    return {
      version: timetable.version,
      time: now,
      trips: [...trips.values()],
      vehicles: shown.map((vehicle) => describeVehicle(parts, vehicle, isServing(vehicle, now))),
    }
  }

  function describeFollowed(state: RunState, now: number): TripPrediction | undefined {
    const { run } = state
    const vehicle = state.vehicle === null ? undefined : vehicles.get(state.vehicle)
    const isOver = states.isOver(state)
    if (isOver && now > Math.max(run.endsAt, state.observedTime) + AFTER_END_MS) return undefined
    const age = now - state.observedTime
    if (!isOver && (age > ages.staleMs || (vehicle && !isServing(vehicle, now)))) return undefined
    const kind = isOver || age <= ages.liveMs ? 'live' : 'stale'
    const first = states.stopAt(state) >= 0 ? states.stopAt(state) : state.nextStopIndex
    const forecast = isOver ? undefined : predictor.predict(run, now)
    const stops = Array.from({ length: schedule.stopCount(run) }, (_, index) => {
      if (index < first) return describePassed(state, index)
      if (index < state.nextStopIndex) return describeStanding(state, index, forecast, now, kind)
      return describeForecast(forecast, index, kind)
    })
    if (first === 0) holdAtStart(stops, schedule.departureAt(run, 0))
    return describeTrip(
      parts,
      run,
      {
        relationship: 'SCHEDULED',
        vehicleId: vehicle && vehicle.duty?.offSince === null ? vehicle.id : null,
        vehicleLabel: vehicle ? parts.labelOf(vehicle.id) : null,
        observedTime: state.observedTime,
      },
      stops,
    )
  }

  /** Where nobody saw it pass, it did so between those where it was seen. */
  function describePassed({ run, arrivals, departures }: RunState, index: number): StopKnowledge {
    const arrival = arrivals[index] ?? Number.NaN
    const departure = departures[index] ?? Number.NaN
    const told = Number.isNaN(arrival) ? departure : arrival
    if (Number.isNaN(told)) return knowNothing('live', true)
    const stands = schedule.departureAt(run, index) - schedule.arrivalAt(run, index)
    const arrivalTime = Math.round(told)
    const departureTime = Number.isNaN(departure) ? arrivalTime + Math.max(0, stands) : Math.round(departure)
    return { ...knowNothing('live', true), arrivalTime, departureTime: Math.max(arrivalTime, departureTime) }
  }

  /** At the stop where it stands: it came when it came, and leaves when it is expected to. */
  function describeStanding(
    { arrivals, observedTime }: RunState,
    index: number,
    forecast: RunForecast | undefined,
    now: number,
    state: DepartureState,
  ): StopKnowledge {
    const arrivalTime = Math.round(arrivals[index] || observedTime)
    const leavingTime = forecast?.leavingTime ?? Number.NaN
    const departureTime = Math.round(Math.max(arrivalTime, now, leavingTime || now))
    return { ...knowNothing(state), arrivalTime, departureTime }
  }

  function describeForecast(
    forecast: RunForecast | undefined,
    stopIndex: number,
    state: DepartureState,
  ): StopKnowledge {
    const index = stopIndex - (forecast?.firstStopIndex ?? 0)
    // Of the first stop of a run that is to come only the departure is foreseen.
    if (forecast && index === -1) {
      const leavingTime = Math.round(forecast.leavingTime)
      return { ...knowNothing(state), arrivalTime: leavingTime, departureTime: leavingTime }
    }
    const arrivalTime = forecast?.arrivalTimes[index]
    if (!forecast || arrivalTime === undefined) return knowNothing('noData')
    return {
      ...knowNothing(state),
      arrivalTime: Math.round(arrivalTime),
      departureTime: Math.round(forecast.departureTimes[index] ?? arrivalTime),
      earliestTime: Math.round(forecast.earliestTimes[index] ?? arrivalTime),
      latestTime: Math.round(forecast.latestTimes[index] ?? arrivalTime),
      uncertaintySeconds: Math.round(forecast.uncertaintySeconds[index] ?? 0) || null,
    }
  }

  /** What a vehicle does after what it does now, by its block: as sure as that, and no more. */
  function describeNext(vehicle: VehicleState, now: number, trips: Map<string, TripPrediction>): void {
    const { duty, last, finished } = vehicle
    const age = now - last.time
    if (age > ages.staleMs || (duty && !isServing(vehicle, now))) return
    const before = duty && trips.has(duty.run.key) ? duty.run : finished
    const run = before && runDays.findNext(before)
    if (!run || run.startsAt > now + BLOCK_AHEAD_MS || trips.has(run.key)) return
    // It does something else, or another vehicle has it and is not seen on it yet.
    if (duty && duty.run.key !== before.key && duty.run.key !== run.key) return
    const holder = states.find(run)?.vehicle ?? null
    if (holder !== null && holder !== vehicle.id) return
    const forecast = predictor.predictNext(before, run, now)
    if (!forecast) return
    const kind = age <= ages.liveMs ? 'live' : 'stale'
    const stops = Array.from({ length: schedule.stopCount(run) }, (_, index) =>
      describeForecast(forecast, index, kind),
    )
    holdAtStart(stops, schedule.departureAt(run, 0))
    const vehicleId = run.key === duty?.run.key ? vehicle.id : null
    const known = { vehicleId, vehicleLabel: parts.labelOf(vehicle.id), observedTime: last.time }
    trips.set(run.key, describeTrip(parts, run, { relationship: 'SCHEDULED', ...known }, stops))
  }

  function describeOutside({ run, update }: OutsideTrip, now: number): TripPrediction | undefined {
    const age = now - update.time
    if (age > ages.staleMs) return undefined
    const count = schedule.stopCount(run)
    const told = { vehicleId: null, vehicleLabel: update.vehicleLabel, observedTime: update.time }
    if (update.isCanceled) {
      const stops = Array.from({ length: count }, () => knowNothing('cancelled'))
      return describeTrip(parts, run, { ...told, relationship: 'CANCELED' }, stops)
    }
    const stops = cleanTripUpdate(parts, run, update, now).map((stop): StopKnowledge => {
      return stop.state === 'live' && age > ages.liveMs ? { ...stop, state: 'stale' } : stop
    })
    return describeTrip(parts, run, { ...told, relationship: 'SCHEDULED' }, stops)
  }

  function describeUntold(run: TripRun): { state: DepartureState; trip: TripPrediction } {
    const routeId = timetable.routes.ids[timetable.trips.routes[run.trip] ?? -1] ?? ''
    const state = coverage.reports(routeId) ? 'noData' : 'timetable'
    const known = untold.get(run.key)
    if (known?.state === state) return known
    const stops = Array.from({ length: schedule.stopCount(run) }, () => knowNothing(state))
    const nobody = {
      relationship: 'SCHEDULED',
      vehicleId: null,
      vehicleLabel: null,
      observedTime: null,
    } as const
    return { state, trip: describeTrip(parts, run, nobody, stops) }
  }

  function listRunning(now: number): TripRun[] {
    return runDays
      .around(now)
      .flatMap(({ runs }) =>
        runs.filter(({ startsAt, endsAt }) => startsAt <= now + BEFORE_START_MS && endsAt >= now),
      )
  }

  /** Whether a vehicle is on its run as far as anybody can tell: on its way, moving or with a reason to stand. */
  function isServing({ duty, last }: VehicleState, now: number): boolean {
    if (!duty) return false
    if (duty.offSince !== null && last.time - duty.offSince > OFF_ROUTE_GRACE_MS) return false
    const state = states.find(duty.run)
    if (!state || Number.isNaN(state.stillSince)) return true
    const stop = states.stopAt(state)
    const isDue = stop < 0 ? Number.NEGATIVE_INFINITY : schedule.departureAt(duty.run, stop)
    return now - Math.max(state.stillSince, isDue) <= PARKED_MS
  }
}
