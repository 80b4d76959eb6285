import type { Kind } from '../../model/device.ts'
import type { Outcome } from '../outcome.ts'

/** How many devices of a kind there are, and how many of them are overdue or silent, of which no alert tells yet. */
export interface KindSilence {
  readonly kind: Kind
  readonly devices: number
  /** Well beyond what is usual, and not silent yet: what they have in common shows before the first of them counts as silent. */
  readonly overdue: number
  readonly silent: number
}

const OVERDUE_RATIO = 0.2
const OVERDUE_MIN = 3
/** Of a large town: a gateway that serves so many is more than as many devices that fail at once by themselves. */
const OVERDUE_MAX = 50
const FEW_DEVICES = 15
const OVER_RATIO = 0.5

const NOUNS: Readonly<Record<Kind, string>> = {
  bin: 'bins',
  traffic: 'counters',
  display: 'displays',
  vehicle: 'vehicles',
}

/** Whether so many devices of a kind fall silent together that something else is broken; it stays so until half as many do. */
export function isOutage({ devices, overdue, silent }: KindSilence, wasOutage: boolean): boolean {
  const share = devices < FEW_DEVICES ? devices / 2 : OVERDUE_RATIO * devices
  const needed = Math.max(OVERDUE_MIN, Math.min(OVERDUE_MAX, share))
  return overdue + silent >= (wasOutage ? OVER_RATIO * needed : needed)
}

/** One alert for all devices that fell silent together. */
export function judgeOutage(outages: readonly KindSilence[]): Outcome {
  if (outages.length === 0) return 'well'
  // It is one as soon as the first counts as silent.
  if (outages.every(({ silent }) => silent === 0)) return 'unsure'
  const of = outages.map(
    ({ kind, devices, overdue, silent }) => `${overdue + silent} of ${devices} ${NOUNS[kind]}`,
  )
  return {
    severity: 'critical',
    summary: `Nothing is heard of ${of.join(' and ')} since about the same time: a broker, a gateway or the ingest may be down.`,
    detail: Object.fromEntries(
      outages.map(({ kind, overdue, silent }) => [`${NOUNS[kind]}Silent`, overdue + silent]),
    ),
  }
}
