import { stringify } from 'csv-stringify/sync'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Kind } from '../model/device.ts'
import { KerbsideError } from '../model/error.ts'
import { fieldsOf, type Reading } from '../model/reading.ts'
import { formatTime, parseDuration } from '../model/time.ts'
import type { ReadingInterval } from '../store/reading-store.ts'
import { prefersCsv } from './accept.ts'
import { linkNext, pageOf, pageQueryOf } from './page.ts'
import type { ApiParts } from './parts.ts'
import { COUNTS_FIELDS, formatReading, readingSchemas } from './reading-json.ts'
import { timeQuery } from './time-query.ts'
import { sendWritten } from './written.ts'

/** Readings of before are in quarantine, so this is where all of them begin. */
const YEAR_2000 = Date.UTC(2000, 0, 1)
/** How far ahead of its receipt a reading's time may be; later ones are in quarantine. */
const AHEAD_MS = 600_000

const durationQuery = z
  .string()
  .meta({ pattern: '^P(?!$)(\\d+W)?(\\d+D)?(T(?!$)(\\d+H)?(\\d+M)?(\\d+S)?)?$' })
  .transform((text, context) => {
    const duration = parseDuration(text)
    if (duration === undefined) {
      context.addIssue({
        code: 'custom',
        message:
          'must be an ISO 8601 duration of weeks, days, hours, minutes and seconds, such as PT15M or P1D',
      })
      return z.NEVER
    }
    return duration
  })
  .optional()

export const readingsQuery = pageQueryOf(/^[\w-]{1,512}$/).extend({
  from: timeQuery.describe('The earliest time; by default all that there is'),
  to: timeQuery.describe('Before this time; by default all that there is up to now'),
  every: durationQuery.describe('Summarise by intervals of this ISO 8601 duration'),
  fields: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .optional()
    .describe('Only these fields, separated by commas'),
})
type ReadingsQuery = z.infer<typeof readingsQuery>

const summarySchema = z.object({ mean: z.number(), min: z.number(), max: z.number() })
const intervalSchema = z.object({ time: z.iso.datetime(), count: z.int() }).catchall(summarySchema)

export const READINGS_NOTE =
  "With `every`, items are `{time, count, FIELD: {mean, min, max}}` of the numeric fields; intervals begin at multiples of it since 1970, and those without a reading are left out. `count` is the number of readings; a counter's own field `count` is `countField` there. CSV by `Accept: text/csv`."

export const readingsContent = {
  'application/json': {
    schema: z.union([
      pageOf(readingSchemas.bin),
      pageOf(readingSchemas.traffic),
      pageOf(readingSchemas.display),
      pageOf(readingSchemas.vehicle),
      pageOf(intervalSchema),
    ]),
  },
  'text/csv': { schema: z.string() },
}

/** A page of a device's readings, or of intervals of them, as it is sent. */
interface ReadingPage {
  readonly mediaType: string
  readonly body: string
  readonly next: string | null
  /** How many readings or intervals are in it. */
  readonly count: number
}

/** Rejects with INVALID_REQUEST where the query makes no sense for the device. */
export async function readReadingPage(
  { store, clock }: Pick<ApiParts, 'store' | 'clock'>,
  { authority, kind, device }: { readonly authority: string; readonly kind: Kind; readonly device: string },
  query: ReadingsQuery,
  accept: string | undefined,
): Promise<ReadingPage> {
  const wanted = chooseFields(kind, query)
  const to = query.to ?? clock.now() + AHEAD_MS
  const from = query.from ?? Math.min(YEAR_2000, to - 1)
  if (from >= to) throw refuse('from', `must be before to, which is ${formatTime(to)}`)
  const series = { authority, kind, device, from, to }
  const isCsv = prefersCsv(accept)

  if (query.every !== undefined) {
    const { every, limit } = query
    if (query.after !== undefined) {
      series.from = Math.max(from, parseCursor(query.after).time + every)
    }
    // One more than wanted tells whether there is another page.
    const intervals =
      series.from < to ? await store.listIntervals({ ...series, every, limit: limit + 1 }) : []
    const items = intervals.slice(0, limit)
    const next = intervals.length > limit ? formatCursor(items.at(-1)) : null
    const names = listNames(kind, wanted).filter((name) => fieldsOf(kind)[name] === 'number')
    if (!isCsv)
      return writeJson(
        items.map((item) => formatInterval(item, names)),
        next,
      )
    return writeCsv(
      intervalColumns(names),
      items.map((item) => intervalRow(item, names)),
      next,
    )
  }

  const readings = await store.listReadings({
    ...series,
    limit: query.limit + 1,
    ...(query.after !== undefined && { after: parseCursor(query.after) }),
  })
  const items = readings.slice(0, query.limit)
  const next = readings.length > query.limit ? formatCursor(items.at(-1)) : null
  if (!isCsv)
    return writeJson(
      items.map((item) => formatReading(item, wanted)),
      next,
    )
  const names = listNames(kind, wanted)
  const columns = ['device', 'time', 'receivedTime', ...names]
  return writeCsv(
    columns,
    items.map((item) => readingRow(item, names)),
    next,
  )
}

/** Pages are large, so they are written here, past what an answer otherwise goes through. */
export function sendReadingPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { mediaType, body, next }: ReadingPage,
  publicUrl: string | undefined,
): never {
  linkNext(request, reply, next, publicUrl)
  return sendWritten(reply, mediaType, body)
}

function writeJson(items: readonly object[], next: string | null): ReadingPage {
  const body = JSON.stringify({ items, next })
  return { mediaType: 'application/json; charset=utf-8', body, next, count: items.length }
}

function writeCsv(columns: readonly string[], rows: readonly unknown[][], next: string | null): ReadingPage {
  const body = stringify([columns, ...rows], { cast: { boolean: String, string: escapeFormula } })
  return { mediaType: 'text/csv; charset=utf-8; header=present', body, next, count: rows.length }
}

const ALWAYS_THERE = ['device', 'time', 'receivedTime']

/** The fields asked for, by the store's names; undefined where all are. A part's own name always comes along. */
function chooseFields(kind: Kind, { fields }: ReadingsQuery): ReadonlySet<string> | undefined {
  if (!fields) return undefined
  const known = Object.keys(fieldsOf(kind))
  const allowed = kind === 'traffic' ? [...known, 'counts'] : known
  const unknown = fields.filter((name) => !allowed.includes(name) && !ALWAYS_THERE.includes(name))
  if (unknown.length > 0) {
    throw refuse(
      'fields',
      `${unknown.map((name) => JSON.stringify(name)).join(', ')} is no field of a ${kind}; allowed are ${allowed.join(', ')}`,
    )
  }
  const wanted = new Set(fields.flatMap((name) => (name === 'counts' ? COUNTS_FIELDS : [name])))
  if (kind === 'traffic') wanted.add('lane').add('direction')
  return wanted
}

function listNames(kind: Kind, wanted: ReadonlySet<string> | undefined): string[] {
  const known = Object.keys(fieldsOf(kind))
  return wanted ? known.filter((name) => wanted.has(name)) : known
}

function readingRow(reading: Reading, names: readonly string[]): unknown[] {
  return [
    reading.device,
    formatTime(reading.time),
    formatTime(reading.receivedTime),
    ...names.map((name) => reading.fields[name]),
  ]
}

function formatInterval({ time, count, fields }: ReadingInterval, names: readonly string[]): object {
  const summaries = names.flatMap((name) => {
    const summary = fields[name]
    // `count` is the number of readings here, so a counter's own field of that name steps aside.
    return summary ? [[name === 'count' ? 'countField' : name, summary] as const] : []
  })
  return { time: formatTime(time), count, ...Object.fromEntries(summaries) }
}

function intervalColumns(names: readonly string[]): string[] {
  return ['time', 'count', ...names.flatMap((name) => [`${name}Mean`, `${name}Min`, `${name}Max`])]
}

function intervalRow({ time, count, fields }: ReadingInterval, names: readonly string[]): unknown[] {
  return [
    formatTime(time),
    count,
    ...names.flatMap((name) => [fields[name]?.mean, fields[name]?.min, fields[name]?.max]),
  ]
}

function formatCursor(last: { time: number; part?: string } | undefined): string | null {
  return last ? Buffer.from(JSON.stringify([last.time, last.part ?? ''])).toString('base64url') : null
}

const cursorSchema = z.tuple([z.int(), z.string()])

function parseCursor(cursor: string): { time: number; part: string } {
  try {
    const [time, part] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    return { time, part }
  } catch {
    throw refuse('after', 'must be the `next` of the page before')
  }
}

/** A spreadsheet takes a text that begins so for a formula (CWE-1236): a quotation mark before it prevents that. */
function escapeFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
}

function refuse(path: string, message: string): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', `The query is not as it should be: ${path}: ${message}`, {
    faults: [{ path, message }],
  })
}
