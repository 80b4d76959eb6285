import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { pickTerms } from '../../exchange/dataset-terms.ts'
import { addDays, boundsOfDay, dateAt } from '../../exchange/exports/day-bounds.ts'
import { listExportColumns } from '../../exchange/exports/export-columns.ts'
import { writeCsvMetadata } from '../../exchange/exports/write-csv-metadata.ts'
import { DEVICE_DATASETS, type DeviceDataset } from '../../exchange/published-view.ts'
import { KerbsideError } from '../../model/error.ts'
import { baseUrlOf } from '../base-url.ts'
import { isKnown, weakETag } from '../conditional-get.ts'
import type { DatasetViews, ShownDataset } from '../dataset-views.ts'
import { answers, answersWith, documentedPublishable } from '../documented.ts'
import { readDay } from '../exports/read-day.ts'
import { writeCsvDay, writeParquetDay } from '../exports/write-day.ts'
import type { FindFirstTime } from '../first-times.ts'
import type { KnownCallers } from '../known-callers.ts'
import { termsOf, termsShape } from '../licences.ts'
import { pageOf, pageQueryOf, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { hasKeyOf } from '../rights.ts'
import { authorityParams, schemas } from '../schemas.ts'
import { sendWritten } from '../written.ts'

/** Files that this process writes at once; one more is answered with 503. */
const FILES_MAX = 10
/** How long one may take: who reads more slowly is cut off, and asks again. */
const FILE_MS = 600_000
/** After the end of a day, and what it is told later by: what devices send late is then mostly there. */
const SETTLED_MS = 2 * 3_600_000
/** The longest interval that a counter may count. */
const INTERVAL_MAX_MS = 86_400_000
/** How long a day that has ended is kept by caches without asking again. */
const FRESH_SECONDS = 86_400
const PARQUET = 'application/vnd.apache.parquet'
const DATASETS = Object.keys(DEVICE_DATASETS) as [DeviceDataset, ...DeviceDataset[]]
const datasetSchema = z.enum(DATASETS)
const fileParams = authorityParams.extend({ dataset: datasetSchema, date: z.iso.date() })
const listQuery = pageQueryOf(/^\d{4}-\d{2}-\d{2}\.[a-z]{1,20}$/).extend({
  dataset: datasetSchema.optional().describe('Only files of this dataset'),
})
const fileSchema = z.object({
  dataset: datasetSchema,
  date: z.iso.date(),
  /** The first moment of the day, and the first after it. */
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  csv: z.string(),
  csvMetadata: z.string(),
  parquet: z.string(),
  ...termsShape,
  /** How old readings are at least when they are told. */
  delaySeconds: z.int(),
})
schemas.add(fileSchema, { id: 'ExportedDay' })
type ExportedDay = z.infer<typeof fileSchema>

const CONFIG = { scope: 'read', published: DATASETS } as const
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
  let open = 0
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
        response: answers(200, 'A page of days', pageOf(fileSchema)),
      },
    },
    async (request, reply) => {
      const { authority: id } = request.params
      const { limit, after, dataset } = request.query
      const authority = await known.getAuthority(id)
      const wanted = DATASETS.filter(
        (one) =>
          (dataset === undefined || one === dataset) &&
          (hasKeyOf(request, id) || authority.published.includes(one)),
      )
      const days: ExportedDay[] = []
      for (const one of wanted) {
        const shown = await datasets.show(request, id, one)
        const first = await findFirstTime(id, one)
        if (first === null) continue
        // One more than wanted of each tells whether there is another page.
        days.push(...listDays(request, shown, { first, after, limit: limit + 1 }))
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

  function listDays(
    request: FastifyRequest,
    shown: ShownDataset,
    { first, after, limit }: { first: number; after: string | undefined; limit: number },
  ): ExportedDay[] {
    const { authority, dataset, terms } = shown
    const { id, timeZone } = authority
    const root = `${baseUrlOf(request, publicUrl)}${path.replace(':authority', id)}/${dataset}`
    const earliest = dateAt(first, timeZone)
    const days: ExportedDay[] = []
    let date = lastDayOf(shown)
    const afterDate = after?.slice(0, 10)
    if (afterDate !== undefined && afterDate < date) date = afterDate
    for (; date >= earliest && days.length < limit; date = addDays(date, -1)) {
      if (after !== undefined && placeOf({ date, dataset }) >= after) continue
      const { from, to } = boundsOfDay(date, timeZone)
      days.push({
        dataset,
        date,
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        csv: `${root}/${date}.csv`,
        csvMetadata: `${root}/${date}.csv-metadata.json`,
        parquet: `${root}/${date}.parquet`,
        ...termsOf(authority, dataset),
        delaySeconds: terms.delaySeconds,
      })
    }
    return days
  }

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
    const first = await findFirstTime(id, dataset)
    const last = lastDayOf(shown)
    if (first !== null && date <= last && date >= dateAt(first, shown.authority.timeZone)) return shown
    throw new KerbsideError(
      'NOT_FOUND',
      `There is no file of ${date}${first === null ? '' : `: the days from ${dateAt(first, shown.authority.timeZone)} to ${last} have one`}`,
    )
  }

  function startFile(file: AsyncGenerator<string | Uint8Array>): Readable {
    if (open >= FILES_MAX) {
      throw new KerbsideError('BUSY', `${open} files are being written already: try again in a moment`)
    }
    open += 1
    const stream = Readable.from(file, { objectMode: false, highWaterMark: 64 * 1024 })
    const timer = setTimeout(() => stream.destroy(), FILE_MS)
    stream.once('close', () => {
      open -= 1
      clearTimeout(timer)
    })
    return stream
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

/** The order of days is that of these, and within a day that of the datasets' names. */
function placeOf({ date, dataset }: { date: string; dataset: string }): string {
  return `${date}.${dataset}`
}

/** The last day of which all is told, but what arrives late. */
function lastDayOf({ authority, now, toldUntil }: ShownDataset): string {
  return addDays(dateAt(Math.min(now, toldUntil) - SETTLED_MS, authority.timeZone), -1)
}

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
