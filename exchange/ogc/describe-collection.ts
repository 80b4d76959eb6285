import type { DatasetTerms } from '../dataset-terms.ts'
import { CRS84, type OgcCollection } from './collections.ts'
import type { OgcFeature } from './feature.ts'
import { GEO_JSON, HTML, JSON_TYPE, linkEncodings, type OgcLink } from './links.ts'

export interface CollectionDescription {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly attribution?: string
  /** How old what is told is at least. */
  readonly delaySeconds?: number
  readonly extent?: {
    readonly spatial?: { readonly bbox: readonly (readonly number[])[]; readonly crs: string }
    readonly temporal?: { readonly interval: readonly (readonly (string | null)[])[] }
  }
  readonly itemType: 'feature'
  readonly crs: readonly string[]
  readonly links: readonly OgcLink[]
}

/** A collection as of 17-069r4, 7.14; `root` is the address of the landing page. */
export function describeCollection(
  { id }: OgcCollection,
  { root, terms, features }: { root: string; terms: DatasetTerms; features: readonly OgcFeature[] },
): CollectionDescription {
  const { title, description, licence, attribution, delaySeconds } = terms
  const extent = measureExtent(features)
  const items = `${root}/collections/${id}/items`
  return {
    id,
    title,
    description,
    ...(attribution !== undefined && { attribution }),
    ...(delaySeconds > 0 && { delaySeconds }),
    ...(extent && { extent }),
    itemType: 'feature',
    crs: [CRS84],
    links: [
      ...linkEncodings(`${root}/collections/${id}`, 'self', 'This collection', [JSON_TYPE, HTML]),
      { href: items, rel: 'items', type: GEO_JSON, title: `${title} as GeoJSON` },
      { href: `${items}?f=html`, rel: 'items', type: HTML, title: `${title} as a page` },
      ...(licence === undefined ? [] : [{ href: licence, rel: 'license', title: 'What it may be used for' }]),
    ],
  }
}

function measureExtent(features: readonly OgcFeature[]): CollectionDescription['extent'] | undefined {
  const box = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]
  let [first, last]: [string | undefined, string | undefined] = [undefined, undefined]
  for (const { geometry, properties } of features) {
    const [longitude, latitude] = geometry?.coordinates ?? []
    if (longitude !== undefined && latitude !== undefined) {
      box[0] = Math.min(box[0] as number, longitude)
      box[1] = Math.min(box[1] as number, latitude)
      box[2] = Math.max(box[2] as number, longitude)
      box[3] = Math.max(box[3] as number, latitude)
    }
    const { time } = properties
    if (typeof time !== 'string') continue
    // All are written alike, so their order is that of the times.
    if (first === undefined || time < first) first = time
    if (last === undefined || time > last) last = time
  }
  const spatial = Number.isFinite(box[0]) ? { bbox: [box], crs: CRS84 } : undefined
  const temporal = first === undefined || last === undefined ? undefined : { interval: [[first, last]] }
  if (!spatial && !temporal) return undefined
  return { ...(spatial && { spatial }), ...(temporal && { temporal }) }
}
