import type { Timetable } from '../timetable/timetable.ts'
import { createDwellTimes, type DwellTimes } from './dwell-times.ts'
import { createKnownErrors, type KnownErrors } from './known-errors.ts'
import { createLayovers, type Layovers } from './layovers.ts'
import { createLinkStore, type LinkStore } from './link-store.ts'
import { createLinkTimes, type LinkRatio, type LinkTimes } from './link-times.ts'
import { type AgencyHolds, createAgencyHolds } from './stop-holds.ts'
import { unpackLearnt } from './unpack-learnt.ts'

/** All that a predictor has learnt. */
export interface Learnt {
  readonly links: LinkStore
  readonly linkTimes: LinkTimes
  /** By the agencies' ids. */
  readonly holds: Map<string, AgencyHolds>
  readonly dwells: DwellTimes
  readonly layovers: Layovers
  /** Of predictions of a run that is under way, and of one whose vehicle is on the run before. */
  readonly errors: KnownErrors
  readonly errorsBeforeStart: KnownErrors
  /** Whether what happened then is part of it already: who goes on from what was kept is told the last minutes again. */
  isKnown(time: number): boolean
}

/** Nobody is told again what happened longer than this before the newest of what was kept. */
const TOLD_AGAIN_MS = 20 * 60_000

/** `packed` is what `packLearnt` made for this timetable or another; what cannot be read is forgotten. */
export function createLearnt(
  timetable: Timetable,
  { linkRatio, packed }: { readonly linkRatio?: LinkRatio; readonly packed?: Uint8Array },
): Learnt {
  const kept = packed && unpackLearnt(packed)
  const linkTimes = createLinkTimes(linkRatio)
  const keptUntil = kept?.links.reduce((until, { time }) => Math.max(until, time), 0) ?? 0
  if (kept) {
    linkTimes.today.restore(kept.today)
    linkTimes.ofTimetable.restore(kept.ofTimetable)
  }
  const holds = new Map(timetable.agencies.ids.map((id) => [id, createAgencyHolds(kept?.holds.get(id))]))
  return {
    links: createLinkStore(timetable, kept?.links),
    linkTimes,
    holds,
    dwells: createDwellTimes(kept?.dwells),
    layovers: createLayovers(kept?.layovers),
    errors: createKnownErrors(kept?.errors),
    errorsBeforeStart: createKnownErrors(kept?.errorsBeforeStart),
    isKnown: (time) => time <= keptUntil && time > keptUntil - TOLD_AGAIN_MS,
  }
}
