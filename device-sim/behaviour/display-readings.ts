import { formatTime } from '../../model/time.ts'
import type { LocalTime } from './local-time.ts'
import type { Noise } from './noise.ts'
import { reportTimes, type Span, type TimedPayload } from './timed-payload.ts'
import { airTemperatureC, lightLux } from './weather.ts'

const HOUR_MS = 3_600_000
export const DISPLAY_INTERVAL_SECONDS = 3_600
// Faults are drawn for whole shifts of eight hours: a sign that fails stays so until somebody comes.
const SHIFT_HOURS = 8

/** What a stop's display says about itself, hourly. */
export function* displayReadings(
  span: Span,
  { localTime, noise }: { localTime: (time: number) => LocalTime; noise: Noise },
): Generator<TimedPayload> {
  const offsetMs = Math.floor(noise.at('offset', 0) * HOUR_MS)
  const firmware = noise.at('firmware', 0) < 0.8 ? '2.4.1' : '2.3.7'
  for (const time of reportTimes(span, HOUR_MS, offsetMs)) {
    const local = localTime(time)
    const step = Math.floor(time / HOUR_MS)
    const fault = noise.at('fault', Math.floor(step / SHIFT_HOURS))
    const payload = {
      time: formatTime(time),
      sequence: step,
      state: fault < 0.004 ? 'dark' : fault < 0.012 ? 'degraded' : 'ok',
      // The electronics warm their case.
      temperatureC: Math.round((airTemperatureC(local) + 9 + noise.bellAt('temperature', step)) * 10) / 10,
      lightLux: Math.round(lightLux(local) * (0.5 + 0.5 * noise.at('clouds', step))),
      firmware,
    }
    yield { time, sentTime: time, payload }
  }
}
