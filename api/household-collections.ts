import type { CollectionRecord } from '../model/collection.ts'
import { KerbsideError } from '../model/error.ts'
import { isInPolygon } from '../model/polygon.ts'
import type { ApiParts } from './parts.ts'

/** As many as an authority may have. */
const ALL = { limit: 500 }

/**
 * The collections of a household: those that name it, those in whose area it has a device, and those of the whole authority.
 * Rejects with NOT_FOUND where there are none.
 */
export async function listHouseholdCollections(
  { registry, directory }: Pick<ApiParts, 'registry' | 'directory'>,
  authority: string,
  given: string,
): Promise<readonly CollectionRecord[]> {
  const uprn = withoutZeros(given)
  const [named, { items }] = await Promise.all([
    registry.listCollectionsOf(authority, uprn),
    registry.listCollections(authority, ALL),
  ])
  const places = items.some(({ collection }) => collection.area !== null) ? listPlaces(uprn) : []
  const found = new Map(named.map((record) => [record.collection.id, record]))
  for (const record of items) {
    const { id, area, uprnCount } = record.collection
    const isWhole = area === null && uprnCount === null
    const isAround = area !== null && places.some((place) => isInPolygon(area, ...place))
    if (isWhole || isAround) found.set(id, record)
  }
  if (found.size === 0) throw new KerbsideError('NOT_FOUND', `No bin days are known for the UPRN ${given}`)
  return [...found.values()].sort((a, b) => (a.collection.id < b.collection.id ? -1 : 1))

  function listPlaces(wanted: string): (readonly [number, number])[] {
    const found: (readonly [number, number])[] = []
    for (const { device } of directory.list(authority)) {
      const { longitude, latitude } = device
      if (device.uprn === null || withoutZeros(device.uprn) !== wanted) continue
      if (longitude !== null && latitude !== null) found.push([longitude, latitude])
    }
    return found
  }
}

/** As collections keep them. */
function withoutZeros(uprn: string): string {
  return uprn.replace(/^0+(?=\d)/, '')
}
