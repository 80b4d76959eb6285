import type { Entity } from '../../exchange/sensorthings/entity-model.ts'
import type { Scope } from '../../exchange/sensorthings/evaluate.ts'
import { boundTimes } from '../../exchange/sensorthings/narrow-observations.ts'
import type { EntityQuery } from '../../exchange/sensorthings/parse-query.ts'
import type { ObservationPlace } from './observation-place.ts'
import type { SeriesRange, TimeOrder } from './read-series.ts'
import type { SeenTown } from './read-town.ts'

/** Readings of before are in quarantine, and so are those further ahead of their receipt than this. */
const YEAR_2000 = Date.UTC(2000, 0, 1)
const AHEAD_MS = 600_000
const HOUR_MS = 3_600_000

/** Which readings may have Observations that a query asks for: of one device its own, of several those of their kinds. */
export function listRanges(
  { authority, town, scope }: { readonly authority: string; readonly town: SeenTown; readonly scope: Scope },
  datastreams: readonly Entity[],
  { filter }: EntityQuery,
  {
    order,
    place,
    wanted,
  }: { readonly order: TimeOrder; readonly place: ObservationPlace | undefined; readonly wanted: number },
): readonly SeriesRange[] {
  const bounds = boundTimes(filter, scope.now)
  const isForward = order === 'oldestFirst'
  const from = Math.max(bounds.from, YEAR_2000, place && isForward ? place.time : YEAR_2000)
  const until = Math.min(
    bounds.to,
    scope.now + AHEAD_MS,
    place && !isForward ? place.time + 1 : Number.POSITIVE_INFINITY,
  )
  const series = datastreams.map((each) => town.graph.getSeries(each))
  const devices = new Set(series.map(({ device }) => device))
  const [only] = devices
  return [...Map.groupBy(series, ({ kind }) => kind)].flatMap(([kind, ofKind]) => {
    const newest = ofKind.map(({ latest }) => latest.time).sort((a, b) => b - a)
    const to = Math.min(until, town.toldUntil(kind) + 1, (newest[0] ?? 0) + 1)
    if (from >= to) return []
    if (devices.size === 1) return [{ authority, kind, device: only, from, to, spanMs: HOUR_MS }]
    // So many of the newest may be among the wanted that what is before them is not.
    const before = newest.filter((time) => time < to)
    const last = before[Math.min(before.length - 1, wanted)] ?? to - HOUR_MS
    return [{ authority, kind, device: undefined, from, to, spanMs: to - last + 1 }]
  })
}
