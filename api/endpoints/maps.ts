import { z } from 'zod'
import type { DeviceDataset } from '../../exchange/published-view.ts'
import type { Device, Kind } from '../../model/device.ts'
import type { Reading } from '../../model/reading.ts'
import type { DatasetViews } from '../dataset-views.ts'
import { answersWith, documentedPublishable } from '../documented.ts'
import { featureCollectionSchema, writeFeatureCollection } from '../feature-collection.ts'
import { termsOf } from '../licences.ts'
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
  readonly published: DeviceDataset
  readonly operationId: string
  readonly description: string
}

const SILENCE =
  'Without a key it is what the authority publishes: a part of the fields, with its delay, and no bin of a household unless its place is rounded. A device is silent after three of its `reportIntervalSeconds` without a reading, or, where that is not set, after'

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
export function registerMaps(app: Api, { registry }: ApiParts, datasets: DatasetViews): void {
  for (const { kind, published, operationId, description } of MAPS) {
    app.get(
      `/v1/authorities/:authority/${published}`,
      {
        config: { scope: 'read', published, isLicensed: true },
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
        const shown = await datasets.show(request, authority, published)
        const [latest, statuses] = await Promise.all([
          shown.listLatest(),
          // Whether it is connected is for those who keep it.
          shown.isWhole ? registry.listDeviceStatuses(authority) : [],
        ])
        const isOnline = new Map<string, boolean>()
        for (const status of statuses) {
          if (status.kind === kind) isOnline.set(status.device, status.isOnline)
        }
        const { now, toldUntil } = shown
        const { body, etag } = writeFeatureCollection({
          terms: termsOf(shown.authority, published),
          devices: chooseDevices(shown.listDevices(), latest, receivedAfter),
          latest,
          isOnline,
          now,
          heardUntil: Math.min(now, toldUntil),
        })
        reply.header('etag', etag)
        return sendWritten(reply, 'application/geo+json; charset=utf-8', body)
      },
    )
  }
}

function chooseDevices(
  devices: readonly Device[],
  latest: readonly Reading[],
  receivedAfter: number | undefined,
): readonly Device[] {
  if (receivedAfter === undefined) return devices
  const ids = new Set(
    latest.flatMap(({ device, receivedTime }) => (receivedTime > receivedAfter ? [device] : [])),
  )
  return devices.filter(({ id }) => ids.has(id))
}
