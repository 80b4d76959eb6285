import type { Device } from '../../model/device.ts'
import { type LastValues, lastNumbers } from '../last-values.ts'
import { nameOf, type Outcome, sayDuration } from '../outcome.ts'

const LYING_DEGREES = 45
const UPRIGHT_DEGREES = 30
/** A bin that is being emptied is tilted, too, but not for so long. */
const STANDS_MS = 2 * 3_600_000

/** A bin that lies, by two readings in a row, or by one that nothing has contradicted for two hours. */
export function judgeTilt(bin: Device, values: LastValues, now: number): Outcome {
  const [tilt, before = 0] = lastNumbers(values, 'tiltDegrees').map(Math.abs)
  const last = values.get('tiltDegrees')
  if (tilt === undefined || last === undefined) return 'unsure'
  if (tilt < UPRIGHT_DEGREES) return 'well'
  const isLying = tilt >= LYING_DEGREES && (before >= LYING_DEGREES || now - last.time >= STANDS_MS)
  if (!isLying) return 'unsure'
  const since = before >= LYING_DEGREES ? (last.before?.time ?? last.time) : last.time
  const tiltedSeconds = Math.max(0, Math.round((now - since) / 1000))
  return {
    severity: 'warning',
    summary: `${nameOf(bin)} lies at ${Math.round(tilt)}°, for ${sayDuration(tiltedSeconds)}.`,
    detail: { tiltDegrees: tilt, tiltedSeconds },
  }
}
