import { createRandom } from '../../model/random.ts'
import type { Reading } from '../../model/reading.ts'

const HOUR_MS = 3_600_000

/** Of a bin that fills by so much a day, by day alone and not evenly, is emptied when full, and stands at `level` at `until`. */
export function createFillReadings({
  device,
  until,
  percentPerDay,
  level,
  days = 42,
  hours = 6,
}: {
  readonly device: string
  readonly until: number
  readonly percentPerDay: number
  readonly level: number
  readonly days?: number
  readonly hours?: number
}): Reading[] {
  const random = createRandom([...device].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) >>> 0)
  const readings: Reading[] = []
  // Backwards from what it shows now; before it was empty it was full.
  let filled = level
  for (let time = until; time > until - days * 24 * HOUR_MS; time -= hours * HOUR_MS) {
    readings.push({
      authority: 'alpha',
      kind: 'bin',
      device,
      part: '',
      time,
      receivedTime: time,
      fields: { fillPercent: Math.max(0, Math.min(100, Math.round(filled))) },
    })
    filled -= (percentPerDay * hours * 2 * random()) / 24
    if (filled < 0) filled = 96
  }
  return readings.reverse()
}
