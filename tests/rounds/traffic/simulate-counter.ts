import { createRandom } from '../../../model/random.ts'
import { hourOfWeek, localHoursOf } from '../../../rounds/traffic/local-hours.ts'
import {
  createTrafficHistory,
  observeTraffic,
  type TrafficHistory,
} from '../../../rounds/traffic/traffic-history.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const WEEK = 7 * DAY

export interface SimulatedCounter {
  readonly timeZone?: string
  /** Vehicles in a mean hour. */
  readonly mean?: number
  /** Standard deviation of the logarithm of an hour's count. */
  readonly noise?: number
  readonly seed?: number
  /** What an hour's count is multiplied with; NaN where nothing was measured. */
  readonly factorAt?: (time: number) => number
}

/** What a counter with two rush hours on workdays has in an hour, without its noise. */
export function usualCount(time: number, { timeZone = 'UTC', mean = 400 }: SimulatedCounter): number {
  const slot = hourOfWeek(localHoursOf(timeZone)(Math.floor(time / HOUR)))
  const hour = slot % 24
  const isWorkday = slot < 5 * 24
  const bump = (at: number, width: number): number => Math.exp(-(((hour - at) / width) ** 2))
  return (
    mean * (0.1 + (isWorkday ? 2 * bump(8, 2) + 2.2 * bump(17, 2.5) + 0.8 * bump(12, 4) : 1.8 * bump(14, 4)))
  )
}

/** Fast at night, slowest where most drive. */
export function usualSpeed(time: number, counter: SimulatedCounter): number {
  return 60 - (25 * usualCount(time, counter)) / (2.5 * (counter.mean ?? 400))
}

export function simulateCounter(from: number, to: number, counter: SimulatedCounter): TrafficHistory {
  const { noise = 0.05, seed = 1, factorAt = () => 1 } = counter
  const random = createRandom(seed)
  const history = createTrafficHistory()
  for (let time = from; time < to; time += HOUR) {
    // Nearly normal, by the sum of three.
    const deviation = (random() + random() + random() - 1.5) * 2 * noise
    const factor = factorAt(time)
    if (Number.isNaN(factor)) continue
    observeTraffic(history, {
      time,
      intervalSeconds: 3600,
      count: Math.round(usualCount(time, counter) * factor * Math.exp(deviation)),
      meanSpeedKph: usualSpeed(time, counter) * Math.exp(deviation / 2),
    })
  }
  return history
}
