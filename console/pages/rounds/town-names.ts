import type { PageContext } from '../../page.ts'

export interface Lorry {
  readonly id: string
  readonly name: string
  readonly depotId: string
  /** `HH:MM` on the authority's clock. */
  readonly shiftStart: string
}

interface Site {
  readonly id: string
  readonly name: string
}

export interface Bin extends Site {
  readonly longitude: number
  readonly latitude: number
}

/** What people call the things of a round. Without a key some are unknown, and are called by their ids. */
export interface TownNames {
  readonly lorries: readonly Lorry[]
  readonly depots: readonly Site[]
  readonly tips: readonly Site[]
  readonly bins: ReadonlyMap<string, Bin>
  nameLorry(id: string): string
  nameBin(id: string): string
  nameTip(id: string): string
}

interface BinFeatures {
  readonly features: readonly {
    readonly id: string
    readonly geometry: { readonly coordinates: readonly [number, number] } | null
    readonly properties: { readonly name?: string | null }
  }[]
}

export async function loadTownNames({ api, allows, authority }: PageContext): Promise<TownNames> {
  const mayReadBins = allows('read') || authority.published.includes('bins')
  const [found, lorries, depots, tips] = await Promise.all([
    mayReadBins ? api.get<BinFeatures>('bins') : undefined,
    allows('read') ? api.listAll<Lorry>('lorries') : [],
    allows('read') ? api.listAll<Site>('depots') : [],
    allows('read') ? api.listAll<Site>('tips') : [],
  ])
  const bins = new Map<string, Bin>()
  for (const { id, geometry, properties } of found?.features ?? []) {
    if (!geometry) continue
    const [longitude, latitude] = geometry.coordinates
    bins.set(id, { id, name: properties.name ?? id, longitude, latitude })
  }
  return {
    lorries,
    depots,
    tips,
    bins,
    nameLorry: (id) => nameOf(lorries, id),
    nameBin: (id) => bins.get(id)?.name ?? id,
    nameTip: (id) => nameOf(tips, id),
  }
}

function nameOf(sites: readonly Site[], id: string): string {
  return sites.find((site) => site.id === id)?.name ?? id
}
