import type { FastifyReply, FastifyRequest } from 'fastify'
import { OGC_COLLECTIONS } from '../../exchange/ogc/collections.ts'
import { describeCollection } from '../../exchange/ogc/describe-collection.ts'
import { baseUrlOf } from '../base-url.ts'
import type { DatasetViews } from '../dataset-views.ts'
import type { KnownCallers } from '../known-callers.ts'
import type { ApiParts } from '../parts.ts'
import { getCollection, listCollections, type ReadCollection, readCollection } from './read-collections.ts'

export const OGC_PATH = '/v1/authorities/:authority/ogc'

const PUBLISHED = [...new Set(OGC_COLLECTIONS.flatMap(({ datasets }) => datasets))]
export const OGC_CONFIG = { scope: 'read', published: PUBLISHED } as const

export type OgcReader = ReturnType<typeof createOgcReader>

/** What is published, as whoever asks may see it, and under which addresses. */
export function createOgcReader(
  { timetables, publicUrl }: Pick<ApiParts, 'timetables' | 'publicUrl'>,
  { datasets, known }: { readonly datasets: DatasetViews; readonly known: KnownCallers },
) {
  const rootOf = (request: FastifyRequest, authority: string): string =>
    `${baseUrlOf(request, publicUrl)}${OGC_PATH.replace(':authority', authority)}`

  async function findPlace(request: FastifyRequest, id: string) {
    const authority = await known.getAuthority(id)
    return { authority, place: { root: rootOf(request, id), authority: authority.name } }
  }

  function describe(root: string, { collection, terms, features }: ReadCollection) {
    return describeCollection(collection, { root, terms, features })
  }

  async function open(request: FastifyRequest, reply: FastifyReply, id: string, collectionId: string) {
    const { authority, place } = await findPlace(request, id)
    const collection = getCollection(request, authority, collectionId)
    const read = await readCollection({ datasets, timetables }, request, authority, collection)
    if (read.terms.licence !== undefined) reply.header('link', `<${read.terms.licence}>; rel="license"`)
    return { ...read, place, described: describe(place.root, read) }
  }

  /** As they are described, in the order of `OGC_COLLECTIONS`. */
  async function describeAll(request: FastifyRequest, id: string) {
    const { authority, place } = await findPlace(request, id)
    const collections = await Promise.all(
      listCollections(request, authority).map(async (collection) =>
        describe(place.root, await readCollection({ datasets, timetables }, request, authority, collection)),
      ),
    )
    return { place, collections }
  }

  return { findPlace, open, describeAll }
}
