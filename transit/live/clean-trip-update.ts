import { knowNothing, type StopKnowledge } from '../know-nothing.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { OutsideStop, OutsideUpdate } from './read-trip-updates.ts'
import type { RunSchedule } from './run-schedule.ts'
import type { TripRun } from './trip-run.ts'

/**
 * What another operator's update says of each stop of a run, put in order: updates are laid on the run's own stops by their
 * stop_sequence, or by the stop where that is missing or another one's; of two for a stop the later one holds; a delay
 * carries on to the stops that are not told, past skipped ones and up to one with NO_DATA; and no time is before the one
 * before it.
 */
export function cleanTripUpdate(
  { timetable, schedule }: { readonly timetable: Timetable; readonly schedule: RunSchedule },
  run: TripRun,
  update: OutsideUpdate,
  now: number,
): StopKnowledge[] {
  const count = schedule.stopCount(run)
  const told = layOnStops(timetable, schedule, run, update.stops)
  const firstTold = told.findIndex((stop) => stop !== undefined && hasTime(stop))
  const stops: StopKnowledge[] = []
  let delay = firstTold < 0 ? update.delay : null
  let latest = Number.NEGATIVE_INFINITY
  let isUntimed = false
  for (let index = 0; index < count; index += 1) {
    const stop = told[index]
    const [aimedArrival, aimedDeparture] = [schedule.arrivalAt(run, index), schedule.departureAt(run, index)]
    if (stop?.relationship === 'SKIPPED') {
      stops.push({ ...knowNothing('live', false), isSkipped: true })
      continue
    }
    if (stop?.relationship === 'NO_DATA') {
      isUntimed = true
      delay = null
    }
    const arrival = stop && (stop.arrivalTime ?? add(aimedArrival, stop.arrivalDelay))
    const departure = stop && (stop.departureTime ?? add(aimedDeparture, stop.departureDelay))
    if (stop && hasTime(stop)) isUntimed = false
    // What is told of one of the two holds for the other: it stands as long as the timetable has it stand, but not before
    // it has come.
    const arrivalTime =
      arrival ?? (departure == null ? add(aimedArrival, delay) : departure - (aimedDeparture - aimedArrival))
    if (arrivalTime === null || isUntimed) {
      stops.push(knowNothing(isUntimed ? 'noData' : 'timetable', isBehind(index, firstTold, aimedDeparture)))
      continue
    }
    const departureTime = departure ?? arrivalTime + (aimedDeparture - aimedArrival)
    delay = departureTime - aimedDeparture
    const cleanArrival = Math.max(arrivalTime, latest)
    const cleanDeparture = Math.max(departureTime, cleanArrival)
    latest = cleanDeparture
    stops.push({
      ...knowNothing('live'),
      arrivalTime: cleanArrival,
      departureTime: cleanDeparture,
      uncertaintySeconds: stop?.uncertaintySeconds ?? null,
      isPassed: cleanDeparture < now,
    })
  }
  return stops

  /** Stops before the first one that is told are left out where they were passed, and so they are where it is under way. */
  function isBehind(index: number, first: number, aimedDeparture: number): boolean {
    return index < first && (update.vehicleId !== null || aimedDeparture < now)
  }
}

function layOnStops(
  { stops, stopTimes }: Timetable,
  schedule: RunSchedule,
  run: TripRun,
  updates: readonly OutsideStop[],
): (OutsideStop | undefined)[] {
  const count = schedule.stopCount(run)
  const laid = new Array<OutsideStop | undefined>(count).fill(undefined)
  const bySequence = new Map<number, number>()
  for (let index = 0; index < count; index += 1) {
    bySequence.set(stopTimes.sequences[schedule.stopTimeAt(run, index)] ?? -1, index)
  }
  let from = 0
  for (const update of updates) {
    const index = place(update)
    if (index === undefined) continue
    // A loop's first stop is its last one too: without a sequence the next one on the way is meant.
    from = index + 1
    const before = laid[index]
    if (!before || hasTime(update) || !hasTime(before)) laid[index] = update
  }
  return laid

  function place({ stopSequence, stopId }: OutsideStop): number | undefined {
    const index = stopSequence === null ? undefined : bySequence.get(stopSequence)
    if (index !== undefined && (stopId === null || stopIdAt(index) === stopId)) return index
    if (stopId === null) return undefined
    for (let step = 0; step < count; step += 1) {
      const candidate = (from + step) % count
      if (stopIdAt(candidate) === stopId) return candidate
    }
    return undefined
  }

  function stopIdAt(index: number): string | undefined {
    return stops.ids[stopTimes.stops[schedule.stopTimeAt(run, index)] ?? -1]
  }
}

function hasTime(stop: OutsideStop): boolean {
  return (
    stop.relationship === 'SCHEDULED' &&
    (stop.arrivalTime ?? stop.arrivalDelay ?? stop.departureTime ?? stop.departureDelay) !== null
  )
}

function add(time: number, delay: number | null): number | null {
  return delay === null ? null : time + delay
}
