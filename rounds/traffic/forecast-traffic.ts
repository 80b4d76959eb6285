import { createHourlySeries } from './hourly-series.ts'
import { HOUR_MS, hourOfWeek, localHoursOf } from './local-hours.ts'
import { listTrafficHours, type TrafficHistory, type TrafficHour } from './traffic-history.ts'
import { expectOfStranger, findPrior, type TrafficPool } from './traffic-pool.ts'
import { type Expectation, fitWeeklyModel } from './weekly-model.ts'

export interface ForecastSpan {
  /** What ended later than this is not used, though the history may have it. In ms since 1970, as the others. */
  readonly now: number
  /** The hours that begin in `from <= time < to`. */
  readonly from: number
  readonly to: number
  /** Of the place, since its people get up by its clock. */
  readonly timeZone: string
}

/** Of one hour; null where nothing is known to tell it by. The intervals hold 80 %. */
export interface TrafficForecast {
  /** The hour's start, in ms since 1970. */
  readonly time: number
  readonly count: number | null
  readonly countLow: number | null
  readonly countHigh: number | null
  readonly meanSpeedKph: number | null
  readonly meanSpeedKphLow: number | null
  readonly meanSpeedKphHigh: number | null
}

/**
 * Counts and mean speeds by hour, oldest first, from what the counter measured before `now`; a counter of a short history
 * borrows from the pool, and one without any has what others have, with a wide interval.
 */
export function forecastTraffic(
  history: TrafficHistory,
  pool: TrafficPool | undefined,
  { now, from, to, timeZone }: ForecastSpan,
): TrafficForecast[] {
  const localHours = localHoursOf(timeZone)
  const hours = listTrafficHours(history, now)
  const expectCount = learn(hours, 'count', pool?.counts ?? [], localHours)
  const expectSpeed = learn(hours, 'meanSpeedKph', pool?.speedsKph ?? [], localHours)
  const forecasts: TrafficForecast[] = []
  for (let hour = Math.ceil(from / HOUR_MS); hour * HOUR_MS < to; hour++) {
    const count = expectCount(localHours(hour))
    const speed = expectSpeed(localHours(hour))
    forecasts.push({
      time: hour * HOUR_MS,
      count: count?.value ?? null,
      countLow: count?.low ?? null,
      countHigh: count?.high ?? null,
      meanSpeedKph: speed?.value ?? null,
      meanSpeedKphLow: speed?.low ?? null,
      meanSpeedKphHigh: speed?.high ?? null,
    })
  }
  return forecasts
}

function learn(
  hours: readonly TrafficHour[],
  field: 'count' | 'meanSpeedKph',
  members: readonly Float64Array[],
  localHours: (hour: number) => number,
): (localHour: number) => Expectation | undefined {
  const series = createHourlySeries(hours, field, localHours)
  if (series.knownCount === 0) return (localHour) => expectOfStranger(members, hourOfWeek(localHour))
  return fitWeeklyModel(series, findPrior(members, series)).expect
}
