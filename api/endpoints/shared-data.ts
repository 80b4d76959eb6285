import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { idSchema } from '../../model/id.ts'
import { includesDevice, includesStop, kindOf, type Share, type ShareAccess } from '../../model/share.ts'
import type { Timetable } from '../../transit/timetable/timetable.ts'
import type { DepartureBoards } from '../departure-boards.ts'
import { answers, answersWith, documented } from '../documented.ts'
import { featureCollectionSchema, writeFeatureCollection } from '../feature-collection.ts'
import type { Api, ApiParts } from '../parts.ts'
import {
  READINGS_NOTE,
  readingsContent,
  readingsQuery,
  readReadingPage,
  sendReadingPage,
} from '../reading-page.ts'
import { requireUsableShare } from '../require-share.ts'
import { actorOf } from '../rights.ts'
import { authorityParams } from '../schemas.ts'
import { SERVED_ROUTE, serveBody } from '../served-body.ts'
import { listStopFeatures, stopFeatureSchema } from '../stop-features.ts'
import { sendWritten } from '../written.ts'
import { boardQuery, boardSchema } from './departures.ts'

const GEO_JSON = 'application/geo+json'
const PERIOD =
  'By the receiving authority, while the share is active: before and after it, and for what is no part of it, 404. Each access is recorded for both sides.'

const sharedStopsSchema = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(stopFeatureSchema),
})

/** What others let an authority read, in its own space: nothing else of theirs is there. */
export function registerSharedData(app: Api, parts: ApiParts, boards: DepartureBoards): void {
  const { registry, directory, store, timetables, clock, publicUrl } = parts
  const url = '/v1/authorities/:authority/shares/:share'
  const params = authorityParams.extend({ share: idSchema })
  const config = { scope: 'read' } as const

  app.get(
    `${url}/features`,
    {
      config,
      schema: {
        ...documented(
          'shares',
          'mapSharedFeatures',
          'What is shared, on a map',
          `Bins and counters with their latest reading, as on the maps; of departures the stops. ${PERIOD}`,
        ),
        params,
        response: answersWith(200, 'GeoJSON; the geometry is null where the place is not known', {
          [GEO_JSON]: { schema: z.union([featureCollectionSchema, sharedStopsSchema]) },
        }),
      },
    },
    async (request, reply) => {
      const share = await requireUsableShare(parts, request.params.authority, request.params.share)
      const { body, count, etag } = await (share.dataset.type === 'departures'
        ? writeStops(share)
        : writeDevices(share))
      await record(share, { use: 'features', actor: actorOf(request), count })
      if (etag !== undefined) reply.header('etag', etag)
      return sendWritten(reply, `${GEO_JSON}; charset=utf-8`, body)
    },
  )

  app.get(
    `${url}/readings`,
    {
      config,
      schema: {
        ...documented(
          'shares',
          'listSharedReadings',
          "List a shared device's readings, oldest first, or by interval",
          `${PERIOD} ${READINGS_NOTE}`,
        ),
        params,
        querystring: readingsQuery.extend({ device: idSchema }),
        response: answersWith(200, 'A page of readings, or of intervals', readingsContent),
      },
    },
    async (request, reply) => {
      const share = await requireUsableShare(parts, request.params.authority, request.params.share)
      const { device: id, ...query } = request.query
      const { granting: authority, dataset } = share
      const found = directory.find(authority, id)
      const kind = kindOf(dataset)
      if (kind === null || !found || !includesDevice(dataset, found.device)) throw noDevice(id)
      const page = await readReadingPage(
        parts,
        { authority, kind, device: id },
        query,
        request.headers.accept,
      )
      await record(share, { use: 'readings', actor: actorOf(request), target: id, count: page.count })
      return sendReadingPage(request, reply, page, publicUrl)
    },
  )

  app.get(
    `${url}/stops/:stop/departures`,
    {
      ...SERVED_ROUTE,
      config,
      schema: {
        ...documented('shares', 'listSharedDepartures', 'What leaves a shared stop next', PERIOD),
        params: params.extend({ stop: z.string().min(1).max(200) }),
        querystring: boardQuery,
        response: {
          ...answers(200, 'The departures', boardSchema),
          304: z.undefined().describe('They are those that the client has'),
        },
      },
    },
    async (request, reply) => {
      const { authority, share: id, stop } = request.params
      const share = await requireUsableShare(parts, authority, id)
      const timetable = await timetables?.find(share.granting)
      const index = timetable?.stops.indexOf.get(stop)
      if (!timetable || index === undefined || !isStopShared(share, timetable, index)) throw noStop(stop)
      const { body, json } = await boards.get({ authority: share.granting, stop, ...request.query })
      const { items } = json as { items: readonly unknown[] }
      await record(share, { use: 'departures', actor: actorOf(request), target: stop, count: items.length })
      return serveBody(request, reply, body)
    },
  )

  async function writeDevices({ granting, dataset }: Share) {
    const kind = kindOf(dataset)
    const devices = [...directory.list(granting)].flatMap(({ device }) =>
      includesDevice(dataset, device) ? [device] : [],
    )
    const [latest, statuses] = await Promise.all([
      kind === null ? [] : store.listLatest(granting, kind),
      registry.listDeviceStatuses(granting),
    ])
    const isOnline = new Map<string, boolean>()
    for (const status of statuses) {
      if (status.kind === kind) isOnline.set(status.device, status.isOnline)
    }
    const written = writeFeatureCollection({ devices, latest, isOnline, now: clock.now() })
    return { ...written, count: devices.length }
  }

  async function writeStops(share: Share) {
    const timetable = await timetables?.find(share.granting)
    const features = timetable
      ? listStopFeatures(timetable, (stop) => isStopShared(share, timetable, stop))
      : []
    const body = JSON.stringify({ type: 'FeatureCollection', features })
    return { body, count: features.length, etag: undefined }
  }

  /** Before anything of it goes out: what cannot be recorded is not given. */
  async function record(
    { id }: Share,
    access: Pick<ShareAccess, 'use' | 'actor' | 'count'> & { readonly target?: string },
  ): Promise<void> {
    await registry.recordShareAccess(id, { target: null, round: null, ...access })
  }
}

function isStopShared({ dataset }: Share, { stops }: Timetable, stop: number): boolean {
  return includesStop(dataset, {
    ids: [stops.ids[stop], stops.ids[stops.parents[stop] ?? -1]],
    longitude: stops.longitudes[stop] ?? Number.NaN,
    latitude: stops.latitudes[stop] ?? Number.NaN,
  })
}

function noDevice(id: string): KerbsideError {
  return new KerbsideError('NOT_FOUND', `There is no device "${id}" in this share.`)
}

function noStop(id: string): KerbsideError {
  return new KerbsideError('NOT_FOUND', `There is no stop ${id} in this share.`)
}
