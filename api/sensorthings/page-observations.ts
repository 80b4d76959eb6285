import type { Entity } from '../../exchange/sensorthings/entity-model.ts'
import { matchesFilter, type Scope } from '../../exchange/sensorthings/evaluate.ts'
import { mayHaveObservations } from '../../exchange/sensorthings/narrow-observations.ts'
import type { EntityQuery } from '../../exchange/sensorthings/parse-query.ts'
import { readOrder } from '../../exchange/sensorthings/read-order.ts'
import { selectEntities } from '../../exchange/sensorthings/select-entities.ts'
import type { Reading } from '../../model/reading.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import { listRanges } from './list-ranges.ts'
import { compareObservations, type ObservationPlace, readToken, writeToken } from './observation-place.ts'
import { compareTexts, readSeries, type TimeOrder } from './read-series.ts'
import type { SeenTown } from './read-town.ts'
import { type ReadingBudget, refuseTooMany } from './reading-budget.ts'

export interface ObservationContext {
  readonly authority: string
  readonly store: ReadingStore
  readonly town: SeenTown
  readonly scope: Scope
  readonly budget: ReadingBudget
}

export interface ObservationPage {
  readonly entities: readonly Entity[]
  readonly count?: number | undefined
  /** Where the next page begins: behind this place, or behind so many; undefined where there is none. */
  readonly next?: { readonly $skiptoken: string } | { readonly $skip: number } | undefined
}

/**
 * The page of Datastreams' Observations that a query asks for, by default the oldest first; `after` is the `$skiptoken` of the page
 * before. Where a page takes too much to look through, it is shorter, and the next one goes on from there.
 */
export async function pageObservations(
  context: ObservationContext,
  datastreams: readonly Entity[],
  query: EntityQuery,
  after?: string,
): Promise<ObservationPage> {
  const { scope } = context
  const candidates = datastreams.filter((each) => mayHaveObservations(query.filter, each, scope))
  const count = query.isCounted ? (await listAll(context, candidates, query, '$count')).length : undefined
  if (query.top === 0 || candidates.length === 0) return { entities: [], count }
  const order = readOrder(query.orderings) ?? 'oldestFirst'
  if (order !== 'sorted')
    return { ...(await pageByTime(context, candidates, query, { order, after })), count }
  // In an order that no store has, they all have to be at hand.
  const all = await listAll(context, candidates, query, '$orderby')
  const { page, hasMore } = selectEntities(all, { ...query, filter: undefined }, scope)
  return { entities: page, count, next: hasMore ? { $skip: query.skip + query.top } : undefined }
}

async function pageByTime(
  context: ObservationContext,
  datastreams: readonly Entity[],
  query: EntityQuery,
  { order, after }: { readonly order: TimeOrder; readonly after: string | undefined },
): Promise<ObservationPage> {
  const place = readToken(after)
  const [datastream] = datastreams
  const isLatestAlone = order === 'newestFirst' && query.top === 1 && datastreams.length === 1
  if (isLatestAlone && datastream && query.skip === 0 && !query.filter && !place) {
    const { graph } = context.town
    const { latest, device, part, field } = graph.getSeries(datastream)
    const newest = { time: latest.time, device, part, field }
    return {
      entities: [graph.observe(datastream, latest) ?? []].flat(),
      next: { $skiptoken: writeToken(newest) },
    }
  }
  const entities: Entity[] = []
  let toSkip = query.skip
  let last: ObservationPlace | undefined
  let hasMore = false
  const lookedUntil = await observe(context, datastreams, query, { order, place }, (entity, own) => {
    if (toSkip > 0) toSkip -= 1
    else if (entities.length === query.top) hasMore = true
    else {
      entities.push(entity)
      last = own
    }
    return !hasMore
  })
  if (hasMore) return { entities, next: last && { $skiptoken: writeToken(last) } }
  if (lookedUntil && toSkip > 0) throw refuseTooMany('$skip')
  return { entities, next: lookedUntil && { $skiptoken: writeToken(lookedUntil) } }
}

/** All that a filter lets through; rejects with INVALID_REQUEST of an option where that is too many to look through. */
async function listAll(
  context: ObservationContext,
  datastreams: readonly Entity[],
  query: EntityQuery,
  option: string,
): Promise<readonly Entity[]> {
  const all: Entity[] = []
  const whole = { order: 'oldestFirst', place: undefined } as const
  if (await hasTooMany(context, datastreams, query)) throw refuseTooMany(option)
  const wanted = { ...query, top: 5_000 }
  const lookedUntil = await observe(context, datastreams, wanted, whole, (entity) => all.push(entity) > 0)
  if (lookedUntil) throw refuseTooMany(option)
  return all
}

/** As far as the store can tell without a look at each: it counts those of a kind, not of a device. */
async function hasTooMany(
  context: ObservationContext,
  datastreams: readonly Entity[],
  query: EntityQuery,
): Promise<boolean> {
  const whole = { order: 'oldestFirst', place: undefined, wanted: 0 } as const
  const ranges = listRanges(context, datastreams, query, whole).filter(({ device }) => device === undefined)
  const counts = await Promise.all(
    ranges.map(({ authority, kind, from, to }) => {
      context.budget.spendQuestion()
      return context.store.countReadings({ authority, kind, from, to })
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0) > context.budget.readings
}

/**
 * Hands over the Observations that a filter lets through, until it is told that they are enough. Resolves with where it stopped for
 * having looked through as much as one answer may; undefined where it did not.
 */
async function observe(
  { authority, store, budget, town, scope }: ObservationContext,
  datastreams: readonly Entity[],
  query: EntityQuery,
  { order, place }: { readonly order: TimeOrder; readonly place: ObservationPlace | undefined },
  take: (entity: Entity, place: ObservationPlace) => boolean,
): Promise<ObservationPlace | undefined> {
  const { graph } = town
  const bySource = Map.groupBy(datastreams, (each) => sourceOf(graph.getSeries(each)))
  const isForward = order === 'oldestFirst'
  const sign = isForward ? 1 : -1
  const sorted = new Map(
    [...bySource].map(([source, series]) => [
      source,
      series.toSorted((a, b) => sign * compareTexts(graph.getSeries(a).field, graph.getSeries(b).field)),
    ]),
  )
  // A device may have other parts, which its readings are read among.
  const wanted = (query.skip + query.top + 1) * 2
  const ranges = listRanges({ authority, town, scope }, datastreams, query, { order, place, wanted })
  for await (const readings of readSeries(store, budget, ranges, { order, wanted })) {
    for (const reading of readings) if (!takeReading(reading)) return undefined
    const last = readings.at(-1)
    if (budget.readings > 0 || !last) continue
    const { time, device, part } = last
    // What stands behind all fields of a reading in one order stands before them in the other.
    return { time, device, part, field: isForward ? BEHIND_ALL : '' }
  }
  return undefined

  function takeReading(reading: Reading): boolean {
    const { time, device, part } = reading
    const series = sorted.get(sourceOf(reading))
    const shown = series && town.findReading(reading)
    if (!series || !shown) return true
    for (const datastream of series) {
      const own: ObservationPlace = { time, device, part, field: graph.getSeries(datastream).field }
      if (place && sign * compareObservations(own, place) <= 0) continue
      const entity = graph.observe(datastream, shown)
      if (!entity || (query.filter && !matchesFilter(query.filter, entity, scope))) continue
      if (!take(entity, own)) return false
    }
    return true
  }
}

const BEHIND_ALL = '~'

function sourceOf({ device, part }: { readonly device: string; readonly part: string }): string {
  return `${device} ${part}`
}
