import { Readable } from 'node:stream'
import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { formatTime } from '../../model/time.ts'
import type { Registry, TimetableVersion } from '../../registry/registry.ts'
import type { ImportFault } from '../../transit/timetable/import-fault.ts'
import { answers, answersEmpty, answersWith, documented, documentedPublishable } from '../documented.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams, schemas } from '../schemas.ts'
import type { TimetableImport, TimetableImports } from '../timetable-imports.ts'
import { listChunks } from '../timetables.ts'
import { sendWritten } from '../written.ts'

const ZIP = 'application/zip'
/** A large feed on a slow line, and then half a minute for ten million stop times. */
export const UPLOAD_SECONDS = 600
const PUBLISHED = ['departures', 'gtfs'] as const

const versionSchema = z.object({
  id: z.string(),
  /** The feed's own name of it, or one made of its content. */
  version: z.string(),
  importedTime: z.iso.datetime(),
  isCurrent: z.boolean(),
  bytes: z.int(),
  /** How many warnings there were. */
  warnings: z.int(),
})
const faultSchema = z.object({
  file: z.string().nullable(),
  row: z.int().nullable(),
  column: z.string().nullable(),
  code: z.string(),
  message: z.string(),
})
const reportSchema = z.object({
  id: z.string(),
  version: z.string(),
  stops: z.int(),
  routes: z.int(),
  trips: z.int(),
  stopTimes: z.int(),
  /** The first of them, at most 1,000. */
  warnings: z.array(faultSchema),
  warningCount: z.int(),
})
const versionsSchema = z.object({ current: versionSchema.nullable(), items: z.array(versionSchema) })
schemas.add(versionSchema, { id: 'TimetableVersion' })
schemas.add(reportSchema, { id: 'TimetableImport' })
const binarySchema = z.string().meta({ format: 'binary' })
const versionParams = authorityParams.extend({ id: z.string().max(100) })

/** The timetable of an authority's public transport, which comes and goes as a GTFS zip. */
export async function registerGtfs(app: Api, { registry, timetableImports }: ApiParts): Promise<void> {
  app.addHook('preClose', async () => timetableImports?.stopReading())
  await registerUpload(app, timetableImports)

  app.get(
    '/v1/authorities/:authority/gtfs',
    {
      config: { scope: 'read', published: PUBLISHED },
      schema: {
        ...documentedPublishable(
          'transit',
          'listTimetables',
          'The versions of the timetable',
          'The last ten are kept, newest first; `current` is the one in use.',
        ),
        params: authorityParams,
        response: answers(200, 'The versions', versionsSchema),
      },
    },
    async (request) => {
      const items = (await registry.listTimetables(request.params.authority)).map(toJson)
      return { current: items.find(({ isCurrent }) => isCurrent) ?? null, items }
    },
  )

  app.post(
    '/v1/authorities/:authority/gtfs/:id/current',
    {
      handlerTimeout: UPLOAD_SECONDS * 1000,
      config: { scope: 'operate' },
      schema: {
        ...documented('transit', 'makeTimetableCurrent', 'Go back to a version of the timetable'),
        params: versionParams,
        response: answers(200, 'It is in use', versionSchema),
      },
    },
    async (request) => {
      const { authority, id } = request.params
      return toJson(await requireImports(timetableImports).makeCurrent(authority, id, actorOf(request)))
    },
  )

  app.delete(
    '/v1/authorities/:authority/gtfs/:id',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented('transit', 'deleteTimetable', 'Delete a version of the timetable that is not in use'),
        params: versionParams,
        response: answersEmpty('It is deleted'),
      },
    },
    async (request, reply) => {
      const { authority, id } = request.params
      await registry.deleteTimetable(authority, id, actorOf(request))
      return reply.code(204).send()
    },
  )

  app.get(
    '/v1/authorities/:authority/gtfs.zip',
    {
      config: { scope: 'read', published: PUBLISHED, isLicensed: true },
      schema: {
        ...documentedPublishable('transit', 'getTimetable', 'The timetable as it was imported, a GTFS zip'),
        params: authorityParams,
        response: {
          ...answersWith(200, 'The zip', { [ZIP]: { schema: binarySchema } }),
          304: z.undefined().describe('It is the one that the client has'),
        },
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const current = await getCurrent(registry, authority)
      const etag = `"${current.hash.slice(0, 32)}"`
      // It may have gone back to bytes that are older than those before it: what counts is since when they are in use.
      const modifiedTime = Math.floor(current.madeCurrentTime / 1000) * 1000
      reply
        .header('etag', etag)
        .header('last-modified', new Date(modifiedTime).toUTCString())
        .header('cache-control', request.caller ? 'private, no-cache' : 'no-cache')
      if (isKnown(request.headers, etag, modifiedTime)) return reply.code(304).send()
      reply
        .header('content-length', current.bytes)
        .header('content-disposition', `attachment; filename="${authority}-gtfs.zip"`)
      return sendWritten(reply, ZIP, Readable.from(listChunks(registry, authority, current.id)))
    },
  )
}

/** In a context of its own, the only one in which a body may be a zip. */
async function registerUpload(parent: Api, timetableImports: TimetableImports | undefined): Promise<void> {
  await parent.register(async (plugin) => {
    const app = plugin as unknown as Api
    app.addContentTypeParser([ZIP, 'application/x-zip-compressed'], (_request, payload, done) =>
      done(null, payload),
    )
    app.put(
      '/v1/authorities/:authority/gtfs',
      {
        // The bytes are counted as they come, by a limit of their own.
        bodyLimit: Number.MAX_SAFE_INTEGER,
        handlerTimeout: UPLOAD_SECONDS * 1000,
        config: { scope: 'operate', bodySeconds: UPLOAD_SECONDS },
        schema: {
          ...documented(
            'transit',
            'putTimetable',
            'Put a timetable to use, from a GTFS zip',
            'The body is the zip, as `application/zip`. It is checked whole: where it has errors, they are listed with file, row and column, and the timetable in use stays. Otherwise it is swapped in at once. The last ten versions are kept.',
          ),
          params: authorityParams,
          response: {
            ...answers(201, 'It is in use', reportSchema),
            200: {
              description: 'It is in use; the same bytes were kept already',
              content: { 'application/json': { schema: reportSchema } },
            },
          },
        },
      },
      async (request, reply) => {
        const { authority } = request.params
        const body: unknown = request.body
        if (!(body instanceof Readable)) {
          throw new KerbsideError(
            'UNSUPPORTED_MEDIA_TYPE',
            `The body has to be a GTFS zip, of the type ${ZIP}`,
          )
        }
        const outcome = await requireImports(timetableImports).importZip(authority, body, actorOf(request))
        if (!outcome.imported) throw refuse(outcome)
        return reply.code(outcome.imported.isNew ? 201 : 200).send(toReport(outcome, outcome.imported))
      },
    )
  })
}

function requireImports(timetableImports: TimetableImports | undefined): TimetableImports {
  if (timetableImports) return timetableImports
  throw new KerbsideError('NOT_IMPLEMENTED', 'This process takes no timetables')
}

function refuse({ errors, errorCount }: TimetableImport): KerbsideError {
  const listed = errorCount > errors.length ? `; the first ${errors.length} are listed` : ''
  return new KerbsideError(
    'INVALID_FILE',
    `The feed has ${errorCount} ${errorCount === 1 ? 'error' : 'errors'}${listed}. The timetable in use stays`,
    { faults: errors.map((fault) => ({ path: pathOf(fault), message: `${fault.message} (${fault.code})` })) },
  )
}

/** Such as `stops.txt:3:stop_lat`. */
function pathOf({ file, row, column }: ImportFault): string {
  return [file, row, column].filter((part) => part !== null).join(':')
}

function toReport(
  { warnings, warningCount }: TimetableImport,
  imported: NonNullable<TimetableImport['imported']>,
) {
  const { version, timetable } = imported
  return {
    id: version.id,
    version: version.version,
    stops: timetable.stops.count,
    routes: timetable.routes.count,
    trips: timetable.trips.count,
    stopTimes: timetable.stopTimes.count,
    warnings: [...warnings],
    warningCount,
  }
}

function toJson({ id, version, importedTime, isCurrent, bytes, warnings }: TimetableVersion) {
  return { id, version, importedTime: formatTime(importedTime), isCurrent, bytes, warnings }
}

async function getCurrent(registry: Registry, authority: string): Promise<TimetableVersion> {
  const current = (await registry.listTimetables(authority)).find(({ isCurrent }) => isCurrent)
  if (current) return current
  throw new KerbsideError('NOT_FOUND', `The authority ${authority} has no timetable`)
}

/** Where both are sent, If-None-Match alone counts (RFC 9110, 13.1.3). */
function isKnown(
  headers: { 'if-none-match'?: string | undefined; 'if-modified-since'?: string | undefined },
  etag: string,
  modifiedTime: number,
): boolean {
  const tags = headers['if-none-match']
  if (tags === undefined) return modifiedTime <= Date.parse(headers['if-modified-since'] ?? '')
  return tags.split(',').some((tag) => [etag, `W/${etag}`, '*'].includes(tag.trim()))
}
