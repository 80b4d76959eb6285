import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { pickTerms } from '../../exchange/dataset-terms.ts'
import { boundsOfDay } from '../../exchange/exports/day-bounds.ts'
import { listExportColumns } from '../../exchange/exports/export-columns.ts'
import { writeCsvMetadata } from '../../exchange/exports/write-csv-metadata.ts'
import { DEVICE_DATASETS, type DeviceDataset } from '../../exchange/published-view.ts'
import { KerbsideError } from '../../model/error.ts'
import { baseUrlOf } from '../base-url.ts'
import { isKnown, weakETag } from '../conditional-get.ts'
import type { DatasetViews, ShownDataset } from '../dataset-views.ts'
import { answers, answersWith, documentedPublishable } from '../documented.ts'
import {
  datasetSchema,
  EXPORTED_DATASETS,
  type ExportedDay,
  exportedDaySchema,
  listDays,
  placeOf,
  requireDay,
} from '../exports/exported-days.ts'
import { readDay } from '../exports/read-day.ts'
import { createFileStarter } from '../exports/start-file.ts'
import { writeCsvDay, writeParquetDay } from '../exports/write-day.ts'
import type { FindFirstTime } from '../first-times.ts'
import type { KnownCallers } from '../known-callers.ts'
import { pageOf, pageQueryOf, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { hasKeyOf } from '../rights.ts'
import { authorityParams } from '../schemas.ts'
import { sendWritten } from '../written.ts'

/** The longest interval that a counter may count. */
const INTERVAL_MAX_MS = 86_400_000
/** How long a day that has ended is kept by caches without asking again. */
const FRESH_SECONDS = 86_400
const PARQUET = 'application/vnd.apache.parquet'
const fileParams = authorityParams.extend({ dataset: datasetSchema, date: z.iso.date() })
const listQuery = pageQueryOf(/^\d{4}-\d{2}-\d{2}\.[a-z]{1,20}$/).extend({
  dataset: datasetSchema.optional().describe('Only files of this dataset'),
})
const CONFIG = { scope: 'read', published: EXPORTED_DATASETS } as const
const DAYS =
  "A day is one of the authority's time zone; times in the files are UTC. It is there two hours after it has ended, or as much later as the dataset is told. A reading that arrives later still is in the file as soon as caches ask again, within a day."

/** Files of all readings of a day, for whoever wants many. */
export function registerExports(
  app: Api,
  { store, publicUrl }: ApiParts,
  {
    datasets,
    known,
    findFirstTime,
  }: { readonly datasets: DatasetViews; readonly known: KnownCallers; readonly findFirstTime: FindFirstTime },
): void {
  const path = '/v1/authorities/:authority/exports'
  const startFile = createFileStarter()
  app.get(
    path,
    {
      config: CONFIG,
      schema: {
        ...documentedPublishable(
          'open-data',
          'listExports',
          'List the bulk files: a CSV and a Parquet file of each dataset and day, newest first',
          DAYS,
        ),
        params: authorityParams,
        querystring: listQuery,
        response: answers(200, 'A page of days', pageOf(exportedDaySchema)),
      },
    },
    async (request, reply) => {
      const { authority: id } = request.params
      const { limit, after, dataset } = request.query
      const authority = await known.getAuthority(id)
      const wanted = EXPORTED_DATASETS.filter(
        (one) =>
          (dataset === undefined || one === dataset) &&
          (hasKeyOf(request, id) || authority.published.includes(one)),
      )
      const root = `${baseUrlOf(request, publicUrl)}${path.replace(':authority', id)}`
      const days: ExportedDay[] = []
      for (const one of wanted) {
        const shown = await datasets.show(request, id, one)
        const first = await findFirstTime(id, one)
        if (first === null) continue
        // One more than wanted of each tells whether there is another page.
        days.push(...listDays(shown, { root, first, after, limit: limit + 1 }))
      }
      const sorted = days.sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1))
      const items = sorted.slice(0, limit)
      const last = items.at(-1)
      const next = sorted.length > limit && last ? placeOf(last) : null
      return sendPage(request, reply, { items, next }, (day) => day, publicUrl)
    },
  )

  for (const { suffix, operationId, name, mediaType } of FORMATS) {
    app.get(
      `${path}/:dataset/:date.${suffix}`,
      {
        config: CONFIG,
        schema: {
          ...documentedPublishable('open-data', operationId, `All readings of a day, as ${name}`, DAYS),
          params: fileParams,
          response: {
            ...answersWith(200, 'In the order of time', {
              [mediaType]: { schema: z.string().meta(suffix === 'parquet' ? { format: 'binary' } : {}) },
            }),
            304: z.undefined().describe('It is the one that the client has'),
          },
        },
      },
      async (request, reply) => {
        const { authority: id, dataset, date } = request.params
        const shown = await findDay(request, id, dataset, date)
        const { authority, terms, isWhole } = shown
        const bounds = boundsOfDay(date, authority.timeZone)
        const columns = listExportColumns(dataset, shown.fields)
        const kind = DEVICE_DATASETS[dataset]
        const version = await store.getReadingsVersion({ authority: id, kind, ...bounds })
        // What a counter's long interval has counted is told when that is over: until then the file may grow at each moment.
        const mayGrow = kind === 'traffic' && shown.toldUntil < bounds.to + INTERVAL_MAX_MS
        const untold = mayGrow ? shown.toldUntil : null
        reply.header(
          'etag',
          weakETag(
            JSON.stringify([suffix, columns, version, untold, terms, shown.listDevices().map(identify)]),
          ),
        )
        reply.header('cache-control', `${isWhole ? 'private' : 'public'}, max-age=${FRESH_SECONDS}`)
        reply.header('link', [
          ...(terms.licence === undefined ? [] : [`<${terms.licence}>; rel="license"`]),
          `<${date}.csv-metadata.json>; rel="describedby"; type="application/csvm+json"`,
        ])
        if (isKnown(request, reply)) return reply.code(304).send(undefined as never) as never
        const type = suffix === 'csv' ? `${mediaType}; charset=utf-8; header=present` : mediaType
        if (request.method === 'HEAD') return sendWritten(reply, type, '')
        reply.header('content-disposition', `attachment; filename="${id}-${dataset}-${date}.${suffix}"`)
        const pages = readDay(store, shown, columns, bounds)
        const file =
          suffix === 'csv'
            ? writeCsvDay(columns, pages)
            : writeParquetDay(columns, pages, describeFile(shown, date))
        return sendWritten(reply, type, startFile(file))
      },
    )
  }

  app.get(
    `${path}/:dataset/:date.csv-metadata.json`,
    {
      config: CONFIG,
      schema: {
        ...documentedPublishable(
          'open-data',
          'getExportCsvMetadata',
          'What the CSV file of a day holds, and on which terms, as CSV on the Web',
        ),
        params: fileParams,
        response: answersWith(200, 'The description', {
          'application/csvm+json': { schema: z.looseObject({ url: z.string() }) },
        }),
      },
    },
    async (request, reply) => {
      const { authority: id, dataset, date } = request.params
      const shown = await findDay(request, id, dataset, date)
      const { authority, terms } = shown
      const description = writeCsvMetadata({
        url: `${date}.csv`,
        date,
        timeZone: authority.timeZone,
        publisher: authority.name,
        terms,
        columns: listExportColumns(dataset, shown.fields),
      })
      return sendWritten(reply, 'application/csvm+json', JSON.stringify(description))
    },
  )

  /** Throws NOT_FOUND where the dataset is not published, or the day has not ended or has no file. */
  async function findDay(
    request: FastifyRequest,
    id: string,
    dataset: DeviceDataset,
    date: string,
  ): Promise<ShownDataset> {
    const shown = await datasets.show(request, id, dataset)
    if (!shown.isWhole && !shown.authority.published.includes(dataset)) {
      throw new KerbsideError('NOT_FOUND', `${id} does not publish ${dataset}`)
    }
    requireDay(shown, date, await findFirstTime(id, dataset))
    return shown
  }
}

const FORMATS = [
  {
    suffix: 'csv',
    operationId: 'getExportCsv',
    name: 'CSV',
    mediaType: 'text/csv',
  },
  { suffix: 'parquet', operationId: 'getExportParquet', name: 'Apache Parquet', mediaType: PARQUET },
] as const

function identify({
  id,
  name,
  longitude,
  latitude,
}: {
  id: string
  name: unknown
  longitude: unknown
  latitude: unknown
}) {
  return [id, name, longitude, latitude]
}

/** For whoever has the file alone. */
function describeFile({ authority, dataset, terms }: ShownDataset, date: string): Record<string, string> {
  const { title, description } = terms
  return {
    title,
    description,
    authority: authority.id,
    publisher: authority.name,
    dataset,
    date,
    timeZone: authority.timeZone,
    ...pickTerms(terms),
  }
}
