import { z } from 'zod'
import { writeAsyncapi } from '../../exchange/asyncapi/write-asyncapi.ts'
import { writeCatalogue } from '../../exchange/dcat/write-catalogue.ts'
import { DEVICE_DATASETS, type DeviceDataset } from '../../exchange/published-view.ts'
import { PUBLISHABLE, type Publishable } from '../../model/authority.ts'
import { baseUrlOf } from '../base-url.ts'
import { answersWith, documentedPublishable } from '../documented.ts'
import type { FindFirstTime } from '../first-times.ts'
import type { KnownCallers } from '../known-callers.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams } from '../schemas.ts'
import { sendWritten } from '../written.ts'
import { departuresSchema } from './departures.ts'

const JSON_LD = 'application/ld+json'

/** What there is, for those who look for data: a catalogue for portals, and a description of the MQTT side. */
export function registerCatalogue(
  app: Api,
  { publicUrl, mqttUrl, version }: ApiParts,
  { known, findFirstTime }: { readonly known: KnownCallers; readonly findFirstTime: FindFirstTime },
): void {
  app.get(
    '/v1/authorities/:authority/dcat.jsonld',
    {
      config: { scope: 'read', published: PUBLISHABLE },
      schema: {
        ...documentedPublishable(
          'open-data',
          'getCatalogue',
          'What is published, as a DCAT-AP 3 catalogue in JSON-LD',
          'For data portals to harvest: each published dataset with its forms, licence and since when there are readings. The same with a key as without.',
        ),
        params: authorityParams,
        response: answersWith(200, 'The catalogue', {
          [JSON_LD]: { schema: z.looseObject({ '@type': z.literal('dcat:Catalog') }) },
        }),
      },
    },
    async (request, reply) => {
      const authority = await known.getAuthority(request.params.authority)
      const base = baseUrlOf(request, publicUrl)
      const firstTimes = new Map<Publishable, number>()
      for (const dataset of authority.published) {
        if (!isOfDevices(dataset)) continue
        const first = await findFirstTime(authority.id, dataset)
        if (first !== null) firstTimes.set(dataset, first)
      }
      const root = `${base}/v1/authorities/${authority.id}`
      const catalogue = writeCatalogue({ authority, root, docs: `${base}/docs`, firstTimes })
      return sendWritten(reply, JSON_LD, JSON.stringify(catalogue))
    },
  )

  let asyncapi: string | undefined
  app.get(
    '/asyncapi.json',
    { config: { scope: 'public' }, schema: { hide: true } },
    async (_request, reply) => {
      asyncapi ??= JSON.stringify(writeAsyncapi({ version, mqttUrl, departures: departuresSchema }))
      return reply.type('application/json; charset=utf-8').send(asyncapi)
    },
  )
}

function isOfDevices(dataset: Publishable): dataset is Publishable & DeviceDataset {
  return dataset in DEVICE_DATASETS
}
