import type { FastifyRequest } from 'fastify'
import { type DatasetTerms, termsOfDataset } from '../../exchange/dataset-terms.ts'
import { OGC_COLLECTIONS, type OgcCollection } from '../../exchange/ogc/collections.ts'
import type { OgcFeature } from '../../exchange/ogc/feature.ts'
import { DEVICE_DATASETS, type DeviceDataset } from '../../exchange/published-view.ts'
import type { Authority } from '../../model/authority.ts'
import { KerbsideError } from '../../model/error.ts'
import type { DatasetViews, ShownDataset } from '../dataset-views.ts'
import { writeFeatureCollection } from '../feature-collection.ts'
import { chooseDataset } from '../licences.ts'
import type { TimetableSource } from '../parts.ts'
import { hasKeyOf } from '../rights.ts'
import { listStopFeatures } from '../stop-features.ts'

/** A collection as the one who asks may see it, now. */
export interface ReadCollection {
  readonly collection: OgcCollection
  readonly terms: DatasetTerms
  /** In the order of their ids. */
  readonly features: readonly OgcFeature[]
}

/** Where collections come from. */
interface Sources {
  readonly datasets: DatasetViews
  readonly timetables: TimetableSource | undefined
}

/** Those that are published; with a key of the authority, all. */
export function listCollections(request: FastifyRequest, authority: Authority): OgcCollection[] {
  const hasKey = hasKeyOf(request, authority.id)
  return OGC_COLLECTIONS.filter(
    ({ datasets }) => hasKey || datasets.some((dataset) => authority.published.includes(dataset)),
  )
}

/** Throws NOT_FOUND where there is none of that id, or it is not published. */
export function getCollection(request: FastifyRequest, authority: Authority, id: string): OgcCollection {
  const collections = listCollections(request, authority)
  const collection = collections.find((one) => one.id === id)
  if (collection) return collection
  throw new KerbsideError(
    'NOT_FOUND',
    `There is no collection "${id}"; there are: ${collections.map((one) => one.id).join(', ')}`,
  )
}

export async function readCollection(
  { datasets, timetables }: Sources,
  request: FastifyRequest,
  authority: Authority,
  collection: OgcCollection,
): Promise<ReadCollection> {
  const dataset = chooseDataset(authority, collection.datasets)
  if (isOfDevices(dataset)) {
    const shown = await datasets.show(request, authority.id, dataset)
    return { collection, terms: shown.terms, features: await listDeviceFeatures(shown) }
  }
  const timetable = await timetables?.find(authority.id)
  const features = timetable ? listStopFeatures(timetable) : []
  return {
    collection,
    terms: termsOfDataset(authority, dataset),
    features: features.sort((a, b) => (a.id < b.id ? -1 : 1)),
  }
}

function isOfDevices(dataset: string): dataset is DeviceDataset {
  return dataset in DEVICE_DATASETS
}

/** As on the map, with what the settings say of the use of each. */
async function listDeviceFeatures(shown: ShownDataset): Promise<OgcFeature[]> {
  const { now, toldUntil } = shown
  const devices = shown.listDevices()
  const { body } = writeFeatureCollection({
    devices,
    latest: await shown.listLatest(),
    isOnline: new Map(),
    now,
    heardUntil: Math.min(now, toldUntil),
  })
  const { features } = JSON.parse(body) as { features: OgcFeature[] }
  return features.map((feature, index) => {
    const { area, stream, capacityLitres } = devices[index]?.settings ?? {}
    const { kind: _, ...properties } = feature.properties
    return {
      ...feature,
      properties: {
        ...properties,
        ...(area !== undefined && { area }),
        ...(stream !== undefined && { stream }),
        ...(capacityLitres !== undefined && { capacityLitres }),
      },
    }
  })
}
