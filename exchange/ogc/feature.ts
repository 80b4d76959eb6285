/** A GeoJSON feature (RFC 7946) as the collections of OGC API – Features have them. */
export interface OgcFeature {
  readonly type: 'Feature'
  readonly id: string
  readonly geometry: { readonly type: 'Point'; readonly coordinates: readonly number[] } | null
  /** `time`, where it is there, is when it was measured, as RFC 3339; null where nothing is known. */
  readonly properties: Readonly<Record<string, unknown>>
}
