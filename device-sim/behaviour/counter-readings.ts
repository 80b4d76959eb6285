import { formatTime } from '../../model/time.ts'
import type { Counter } from '../town/town.ts'
import type { LocalTime } from './local-time.ts'
import type { Noise } from './noise.ts'
import { reportTimes, type Span, type TimedPayload } from './timed-payload.ts'

// Vehicles in each hour of a working day and of a free day, in thousandths of a working day's.
const WORKING_HOURS = [
  7, 4, 3, 4, 9, 24, 52, 76, 72, 54, 50, 52, 55, 56, 58, 66, 78, 84, 66, 48, 34, 24, 16, 8,
]
const FREE_HOURS = [12, 8, 6, 4, 5, 8, 14, 22, 34, 46, 56, 62, 64, 62, 58, 56, 54, 50, 44, 36, 28, 22, 16, 11]
const SHARES = { car: 0.77, van: 0.12, hgv: 0.03, bus: 0.015, motorcycle: 0.015, cycle: 0.05 } as const
// What one vehicle of each lane keeps a detector occupied for, in seconds at 1 km/h: 6 m of vehicle and detector.
const OCCUPIED_SECOND_KPH = 6 * 3.6

/** A counter's readings, one for each lane or direction at the end of every interval. */
export function* counterReadings(
  counter: Counter,
  { from, to }: Span,
  { localTime, noise }: { localTime: (time: number) => LocalTime; noise: Noise },
): Generator<TimedPayload> {
  const intervalMs = counter.intervalSeconds * 1000
  // Sent some seconds after the interval's end, not by all in one moment.
  const offsetMs = Math.floor(noise.at('offset', 0) * 20_000)
  for (const sentTime of reportTimes({ from, to }, intervalMs, offsetMs)) {
    const time = sentTime - offsetMs - intervalMs
    const step = Math.floor(time / intervalMs)
    for (const [index, part] of counter.parts.entries()) {
      yield { time, sentTime, payload: count(time, step, index, part) }
    }
  }

  function count(time: number, step: number, index: number, part: object): Record<string, unknown> {
    const local = localTime(time)
    const isFree = local.weekday === 0 || local.weekday === 6
    const perMille = (isFree ? FREE_HOURS : WORKING_HOURS)[local.hour] as number
    // Mornings go one way and evenings the other.
    const tide = 1 + (index === 0 ? 1 : -1) * 0.22 * Math.sin((2 * Math.PI * (local.hour - 4)) / 24)
    const perHour = (counter.vehiclesPerDay / counter.parts.length) * (perMille / 1000) * tide
    const day = Math.floor(local.asUtc / 86_400_000)
    const expected = perHour * (counter.intervalSeconds / 3600) * (1 + 0.06 * noise.bellAt('day', day))
    const counts = Object.fromEntries(
      Object.entries(SHARES).map(([user, share], userIndex) => {
        const mean = expected * share
        const spread = Math.sqrt(mean) * noise.bellAt(user, step * 8 + index)
        return [
          user,
          Math.max(0, Math.round(mean + spread + (noise.at('round', step + userIndex) - 0.5) * 0.9)),
        ]
      }),
    )
    const total = Object.values(counts).reduce((a, b) => a + b, 0)
    const crowding = Math.min(1, perHour / 900)
    const meanSpeedKph =
      counter.speedLimitKph * (0.96 - 0.3 * crowding ** 2) + 1.3 * noise.bellAt('speed', step * 8 + index)
    const occupiedSeconds = (total * OCCUPIED_SECOND_KPH) / meanSpeedKph
    return {
      time: formatTime(time),
      sequence: step,
      intervalSeconds: counter.intervalSeconds,
      ...part,
      counts,
      ...(total === 0
        ? {}
        : { meanSpeedKph: round1(meanSpeedKph), speed85Kph: round1(meanSpeedKph * 1.14 + 1) }),
      occupancyPercent: round1(Math.min(100, (100 * occupiedSeconds) / counter.intervalSeconds)),
    }
  }
}

function round1(value: number): number {
  return Math.round(value * 10) / 10
}
