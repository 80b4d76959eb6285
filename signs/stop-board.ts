import type { Departure } from '../model/departure.ts'
import type { ExpectedBoard } from './compare-lines.ts'
import type { StopNotice } from './stop-notice.ts'

/** What a stop's signs should show, as far back as a sign may show what was so a moment ago. */
export interface StopBoard {
  update(departures: readonly Departure[], notices: readonly StopNotice[], now: number): void
  expected(now: number): Pick<ExpectedBoard, 'departures' | 'unsettled' | 'texts'>
}

/** A sign has so long to take over what it was told. */
const SETTLE_MS = 10_000

export function createStopBoard(): StopBoard {
  let departures: readonly Departure[] = []
  let notices: readonly StopNotice[] = []
  let byId = new Map<string, Departure>()
  /** By departure: how it was before, and until when a sign may show it so. */
  const unsettled = new Map<string, { readonly before: Departure; readonly until: number }>()
  let isFirst = true

  return {
    update(next, nextNotices, now) {
      const nextById = new Map(next.map((departure) => [departure.departureId, departure]))
      const until = now + SETTLE_MS
      for (const departure of next) {
        const before = byId.get(departure.departureId)
        if (!before) {
          if (!isFirst) unsettled.set(departure.departureId, { before: departure, until })
        } else if (isShownDifferently(before, departure)) {
          unsettled.set(departure.departureId, { before, until })
        }
      }
      for (const [departureId, before] of byId) {
        if (!nextById.has(departureId)) unsettled.set(departureId, { before, until })
      }
      for (const [departureId, { until: end }] of unsettled) if (end <= now) unsettled.delete(departureId)
      departures = next
      notices = nextNotices
      byId = nextById
      isFirst = false
    },
    expected(now) {
      return {
        departures,
        unsettled: [...unsettled.values()].filter(({ until }) => until > now).map(({ before }) => before),
        texts: notices.flatMap(({ texts }) => texts.map(({ text }) => text)),
      }
    },
  }
}

/** A change of less than half a minute is within what a sign may round. */
function isShownDifferently(a: Departure, b: Departure): boolean {
  if (a.state !== b.state || a.headsign !== b.headsign || a.routeShortName !== b.routeShortName) return true
  const [timeOfA, timeOfB] = [a, b].map((each) => each.expectedDepartureTime ?? each.aimedDepartureTime)
  return Math.abs((timeOfA ?? 0) - (timeOfB ?? 0)) > 30_000
}
