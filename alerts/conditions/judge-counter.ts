import type { Device } from '../../model/device.ts'
import { nameOf, type Outcome, sayDuration } from '../outcome.ts'

/** What a counter usually counts in an hour of the week, of all lanes. */
export interface UsualHour {
  readonly weeks: number
  readonly mean: number
  readonly least: number
}

/** Since when a counter reads nothing but zero, and up to when it has read; ms since 1970. */
export interface ZeroRun {
  readonly from: number
  readonly to: number
}

const HOUR_MS = 3_600_000
const WEEKS_MIN = 3
/** By chance, nobody passes where so many are expected once in half a billion hours. */
const EXPECTED_MIN = 20

/** A counter that reads zero through hours in which it never did. */
export function judgeCounter(
  counter: Device,
  run: ZeroRun,
  usualAt: (time: number) => UsualHour | undefined,
): Outcome {
  if (run.to <= run.from) return 'well'
  let expected = 0
  for (let hour = Math.floor(run.from / HOUR_MS) * HOUR_MS; hour < run.to; hour += HOUR_MS) {
    const usual = usualAt(hour)
    if (!usual || usual.weeks < WEEKS_MIN || usual.least === 0) continue
    const share = (Math.min(run.to, hour + HOUR_MS) - Math.max(run.from, hour)) / HOUR_MS
    expected += share * usual.mean
  }
  if (expected < EXPECTED_MIN) return 'unsure'
  const zeroSeconds = Math.round((run.to - run.from) / 1000)
  return {
    severity: 'warning',
    summary: `${nameOf(counter)} counts nothing for ${sayDuration(zeroSeconds)}, where it usually counts ${Math.round(expected)}.`,
    detail: { zeroSeconds, expectedCount: Math.round(expected) },
  }
}
