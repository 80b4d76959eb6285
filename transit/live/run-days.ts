import { listTripsOn } from '../timetable/list-trips-on.ts'
import { localServiceDate, serviceDayStart, shiftServiceDate } from '../timetable/service-day-start.ts'
import type { Timetable } from '../timetable/timetable.ts'
import { createTripRun, type TripRun } from './trip-run.ts'

/** Service days kept in memory: those around now, and one that a late reading may ask for. */
const DAYS_MAX = 5
/** Runs of one trip that repeats by a headway, a day: more than any line has, and a limit to a headway of a second. */
const REPEATS_MAX = 2_000
const HOUR_MS = 3_600_000
const QUARTER_MS = HOUR_MS / 4

/** All that runs on a service date. */
export interface RunDay {
  readonly date: string
  readonly byTrip: ReadonlyMap<number, readonly TripRun[]>
  /** In the order of their starts. */
  readonly byRoute: ReadonlyMap<number, readonly TripRun[]>
  readonly byBlock: ReadonlyMap<number, readonly TripRun[]>
  readonly runs: readonly TripRun[]
}

export interface RunDays {
  on(date: string): RunDay
  /** Those whose runs may be under way: yesterday's pass midnight, and tomorrow's first ones are waited for. */
  around(time: number): readonly RunDay[]
  /** The runs of a trip that may be under way at a time, whatever their date. */
  listAround(trip: number, time: number): readonly TripRun[]
  /** What its vehicle does after a run, by the block; undefined where it is told nowhere. */
  findNext(run: TripRun): TripRun | undefined
}

export function createRunDays(timetable: Timetable): RunDays {
  const { timeZone } = timetable
  const days = new Map<string, RunDay>()
  // Asked for each reading: zones are whole quarters of an hour apart, so one answer serves a quarter.
  let quarter = Number.NaN
  let daysAround: readonly RunDay[] = []
  return { on, around, listAround, findNext }

  function on(date: string): RunDay {
    let day = days.get(date)
    if (!day) {
      day = createRunDay(timetable, date, serviceDayStart(timeZone, date))
      const [oldest] = days.keys()
      if (days.size >= DAYS_MAX && oldest !== undefined) days.delete(oldest)
    } else {
      days.delete(date)
    }
    // The one that was used last is the last to go.
    days.set(date, day)
    return day
  }

  function around(time: number): readonly RunDay[] {
    const now = Math.floor(time / QUARTER_MS)
    if (now !== quarter) {
      quarter = now
      const today = localServiceDate(timeZone, time)
      const tomorrow = localServiceDate(timeZone, time + HOUR_MS)
      daysAround = [shiftServiceDate(today, -1), today, ...(tomorrow === today ? [] : [tomorrow])].map(on)
    }
    return daysAround
  }

  function listAround(trip: number, time: number): readonly TripRun[] {
    return around(time).flatMap((day) => day.byTrip.get(trip) ?? [])
  }

  function findNext(run: TripRun): TripRun | undefined {
    const block = timetable.trips.blocks[run.trip] ?? -1
    if (block < 0) return undefined
    const runs = on(run.serviceDate).byBlock.get(block) ?? []
    return runs[runs.findIndex(({ key }) => key === run.key) + 1]
  }
}

function createRunDay(timetable: Timetable, date: string, dayStart: number): RunDay {
  const { trips, frequencies } = timetable
  const runs: TripRun[] = []
  for (const trip of listTripsOn(timetable, date)) {
    const repeated = frequencies.get(trip)
    const starts = repeated ? listStarts(repeated) : [undefined]
    for (const start of starts) {
      const run = createTripRun(timetable, trip, date, dayStart, start)
      if (run) runs.push(run)
    }
  }
  runs.sort((a, b) => a.startsAt - b.startsAt)
  return {
    date,
    runs,
    byTrip: Map.groupBy(runs, ({ trip }) => trip),
    byRoute: Map.groupBy(runs, ({ trip }) => trips.routes[trip] ?? -1),
    byBlock: Map.groupBy(
      runs.filter(({ trip }) => (trips.blocks[trip] ?? -1) >= 0),
      ({ trip }) => trips.blocks[trip] ?? -1,
    ),
  }
}

function listStarts(
  frequencies: readonly { startTime: number; endTime: number; headwaySeconds: number }[],
): number[] {
  const starts: number[] = []
  for (const { startTime, endTime, headwaySeconds } of frequencies) {
    const step = Math.max(1, headwaySeconds)
    for (let start = startTime; start < endTime && starts.length < REPEATS_MAX; start += step)
      starts.push(start)
  }
  return starts
}
