import { type Api, pathOf } from '../../api.ts'
import { keepFresh } from '../../keep-fresh.ts'

/** What is on the map, by the API's names. */
export const LAYERS = ['bins', 'counters', 'vehicles', 'displays', 'stops'] as const
export type Layer = (typeof LAYERS)[number]

/** A device or a stop as the map shows it. */
export interface Thing {
  readonly id: string
  readonly layer: Layer
  readonly name: string
  /** [longitude, latitude]; undefined where the place is not known. */
  readonly position: readonly [number, number] | undefined
  /** Of its latest reading, in ms since 1970; undefined where there is none. */
  readonly time: number | undefined
  readonly isSilent: boolean
  /** As in the API's GeoJSON. */
  readonly properties: Readonly<Record<string, unknown>>
}

interface Feature {
  readonly id: string
  readonly geometry: { readonly coordinates: readonly [number, number] } | null
  readonly properties: Readonly<Record<string, unknown>> & {
    readonly name: string | null
    readonly time?: string | null
    readonly ageSeconds?: number | null
    readonly isSilent?: boolean
  }
}
interface FeatureCollection {
  readonly features: readonly Feature[]
}

export interface LiveTown {
  list(layer: Layer): Iterable<Thing>
  find(layer: Layer, id: string): Thing | undefined
  /** The time at the server, in ms since 1970, as far as it is known. */
  now(): number
  close(): void
}

/** Between two looks at what is new, and at all that there is: only that shows what fell silent. */
const NEW_SECONDS: Readonly<Record<Layer, number>> = {
  bins: 4,
  counters: 8,
  vehicles: 2,
  displays: 8,
  stops: 600,
}
const ALL_MS = 60_000
/** What is stored some seconds after it was received is seen too. */
const OVERLAP_MS = 15_000

/**
 * Keeps up with the layers: all of a layer at first and each minute, in between only what is new. `onChange` is told of what
 * changed, all at first.
 */
export function followTown(
  api: Api,
  layers: readonly Layer[],
  {
    onChange,
    onError,
  }: {
    onChange: (layer: Layer, changed: readonly Thing[], isAll: boolean) => void
    onError: (error: unknown) => void
  },
): LiveTown {
  const things = new Map<Layer, Map<string, Thing>>(layers.map((layer) => [layer, new Map()]))
  /** What the server's clock is ahead of this one's. */
  let aheadMs = 0
  const now = (): number => Date.now() + aheadMs
  const ends = layers.map((layer) => follow(layer))
  return {
    list: (layer) => things.get(layer)?.values() ?? [],
    find: (layer, id) => things.get(layer)?.get(id),
    now,
    close() {
      for (const end of ends) end()
    },
  }

  function follow(layer: Layer): () => void {
    let etag: string | null = null
    let allAt = Number.NEGATIVE_INFINITY
    let seenUntil = 0
    return keepFresh(load, { seconds: NEW_SECONDS[layer], onError })

    async function load(signal: AbortSignal): Promise<void> {
      const isAll = layer === 'stops' || performance.now() - allAt > ALL_MS || seenUntil === 0
      const path = isAll ? layer : pathOf`${layer}?receivedAfter=${seenUntil - OVERLAP_MS}`
      const answered = await api.getIfChanged<FeatureCollection>(path, isAll ? etag : null, signal)
      if (isAll) allAt = performance.now()
      if (!answered) return
      if (isAll) etag = answered.etag
      const { features } = answered.value
      seenUntil = Math.max(seenUntil, readServerTime(features))
      take(layer, features, isAll)
    }
  }

  function take(layer: Layer, features: readonly Feature[], isAll: boolean): void {
    const known = things.get(layer) as Map<string, Thing>
    const read = features.map((feature) => readThing(layer, feature))
    const changed = read.filter((thing) => isNews(known.get(thing.id), thing))
    const ids = new Set(read.map(({ id }) => id))
    const hasGone = isAll && [...known.keys()].some((id) => !ids.has(id))
    if (hasGone) known.clear()
    for (const thing of read) known.set(thing.id, thing)
    const isFirst = changed.length === known.size
    if (hasGone || isFirst || changed.length > 0)
      onChange(layer, hasGone ? read : changed, hasGone || isFirst)
  }

  /** An age says when the answer was written; the newest reading says it best. */
  function readServerTime(features: readonly Feature[]): number {
    let latest = 0
    for (const { properties } of features) {
      if (typeof properties.time !== 'string' || typeof properties.ageSeconds !== 'number') continue
      latest = Math.max(latest, Date.parse(properties.time) + properties.ageSeconds * 1000)
    }
    if (latest > 0) aheadMs = latest - Date.now()
    return latest
  }
}

function readThing(layer: Layer, { id, geometry, properties }: Feature): Thing {
  return {
    id,
    layer,
    name: properties.name ?? id,
    position: geometry?.coordinates,
    time: typeof properties.time === 'string' ? Date.parse(properties.time) : undefined,
    isSilent: properties.isSilent === true,
    properties,
  }
}

/** Of an age that grows nobody need be told. */
function isNews(before: Thing | undefined, thing: Thing): boolean {
  if (!before) return true
  return (
    before.time !== thing.time ||
    before.isSilent !== thing.isSilent ||
    before.name !== thing.name ||
    before.properties['isOnline'] !== thing.properties['isOnline'] ||
    before.position?.[0] !== thing.position?.[0] ||
    before.position?.[1] !== thing.position?.[1]
  )
}
