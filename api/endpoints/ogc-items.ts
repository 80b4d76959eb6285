import { pickTerms } from '../../exchange/dataset-terms.ts'
import { linkItem, linkItems } from '../../exchange/ogc/link-items.ts'
import { GEO_JSON } from '../../exchange/ogc/links.ts'
import { selectFeatures } from '../../exchange/ogc/select-features.ts'
import { writeItemHtml, writeItemsHtml } from '../../exchange/ogc/write-pages.ts'
import { KerbsideError } from '../../model/error.ts'
import { formatTime } from '../../model/time.ts'
import { baseUrlOf } from '../base-url.ts'
import { documentedPublishable } from '../documented.ts'
import { answersEither, formatQuery, sendEither } from '../ogc/answer-format.ts'
import { itemsQuery, readFeatureQuery } from '../ogc/items-query.ts'
import { OGC_CONFIG, OGC_PATH, type OgcReader } from '../ogc/ogc-reader.ts'
import { collectionParams, itemParams, itemSchema, itemsSchema } from '../ogc/ogc-schemas.ts'
import type { Api, ApiParts } from '../parts.ts'

/** The features of a collection (17-069r4, 7.15 and 7.16). */
export function registerOgcItems(
  app: Api,
  { clock, publicUrl }: Pick<ApiParts, 'clock' | 'publicUrl'>,
  ogc: OgcReader,
): void {
  app.get(
    `${OGC_PATH}/collections/:collection/items`,
    {
      config: OGC_CONFIG,
      schema: {
        ...documentedPublishable(
          'open-data',
          'listOgcItems',
          'OGC API – Features: the items of a collection, as GeoJSON',
          'In the order of their ids; `next` among the links is the next page. Each device has its latest reading, when that was measured (`time`) and how old it is (`ageSeconds`). A collection takes only parameters of its own properties.',
        ),
        params: collectionParams,
        querystring: itemsQuery,
        response: answersEither('A page of them', GEO_JSON, itemsSchema),
      },
    },
    async (request, reply) => {
      const { authority, collection: id } = request.params
      const { place, described, collection, features, terms } = await ogc.open(request, reply, authority, id)
      const { items, matched, next } = selectFeatures(features, readFeatureQuery(request.query, collection))
      const self = `${baseUrlOf(request, publicUrl)}${request.url}`
      const links = linkItems({ self, root: place.root, collection: described, next, licence: terms.licence })
      return sendEither(request, reply, {
        mediaType: GEO_JSON,
        stable: [
          links,
          matched,
          terms,
          items.map(({ properties: { ageSeconds: _age, ...rest }, ...item }) => [item, rest]),
        ],
        json: () => ({
          type: 'FeatureCollection',
          ...pickTerms(terms),
          timeStamp: formatTime(clock.now()),
          numberMatched: matched,
          numberReturned: items.length,
          links,
          features: items,
        }),
        html: () => writeItemsHtml(place, described, { items, matched, links, self }),
      })
    },
  )

  app.get(
    `${OGC_PATH}/collections/:collection/items/:feature`,
    {
      config: OGC_CONFIG,
      schema: {
        ...documentedPublishable('open-data', 'getOgcItem', 'OGC API – Features: an item of a collection'),
        params: itemParams,
        querystring: formatQuery,
        response: answersEither('The item', GEO_JSON, itemSchema),
      },
    },
    async (request, reply) => {
      const { authority, collection: id, feature } = request.params
      const { place, described, features, terms } = await ogc.open(request, reply, authority, id)
      const item = features.find((one) => one.id === feature)
      if (!item) throw new KerbsideError('NOT_FOUND', `There is no item "${feature}" in ${id}`)
      const { ageSeconds: _, ...stable } = item.properties
      const self = `${place.root}/collections/${id}/items/${encodeURIComponent(feature)}`
      return sendEither(request, reply, {
        mediaType: GEO_JSON,
        stable: [item.geometry, stable, terms],
        json: () => ({
          ...item,
          links: linkItem({ self, root: place.root, collection: described }),
          ...pickTerms(terms),
        }),
        html: () => writeItemHtml(place, described, item),
      })
    },
  )
}
