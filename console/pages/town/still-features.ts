import { readFill } from './describe-thing.ts'
import type { Layer, Thing } from './live-town.ts'

export type StillLayer = Exclude<Layer, 'vehicles'>

/** GeoJSON (RFC 7946). */
interface Feature {
  readonly type: 'Feature'
  readonly geometry: { readonly type: 'Point'; readonly coordinates: number[] }
  readonly properties: Readonly<Record<string, string | number | boolean | null>>
}

/** As the map's sources take it. */
export interface FeatureCollection {
  readonly type: 'FeatureCollection'
  readonly features: Feature[]
}

interface FeatureChanges {
  readonly add: Feature[]
  /** Their ids. */
  readonly remove: string[]
}

/** What stands still, as the map draws it: no more of each than its layer's colours and shapes rest on. */
export interface StillFeatures {
  /** Takes in what changed, or all; returns what that means for a source that has all of before. */
  take(layer: StillLayer, changed: readonly Thing[], isAll: boolean): FeatureChanges
  /** In percent by the bin's id. */
  setChances(chances: ReadonlyMap<string, number>): void
  collect(layer: StillLayer): FeatureCollection
  write(thing: Thing): Feature | undefined
}

export function createStillFeatures(layers: readonly StillLayer[]): StillFeatures {
  const features = new Map<StillLayer, Map<string, Feature>>(layers.map((layer) => [layer, new Map()]))
  let chances: ReadonlyMap<string, number> = new Map()
  return {
    take(layer, changed, isAll) {
      const known = features.get(layer) as Map<string, Feature>
      const gone = isAll ? new Set(known.keys()) : new Set<string>()
      const add: Feature[] = []
      for (const thing of changed) {
        const feature = write(thing)
        if (feature) {
          known.set(thing.id, feature)
          add.push(feature)
          gone.delete(thing.id)
        } else {
          gone.add(thing.id)
        }
      }
      for (const id of gone) known.delete(id)
      return { add, remove: [...gone] }
    },
    setChances(next) {
      chances = next
      const bins = features.get('bins') as Map<string, Feature>
      for (const [id, feature] of bins) {
        bins.set(id, { ...feature, properties: { ...feature.properties, chance: chances.get(id) ?? null } })
      }
    },
    collect: (layer) => ({ type: 'FeatureCollection', features: [...(features.get(layer)?.values() ?? [])] }),
    write,
  }

  function write(thing: Thing): Feature | undefined {
    const { id, layer, position, isSilent } = thing
    if (!position) return undefined
    return {
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [...position] },
      properties: {
        id,
        isSilent,
        ...(layer === 'bins' && { fill: readFill(thing) ?? null, chance: chances.get(id) ?? null }),
      },
    }
  }
}
