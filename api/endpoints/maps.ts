import { z } from 'zod'
import type { Publishable } from '../../model/authority.ts'
import type { Device, Kind } from '../../model/device.ts'
import type { Reading } from '../../model/reading.ts'
import { answersWith, documentedPublishable } from '../documented.ts'
import { featureCollectionSchema, writeFeatureCollection } from '../feature-collection.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams } from '../schemas.ts'
import { timeQuery } from '../time-query.ts'
import { sendWritten } from '../written.ts'

const mapQuery = z.object({
  receivedAfter: timeQuery.describe(
    'Only devices whose latest reading was received after this: what is new since one looked. What fell silent is not among them.',
  ),
})

interface MapOfKind {
  readonly kind: Kind
  readonly published: Publishable & ('bins' | 'counters' | 'displays' | 'vehicles')
  readonly operationId: string
  readonly description: string
}

const SILENCE =
  'A device is silent after three of its `reportIntervalSeconds` without a reading, or, where that is not set, after'

const MAPS: readonly MapOfKind[] = [
  { kind: 'bin', published: 'bins', operationId: 'mapBins', description: `${SILENCE} 26 hours.` },
  {
    kind: 'traffic',
    published: 'counters',
    operationId: 'mapCounters',
    description: `A counter with lanes or directions has \`lanes\`, the newest of each; with one alone its fields are beside it too. ${SILENCE} 3 hours.`,
  },
  { kind: 'display', published: 'displays', operationId: 'mapDisplays', description: `${SILENCE} 3 hours.` },
  {
    kind: 'vehicle',
    published: 'vehicles',
    operationId: 'mapVehicles',
    description: `Each where it was last. ${SILENCE} 5 minutes.`,
  },
]

/** The latest of each device of a kind, as GeoJSON. */
export function registerMaps(app: Api, { registry, directory, store, clock }: ApiParts): void {
  for (const { kind, published, operationId, description } of MAPS) {
    app.get(
      `/v1/authorities/:authority/${published}`,
      {
        config: { scope: 'read', published },
        schema: {
          ...documentedPublishable(
            'maps',
            operationId,
            `The ${published} on a map, each with its latest reading`,
            description,
          ),
          params: authorityParams,
          querystring: mapQuery,
          response: answersWith(200, 'GeoJSON; the geometry is null where the place is not known', {
            'application/geo+json': { schema: featureCollectionSchema },
          }),
        },
      },
      async (request, reply) => {
        const { authority } = request.params
        const { receivedAfter } = request.query
        const [latest, statuses] = await Promise.all([
          store.listLatest(authority, kind),
          registry.listDeviceStatuses(authority),
        ])
        const isOnline = new Map<string, boolean>()
        for (const status of statuses) {
          if (status.kind === kind) isOnline.set(status.device, status.isOnline)
        }
        const { body, etag } = writeFeatureCollection({
          devices:
            receivedAfter === undefined
              ? devicesOfKind(authority, kind)
              : devicesWithNews(authority, latest, receivedAfter),
          latest,
          isOnline,
          now: clock.now(),
        })
        reply.header('etag', etag)
        return sendWritten(reply, 'application/geo+json; charset=utf-8', body)
      },
    )
  }

  function* devicesWithNews(authority: string, latest: readonly Reading[], after: number): Iterable<Device> {
    const ids = new Set(latest.flatMap(({ device, receivedTime }) => (receivedTime > after ? [device] : [])))
    for (const id of ids) {
      const found = directory.find(authority, id)
      if (found) yield found.device
    }
  }

  function* devicesOfKind(authority: string, kind: Kind): Iterable<Device> {
    for (const { device } of directory.list(authority)) if (device.kind === kind) yield device
  }
}
