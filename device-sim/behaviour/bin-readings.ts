import { formatTime } from '../../model/time.ts'
import type { Bin } from '../town/town.ts'
import type { LocalTime } from './local-time.ts'
import type { Noise } from './noise.ts'
import { reportTimes, type Span, type TimedPayload } from './timed-payload.ts'
import { airTemperatureC } from './weather.ts'

const HOUR_MS = 3_600_000
export const BIN_INTERVAL_SECONDS = 3_600
// The longest time between two collections of any bin, with one of them missed.
const LOOK_BACK_MS = 8 * 24 * HOUR_MS
const MISSED_RATIO = 0.03

// How much is thrown away in each hour of a day, relative to each other.
const CENTRE_HOURS = [2, 1, 1, 0, 0, 1, 2, 4, 6, 6, 7, 9, 12, 13, 11, 9, 9, 10, 10, 9, 8, 7, 5, 3]
const HOMES_HOURS = [1, 0, 0, 0, 0, 1, 5, 9, 7, 4, 4, 4, 6, 6, 4, 4, 6, 9, 11, 11, 9, 6, 3, 2]
// Sunday first.
const CENTRE_DAYS = [0.8, 0.85, 0.9, 0.95, 1.05, 1.25, 1.5]
const HOMES_DAYS = [1.35, 0.95, 0.85, 0.85, 0.9, 0.95, 1.2]

/** Whether somebody comes to empty a bin that stands at a level at an hour, which does not always succeed. */
export type Collects = (bin: Bin, local: LocalTime, levelPercent: number) => boolean

/** A bin's hourly readings: it fills by its surroundings' habits and is emptied on its days, though not always. */
export function* binReadings(
  bin: Bin,
  { from, to }: Span,
  {
    localTime,
    noise,
    collects = collectsOnItsDay,
  }: { localTime: (time: number) => LocalTime; noise: Noise; collects?: Collects },
): Generator<TimedPayload> {
  const isCentre = bin.surroundings === 'centre'
  const [hours, days] = isCentre ? [CENTRE_HOURS, CENTRE_DAYS] : [HOMES_HOURS, HOMES_DAYS]
  const weekWeight = hours.reduce((a, b) => a + b, 0) * days.reduce((a, b) => a + b, 0)
  const offsetMs = Math.floor(noise.at('offset', 0) * HOUR_MS)
  let level = 0
  for (const time of reportTimes({ from: from - LOOK_BACK_MS, to }, HOUR_MS, offsetMs)) {
    const local = localTime(time)
    const step = Math.floor(time / HOUR_MS)
    const weight = (hours[local.hour] as number) * (days[local.weekday] as number)
    level += (bin.fillPercentPerWeek * weight * (0.3 + 1.4 * noise.at('fill', step))) / weekWeight
    const isCollected = collects(bin, local, level) && noise.at('missed', step) >= MISSED_RATIO
    if (isCollected) level = 3 * noise.at('rest', step)
    level = Math.min(level, 104)
    if (time < from) continue
    yield { time, sentTime: time, payload: measure(time, local, step) }
  }

  function measure(time: number, local: LocalTime, step: number): Record<string, unknown> {
    const temperatureC = airTemperatureC(local) + 0.06 * level + noise.bellAt('temperature', step)
    return {
      time: formatTime(time),
      // Hours since 1970 count on through every restart of the simulator.
      sequence: step,
      ...levelFields(step),
      temperatureC: Math.round(temperatureC * 10) / 10,
      batteryPercent: batteryPercent(step),
      tiltDegrees: tiltDegrees(step),
    }
  }

  function levelFields(step: number): Record<string, number> {
    if (!bin.calibration) {
      return { fillPercent: Math.round(Math.max(0, Math.min(100, level + noise.bellAt('level', step)))) }
    }
    const { emptyDistanceMm, fullDistanceMm } = bin.calibration
    const distance = emptyDistanceMm - ((emptyDistanceMm - fullDistanceMm) * level) / 100
    return { distanceMm: Math.round(distance + 8 * noise.bellAt('level', step)) }
  }

  /** No pavement is quite level, and a bin is pushed about a little. */
  function tiltDegrees(step: number): number {
    return Math.round(Math.abs(4 * noise.at('stand', 0) + 0.3 * noise.bellAt('tilt', step)) * 10) / 10
  }

  /** A battery lasts some two years and is then changed. */
  function batteryPercent(step: number): number {
    const ageHours = (step + Math.floor(noise.at('battery', 0) * 17_500)) % 17_500
    return Math.round(100 - (ageHours / 17_500) * 85)
  }
}

function collectsOnItsDay(
  { collectionHour, collectionWeekdays }: Bin,
  { hour, weekday }: LocalTime,
): boolean {
  return hour === collectionHour && collectionWeekdays.includes(weekday)
}
