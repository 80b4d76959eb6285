import type { KeptAgency } from './kept-learning.ts'
import type { LinkRecord } from './link-record.ts'
import { createRecentValues, type RecentValues } from './recent-values.ts'

/** Of a bus that is early by less it cannot be told whether it waited. */
const LEAD_MIN_MS = 120_000
/** Buses lay over near their first stop: often behind it, by the next ones. */
const START_LINKS = 3
/** At the first stop nearly every bus waits, and soon after it many; elsewhere most do not, until it is seen. */
const FIRST_PRIOR = 1
const START_PRIOR = 0.9
/** What an agency's other links show weighs as so many traversals of a link; the prior as so many of an agency's. */
const AGENCY_WEIGHT = 8
const PRIOR_WEIGHT = 20
/** A link's older traversals weigh less by this factor each, an agency's by the other. */
const LINK_KEEP = 0.95
const AGENCY_KEEP = 0.99
/** Buses wait on a link where they waited off so much of their lead in the mean: less is driving slowly. */
const HOLDS_FROM = 0.6
/** A share of the lead from which a bus was waiting for the timetable, so that its lateness shows how it leaves. */
const WAITED_FROM = 0.7
/** One that was early and ends up no later than this has waited: a jam would hardly take up just its lead. */
const PUNCTUAL_SECONDS = 180
const LATENESS_MIN_SECONDS = -60
const LATENESS_MAX_SECONDS = 600
const LATENESS_KEPT = 200
/** Fewer say nothing of how much longer one that stands will stand. */
const LATENESS_COUNT_MIN = 3
/** Of those that stood as long as this one, so many have left by the time that is said: a bit early, as buses are missed. */
const LEFT_SHARE = 0.35

export const HOLD_CLASSES = ['first', 'start', 'timepoint', 'other'] as const
type HoldClass = (typeof HOLD_CLASSES)[number]
const PRIORS: Readonly<Record<HoldClass, number>> = {
  first: FIRST_PRIOR,
  start: START_PRIOR,
  timepoint: 0,
  other: 0,
}

/** Of one agency: decayed sums of held shares and their number by class of link, and how late those left that had waited. */
export interface AgencyHolds {
  readonly ratios: Record<HoldClass, number>
  readonly weights: Record<HoldClass, number>
  readonly lateness: RecentValues
}

export function createAgencyHolds(kept?: KeptAgency): AgencyHolds {
  const ratios = { ...PRIORS }
  const weights = { ...PRIORS }
  for (const [index, kind] of HOLD_CLASSES.entries()) {
    ratios[kind] = kept?.ratios[index] ?? PRIORS[kind] * PRIOR_WEIGHT
    weights[kind] = kept?.weights[index] ?? PRIOR_WEIGHT
  }
  return { ratios, weights, lateness: createRecentValues(LATENESS_KEPT, kept?.lateness) }
}

/** `stopIndex` is the link's second stop; `isTimepoint` tells of its first. */
export interface HoldPlace {
  readonly record: LinkRecord
  readonly stopIndex: number
  readonly isTimepoint: boolean
}

/** Whether early buses wait on a link for the timetable, as they did before. */
export function isHeld({ ratios, weights }: AgencyHolds, place: HoldPlace): boolean {
  const kind = classOf(place)
  const { record } = place
  const ofAgency = ratios[kind] / weights[kind]
  const ratio = (record.heldRatios + ofAgency * AGENCY_WEIGHT) / (record.heldWeight + AGENCY_WEIGHT)
  return ratio >= HOLDS_FROM
}

/** Learns from a bus that went the link: when it came to its stops and should have come to the second, and what it takes. True where it waited. */
export function learnHold(
  agency: AgencyHolds,
  place: HoldPlace,
  { cameTime, toTime, aimedTime, expectedMs }: HoldTraversal,
): boolean {
  const leadMs = aimedTime - (cameTime + expectedMs)
  if (leadMs < LEAD_MIN_MS) return false
  const ratio = Math.max(0, Math.min(1, (toTime - cameTime - expectedMs) / leadMs))
  const { record } = place
  record.heldRatios = record.heldRatios * LINK_KEEP + ratio
  record.heldWeight = record.heldWeight * LINK_KEEP + 1
  const kind = classOf(place)
  agency.ratios[kind] = agency.ratios[kind] * AGENCY_KEEP + ratio
  agency.weights[kind] = agency.weights[kind] * AGENCY_KEEP + 1
  if (ratio < WAITED_FROM) return false
  const lateness = (toTime - aimedTime) / 1000
  agency.lateness.add(Math.max(LATENESS_MIN_SECONDS, Math.min(LATENESS_MAX_SECONDS, lateness)))
  return lateness <= PUNCTUAL_SECONDS
}

export interface HoldTraversal {
  /** Times in ms since 1970. */
  readonly cameTime: number
  readonly toTime: number
  readonly aimedTime: number
  readonly expectedMs: number
}

/**
 * How late, in seconds, a bus that still stands and would be this late if it left now will be: by those that left later than
 * that. NaN where too few did.
 */
export function foreseeLateness({ lateness }: AgencyHolds, latenessNowSeconds: number): number {
  return lateness.quantileAbove(latenessNowSeconds, LEFT_SHARE, LATENESS_COUNT_MIN)
}

function classOf({ stopIndex, isTimepoint }: HoldPlace): HoldClass {
  if (stopIndex === 1) return 'first'
  if (stopIndex <= START_LINKS) return 'start'
  return isTimepoint ? 'timepoint' : 'other'
}
