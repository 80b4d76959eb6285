import type { OgcFeature } from './feature.ts'
import type { BoundingBox, TimeSpan } from './parse-parameters.ts'

export interface FeatureQuery {
  readonly limit: number
  /** Only what comes after this id. */
  readonly after?: string | undefined
  readonly bbox?: BoundingBox | undefined
  /** Of features that have a `time`; others are not chosen by it. */
  readonly datetime?: TimeSpan | undefined
  /** Property and value, as they are written; a feature has to have all of them. */
  readonly properties: readonly (readonly [string, string])[]
}

export interface SelectedFeatures {
  readonly items: readonly OgcFeature[]
  /** Of all pages. */
  readonly matched: number
  /** What the next page goes on after; undefined where there is none. */
  readonly next: string | undefined
}

/** Features are in the order of their ids, and the pages too. */
export function selectFeatures(features: readonly OgcFeature[], query: FeatureQuery): SelectedFeatures {
  const { limit, after, bbox, datetime, properties } = query
  const matching = features.filter(
    (feature) =>
      (!bbox || isIn(feature, bbox)) &&
      (!datetime || isWithin(feature, datetime)) &&
      properties.every(([name, value]) => isEqual(feature.properties[name], value)),
  )
  const rest = after === undefined ? matching : matching.filter(({ id }) => id > after)
  const items = rest.slice(0, limit)
  return {
    items,
    matched: matching.length,
    next: rest.length > limit ? items.at(-1)?.id : undefined,
  }
}

function isIn({ geometry }: OgcFeature, [west, south, east, north]: BoundingBox): boolean {
  const [longitude, latitude] = geometry?.coordinates ?? []
  if (longitude === undefined || latitude === undefined) return false
  if (latitude < south || latitude > north) return false
  return west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east
}

function isWithin({ properties }: OgcFeature, { from, to }: TimeSpan): boolean {
  if (!('time' in properties)) return true
  const time = typeof properties['time'] === 'string' ? Date.parse(properties['time']) : Number.NaN
  return time >= from && time <= to
}

function isEqual(value: unknown, wanted: string): boolean {
  return value === null || value === undefined ? false : String(value) === wanted
}
