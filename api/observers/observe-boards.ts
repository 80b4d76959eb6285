import { DEPARTURE_STATES, type DepartureState } from '../../model/departure.ts'
import type { Observation } from '../../model/observation.ts'
import { listDepartures } from '../../transit/feed/list-departures.ts'
import type { TransitMoment } from '../../transit/feed/transit-moment.ts'
import { takeTurns } from '../take-turns.ts'
import type { TransitView } from '../transit-view.ts'
import { MINUTE_MS, type Observer } from './observer.ts'

const AHEAD_MS = 3_600_000
/** Of a region with more stops, those that its timetable names first. */
const STOPS_MAX = 5_000
/** Where vehicles stop; the others are stations, entrances and the like. */
const STOP_TYPE = 0

/** What leaves each stop within the hour, and what that rests on. */
export function observeBoards({ view }: { readonly view: TransitView }): Observer {
  return {
    subject: 'board',
    everyMs: MINUTE_MS,
    async observe({ id }, time) {
      const moment = await view.findMoment(id)
      return moment ? takeTurns(lookAtStops(moment, time)) : []
    },
  }
}

function* lookAtStops(moment: TransitMoment, time: number): Generator<void, Observation<'board'>[]> {
  const { stops } = moment.timetable
  const rows: Observation<'board'>[] = []
  let looked = 0
  for (let stop = 0; stop < stops.count && looked < STOPS_MAX; stop += 1) {
    if (stops.locationTypes[stop] !== STOP_TYPE) continue
    looked += 1
    const fields = countDepartures(moment, stop)
    if (fields.departures > 0) {
      rows.push({ measurement: 'board', time, tags: { stop: stops.ids[stop] as string }, fields })
    }
    yield
  }
  return rows
}

function countDepartures(moment: TransitMoment, stop: number) {
  const counts = Object.fromEntries(DEPARTURE_STATES.map((state) => [state, 0])) as Record<
    DepartureState,
    number
  >
  const found = listDepartures(moment, {
    stop,
    from: moment.time,
    until: moment.time + AHEAD_MS,
    limit: Number.POSITIVE_INFINITY,
  })
  for (const { departure } of found) counts[departure.state] += 1
  return { departures: found.length, ...counts }
}
