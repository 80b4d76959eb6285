import gtfsRealtime, { type transit_realtime } from 'gtfs-realtime-bindings'
import { isWithin, type Period } from '../../model/period.ts'
import type { ServiceAlert } from '../../model/service-alert.ts'
import { parseTime } from '../../model/time.ts'
import type { Translation } from '../../model/translation.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { Entity } from './feed-message.ts'
import { findStopsWithin } from './stops-within.ts'

const { Alert, TripDescriptor } = gtfsRealtime.transit_realtime
/** Of one alert: stops of a large area beyond it are left out, and the texts have to say it. */
const SELECTORS_MAX = 2_000

/**
 * Those that are told now. What they name that the timetable has not is left out, and an alert that names nothing else is,
 * too; without a timetable all is told as it was entered.
 */
export function createAlertEntities(
  alerts: readonly ServiceAlert[],
  timetable: Timetable | undefined,
  now: number,
): Entity[] {
  return alerts.flatMap((alert) => {
    if (!isWithin(alert.activePeriods, now)) return []
    const informedEntity = listSelectors(alert, timetable)
    return informedEntity.length === 0 ? [] : [{ id: alert.id, alert: formatAlert(alert, informedEntity) }]
  })
}

function formatAlert(
  alert: ServiceAlert,
  informedEntity: transit_realtime.IEntitySelector[],
): transit_realtime.IAlert {
  const periods = alert.activePeriods.map(formatPeriod)
  const { description, url } = alert
  return {
    // In place of active_period, which is deprecated. Who knows only that one takes an alert that is there for active, and
    // it is there only while it is.
    ...(periods.length > 0 && { communicationPeriod: periods, impactPeriod: periods }),
    informedEntity,
    cause: Alert.Cause[alert.cause],
    effect: Alert.Effect[alert.effect],
    severityLevel: Alert.SeverityLevel[alert.severity],
    headerText: formatTexts(alert.header),
    ...(description && { descriptionText: formatTexts(description) }),
    ...(url && { url: formatTexts(url) }),
  }
}

function listSelectors(alert: ServiceAlert, timetable: Timetable | undefined) {
  const selectors = alert.informedEntities.flatMap((entity): transit_realtime.IEntitySelector[] => {
    const { routeId, tripId, serviceDate, stopId, area } = entity
    const isKnown =
      !timetable ||
      ((routeId === undefined || timetable.routes.indexOf.has(routeId)) &&
        (tripId === undefined || timetable.trips.indexOf.has(tripId)) &&
        (stopId === undefined || timetable.stops.indexOf.has(stopId)))
    if (!isKnown) return []
    const selector = {
      ...(routeId !== undefined && tripId === undefined && { routeId }),
      ...(tripId !== undefined && {
        trip: {
          tripId,
          ...(routeId !== undefined && { routeId }),
          ...(serviceDate !== undefined && { startDate: serviceDate }),
          scheduleRelationship: TripDescriptor.ScheduleRelationship.SCHEDULED,
        },
      }),
    }
    if (!area) return [{ ...selector, ...(stopId !== undefined && { stopId }) }]
    return timetable ? findStopsWithin(timetable, area).map((stop) => ({ ...selector, stopId: stop })) : []
  })
  return selectors.slice(0, SELECTORS_MAX)
}

function formatPeriod({ start, end }: Period): transit_realtime.ITimeRange {
  const seconds = (time: string | number): number => Math.floor((parseTime(time) ?? 0) / 1000)
  return { ...(start !== null && { start: seconds(start) }), ...(end !== null && { end: seconds(end) }) }
}

function formatTexts(texts: readonly Translation[]): transit_realtime.ITranslatedString {
  return {
    translation: texts.map(({ language, text }) => ({ text, ...(language !== null && { language }) })),
  }
}
