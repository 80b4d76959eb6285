import type { Departure } from '../model/departure.ts'
import { isWithin } from '../model/period.ts'
import type { ServiceAlert } from '../model/service-alert.ts'
import { parseTime } from '../model/time.ts'
import type { StopInput } from '../signs/authority-signs.ts'
import type { StopNotice } from '../signs/stop-notice.ts'
import { listDepartures } from '../transit/feed/list-departures.ts'
import { findStopsWithin } from '../transit/feed/stops-within.ts'
import type { TransitMoment } from '../transit/feed/transit-moment.ts'
import type { TransitView } from './transit-view.ts'

/** What is to be shown at the stops of an authority at one moment. */
export interface StopBoards {
  /** ms since 1970 */
  readonly time: number
  /** Nothing for a stop that the timetable has not. */
  get(stopId: string): StopInput
}

/** Where signs are told from what is to be shown; `find` gives the same object for as long as nothing has changed. */
export interface StopBoardSource {
  /** Undefined where an authority has no timetable. */
  find(authority: string): Promise<StopBoards | undefined>
  onChange(authority: string, listener: () => void): () => void
}

/** A day ahead, as T047 recommends, and more departures than signs are told of: what is not among them has departed. */
const DEPARTURES = { aheadMs: 24 * 3_600_000, limit: 80 }
/** Signs are told of the timetable for an hour; of more than 80 that left within it, the last. */
const DEPARTED = { backMs: 3_600_000, limit: 80 }

export function createStopBoards(view: TransitView): StopBoardSource {
  const boards = new WeakMap<TransitMoment, StopBoards>()
  return {
    async find(authority) {
      const moment = await view.findMoment(authority)
      if (!moment) return undefined
      let found = boards.get(moment)
      if (!found) {
        found = boardsOf(moment)
        boards.set(moment, found)
      }
      return found
    },
    onChange: view.onChange,
  }
}

const NOTHING: StopInput = { departures: [], notices: [] }

function boardsOf(moment: TransitMoment): StopBoards {
  const { timetable, time, alerts } = moment
  const active = alerts.filter(({ activePeriods }) => isWithin(activePeriods, time))
  const stopsOfAreas = new Map<object, ReadonlySet<string>>()
  for (const { area } of active.flatMap(({ informedEntities }) => informedEntities)) {
    if (area) stopsOfAreas.set(area, new Set(findStopsWithin(timetable, area)))
  }
  return {
    time,
    get(stopId) {
      const stop = timetable.stops.indexOf.get(stopId)
      if (stop === undefined) return NOTHING
      const { aheadMs, limit } = DEPARTURES
      const departures = listDepartures(moment, { stop, from: time, until: time + aheadMs, limit }).map(
        ({ departure }) => departure,
      )
      const parent = timetable.stops.ids[timetable.stops.parents[stop] ?? -1]
      const isOfStop = (entity: InformedEntity): boolean =>
        entity.area
          ? stopsOfAreas.get(entity.area)?.has(stopId) === true
          : entity.stopId === undefined || entity.stopId === stopId || entity.stopId === parent
      return {
        departures,
        notices: active.flatMap((alert) => listNotices(alert, departures, isOfStop, time)),
        listDeparted: () =>
          listDepartures(moment, { stop, from: time - DEPARTED.backMs, until: time, limit: Infinity })
            .slice(-DEPARTED.limit)
            .map(({ departure }) => departure.departureId),
      }
    },
  }
}

type InformedEntity = ServiceAlert['informedEntities'][number]

/** An alert for a stop, or a route that leaves from it, is one notice; of single trips, one for each of their departures. */
function listNotices(
  alert: ServiceAlert,
  departures: readonly Departure[],
  isOfStop: (entity: InformedEntity) => boolean,
  now: number,
): StopNotice[] {
  const entities = alert.informedEntities.filter(isOfStop)
  const isOfAll = entities.some(
    ({ tripId, routeId }) =>
      tripId === undefined &&
      (routeId === undefined || departures.some((departure) => departure.routeId === routeId)),
  )
  if (isOfAll) return [noticeOf(alert, null, now)]
  const tripIds = new Set(entities.map(({ tripId }) => tripId))
  return departures
    .filter(({ tripId }) => tripIds.has(tripId))
    .map(({ departureId }) => noticeOf(alert, departureId, now))
}

function noticeOf(alert: ServiceAlert, departureId: string | null, now: number): StopNotice {
  const { id, header, severity, effect, activePeriods } = alert
  const period = activePeriods.find((candidate) => isWithin([candidate], now))
  return {
    id,
    texts: header.map(({ language, text }) => ({ language: language ?? 'en', text })),
    startTime: period?.start == null ? null : (parseTime(period.start) ?? null),
    endTime: period?.end == null ? null : (parseTime(period.end) ?? null),
    // An emergency takes the place of the departures: only where there are none to hide.
    isEmergency: severity === 'SEVERE' && effect === 'NO_SERVICE',
    departureId,
  }
}
