import { type Outcome, sayDuration } from '../outcome.ts'

/** How many readings were accepted and quarantined in a time. */
export interface QuarantineShare {
  readonly seconds: number
  readonly accepted: number
  readonly quarantined: number
}

const QUARANTINED_MIN = 20
const SHARE = 0.02
/** Devices that have always sent nonsense are no news. */
const TIMES_USUAL = 3
const WELL_TIMES_USUAL = 1.5
const WELL_SHARE = 0.01

/** More readings than usual cannot be read: a firmware, a decoder or a calibration may be wrong. */
export function judgeQuarantine(lately: QuarantineShare, usually: QuarantineShare): Outcome {
  const { accepted, quarantined, seconds } = lately
  if (accepted === 0) return 'unsure'
  const share = quarantined / accepted
  const usual = usually.accepted === 0 ? 0 : usually.quarantined / usually.accepted
  if (share <= Math.max(WELL_SHARE, WELL_TIMES_USUAL * usual)) return 'well'
  if (quarantined < QUARANTINED_MIN || share < Math.max(SHARE, TIMES_USUAL * usual)) return 'unsure'
  const [percent, usualPercent] = [share, usual].map((ratio) => Math.round(1000 * ratio) / 10) as [
    number,
    number,
  ]
  return {
    severity: 'warning',
    summary: `${quarantined} of ${accepted} readings of the last ${sayDuration(seconds)} could not be read, ${percent} %; usually ${usualPercent} %.`,
    detail: { quarantined, accepted, quarantinedPercent: percent, usualPercent },
  }
}
