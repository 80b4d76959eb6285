import { localTime } from '../local-time.ts'
import { forecastTraffic } from './forecast-traffic.ts'
import { createHourlySeries } from './hourly-series.ts'
import { HOUR_MS, hourOfWeek, localHoursOf } from './local-hours.ts'
import { listTrafficHours, type TrafficHistory } from './traffic-history.ts'

/** A day of readings: less says nothing of a day's course. */
const HOURS_MIN = 24
/** At night, from the first hour to before the second, whoever drives, drives freely. */
const NIGHT_FROM = 22
const NIGHT_TO = 5
/** A counter whose nights are known less has its free speed from all hours. */
const NIGHT_HOURS_MIN = 20
const FREE_QUANTILE = 0.85
/** Jams are passed in the end, and nobody plans with speeding. */
const RATIO_MIN = 0.15
const RATIO_MAX = 1.1

/** One day by the hour, from midnight to midnight by the place's clock: 23 or 25 hours where that changes. */
export interface DaySlices {
  /** Where the first slice begins, in ms since 1970. */
  readonly startTime: number
  readonly sliceCount: number
}

export interface DayQuestion {
  /** `YYYY-MM-DD`, by the place's clock. */
  readonly date: string
  readonly timeZone: string
  /** Learnt from what ended by then, in ms since 1970. */
  readonly now: number
}

export function sliceDay({ date, timeZone }: DayQuestion): DaySlices {
  const startTime = localTime(date, '00:00', timeZone)
  const tomorrow = new Date(Date.parse(`${date}T00:00:00Z`) + 24 * HOUR_MS).toISOString().slice(0, 10)
  const seconds = (localTime(tomorrow, '00:00', timeZone) - startTime) / 1000
  return { startTime, sliceCount: Math.ceil(seconds / 3600) }
}

/**
 * How fast a counter's road will be driven on a day, by slice: a ratio of its free-flow speed, which is a high quantile of
 * its nights' hours. Undefined where it has told too few speeds.
 */
export function forecastCounterDay(
  history: TrafficHistory,
  question: DayQuestion,
): { readonly ratios: Float64Array; readonly knownHours: number } | undefined {
  const { timeZone, now } = question
  const series = createHourlySeries(listTrafficHours(history, now), 'meanSpeedKph', localHoursOf(timeZone))
  if (series.knownCount < HOURS_MIN) return undefined
  const freeSpeed = findFreeSpeed(series.firstHour, series.values)
  if (!(freeSpeed > 0)) return undefined
  const { startTime, sliceCount } = sliceDay(question)
  // A midnight that is no whole hour of UTC is in the middle of one, whose speed then holds.
  const from = Math.floor(startTime / HOUR_MS) * HOUR_MS
  const forecasts = forecastTraffic(history, undefined, {
    now,
    from,
    to: from + sliceCount * HOUR_MS,
    timeZone,
  })
  const ratios = Float64Array.from(forecasts, ({ meanSpeedKph }) =>
    Math.min(RATIO_MAX, Math.max(RATIO_MIN, (meanSpeedKph ?? freeSpeed) / freeSpeed)),
  )
  return { ratios, knownHours: series.knownCount }
}

/** km/h */
function findFreeSpeed(firstHour: number, values: Float64Array): number {
  const known = (value: number): boolean => !Number.isNaN(value)
  const nights = values.filter((value, index) => known(value) && isNight(hourOfWeek(firstHour + index) % 24))
  const sorted = (nights.length >= NIGHT_HOURS_MIN ? nights : values.filter(known)).sort()
  return sorted[Math.floor(FREE_QUANTILE * sorted.length)] ?? 0
}

function isNight(hour: number): boolean {
  return hour >= NIGHT_FROM || hour < NIGHT_TO
}
