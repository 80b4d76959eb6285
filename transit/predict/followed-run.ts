import type { ProgressStep } from '../progress/trip-progress.ts'
import { serviceDayStart } from '../timetable/service-day-start.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { LinkRecord } from './link-record.ts'
import type { LinkStore } from './link-store.ts'
import { createOwnPace, type OwnPace } from './own-pace.ts'
import { createWeekCells, type WeekCells } from './week-cell.ts'

/** A vehicle that has not gone this far stands at its first stop yet. */
export const BEGUN_M = 60

/** One trip of one service day. */
export interface PredictedRun {
  /** Tells it from every other run. */
  readonly key: string
  /** Of the timetable. */
  readonly trip: number
  /** Such as 20260216. */
  readonly serviceDate: string
  /** What the trip's times in the timetable are to be added to, in ms since 1970. */
  readonly zero: number
}

/** A run, its timetable by stops counted from 0, and what was seen of it. Times are ms since 1970, NaN where unknown. */
export interface FollowedRun {
  readonly run: PredictedRun
  readonly stopCount: number
  readonly cellAt: WeekCells
  readonly agency: string
  vehicleId: string | null
  step: ProgressStep | undefined
  /** Of the last that was seen of it. */
  seenTime: number
  nextStopIndex: number
  /** Since when it has been at its first stop. */
  startSeenTime: number
  readonly arrivals: Float64Array
  readonly departures: Float64Array
  readonly pace: OwnPace
  /** What was predicted of its arrivals, until they are known. */
  readonly pending: PendingForecast[]
}

interface PendingForecast {
  readonly time: number
  readonly firstStopIndex: number
  readonly arrivalTimes: Float64Array
  /** It was said before the run began, while its vehicle was on the one before. */
  readonly isBeforeStart: boolean
}

export interface RunTimes {
  follow(run: PredictedRun): FollowedRun
  aimedArrival(run: PredictedRun, stopIndex: number): number
  aimedDeparture(run: PredictedRun, stopIndex: number): number
  stopAt(run: PredictedRun, stopIndex: number): number
  isTimepoint(run: PredictedRun, stopIndex: number): boolean
  /** The link that ends at a stop, which is not the first. */
  linkTo(run: PredictedRun, stopIndex: number): LinkRecord
  /** By the timetable, from arrival to arrival. */
  linkSeconds(run: PredictedRun, stopIndex: number): number
}

/** What the timetable says of runs. */
export function createRunTimes(timetable: Timetable, links: LinkStore): RunTimes {
  const { trips, stopTimes, routes, agencies, timeZone } = timetable
  return {
    follow,
    aimedArrival: (run, stopIndex) => run.zero + (stopTimes.arrivals[rowOf(run, stopIndex)] ?? 0) * 1000,
    aimedDeparture: (run, stopIndex) => run.zero + (stopTimes.departures[rowOf(run, stopIndex)] ?? 0) * 1000,
    stopAt: (run, stopIndex) => stopTimes.stops[rowOf(run, stopIndex)] ?? -1,
    isTimepoint: (run, stopIndex) => stopTimes.timepoints[rowOf(run, stopIndex)] === 1,
    linkTo(run, stopIndex) {
      const row = rowOf(run, stopIndex)
      return links.get(stopTimes.stops[row - 1] ?? -1, stopTimes.stops[row] ?? -1)
    },
    linkSeconds(run, stopIndex) {
      const row = rowOf(run, stopIndex)
      return (stopTimes.arrivals[row] ?? 0) - (stopTimes.arrivals[row - 1] ?? 0)
    },
  }

  function rowOf({ trip }: PredictedRun, stopIndex: number): number {
    return (trips.firstStopTimes[trip] ?? 0) + stopIndex
  }

  function follow(run: PredictedRun): FollowedRun {
    const stopCount = (trips.firstStopTimes[run.trip + 1] ?? 0) - (trips.firstStopTimes[run.trip] ?? 0)
    return {
      run,
      stopCount,
      cellAt: createWeekCells(run.serviceDate, serviceDayStart(timeZone, run.serviceDate)),
      agency: agencies.ids[routes.agencies[trips.routes[run.trip] ?? -1] ?? -1] ?? '',
      vehicleId: null,
      step: undefined,
      seenTime: Number.NaN,
      nextStopIndex: 0,
      startSeenTime: Number.NaN,
      arrivals: new Float64Array(stopCount).fill(Number.NaN),
      departures: new Float64Array(stopCount).fill(Number.NaN),
      pace: createOwnPace(),
      pending: [],
    }
  }
}
