import { HTML, JSON_TYPE, linkEncodings } from '../../exchange/ogc/links.ts'
import { writeCollectionHtml, writeCollectionsHtml } from '../../exchange/ogc/write-pages.ts'
import { documentedPublishable } from '../documented.ts'
import { answersEither, formatQuery, sendEither } from '../ogc/answer-format.ts'
import { OGC_CONFIG, OGC_PATH, type OgcReader } from '../ogc/ogc-reader.ts'
import { collectionParams, collectionSchema, collectionsSchema } from '../ogc/ogc-schemas.ts'
import type { Api } from '../parts.ts'
import { authorityParams } from '../schemas.ts'

/** The collections (17-069r4, 7.13 and 7.14). */
export function registerOgcCollections(app: Api, ogc: OgcReader): void {
  app.get(
    `${OGC_PATH}/collections`,
    {
      config: OGC_CONFIG,
      schema: {
        ...documentedPublishable('open-data', 'listOgcCollections', 'OGC API – Features: the collections'),
        params: authorityParams,
        querystring: formatQuery,
        response: answersEither('Those that are published', JSON_TYPE, collectionsSchema),
      },
    },
    async (request, reply) => {
      const { place, collections } = await ogc.describeAll(request, request.params.authority)
      return sendEither(request, reply, {
        mediaType: JSON_TYPE,
        json: () => ({
          links: linkEncodings(`${place.root}/collections`, 'self', 'The collections', [JSON_TYPE, HTML]),
          collections,
        }),
        html: () => writeCollectionsHtml(place, collections),
      })
    },
  )

  app.get(
    `${OGC_PATH}/collections/:collection`,
    {
      config: OGC_CONFIG,
      schema: {
        ...documentedPublishable('open-data', 'getOgcCollection', 'OGC API – Features: a collection'),
        params: collectionParams,
        querystring: formatQuery,
        response: answersEither('What it is, where, and since when', JSON_TYPE, collectionSchema),
      },
    },
    async (request, reply) => {
      const { authority, collection: id } = request.params
      const { place, described, collection, features } = await ogc.open(request, reply, authority, id)
      const { queryables } = collection
      return sendEither(request, reply, {
        mediaType: JSON_TYPE,
        json: () => described,
        html: () => writeCollectionHtml(place, described, { count: features.length, queryables }),
      })
    },
  )
}
