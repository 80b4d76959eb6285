import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'
import { z } from 'zod'
import { KerbsideError, messageOf } from '../model/error.ts'
import { InfluxdbDatabaseError } from './influxdb-database-error.ts'

const gzip = promisify(gzipCallback)

/** How many databases are asked whether it is only one that takes nothing. */
const OTHERS_TO_TRY = 3

export interface InfluxdbClientOptions {
  /** `http://user:password@host:port?database=kerbside`. InfluxDB 2 and 3: the token is the password, the user is any. */
  readonly url: string
  /** How long a write may take, in ms. Default 10,000. */
  readonly writeTimeout?: number
  /** How long a query may take, in ms. Default 30,000. */
  readonly queryTimeout?: number
  /** Whether lines are compressed on their way. Default true. */
  readonly isCompressed?: boolean
}

/** One series of an answer: its tags where it was grouped by some, and its rows in the order of its columns. */
export interface InfluxdbSeries {
  readonly tags: Readonly<Record<string, string>>
  readonly columns: readonly string[]
  readonly values: readonly (readonly unknown[])[]
  /** Whether the server cut it short. */
  readonly isPartial: boolean
}

export interface InfluxdbClient {
  /** The server's major version; it does not change while the client lives, so it is asked once. */
  getMajorVersion(): Promise<number>
  databaseOf(authority: string): string
  /** Whether every authority has a database of its own. */
  readonly isPerAuthority: boolean
  /**
   * Resolves with undefined where every line is stored, and with the server's words where it refused some of them. The lines'
   * times are in ms unless said otherwise.
   */
  write(database: string, lines: readonly string[], precision?: 'ms' | 'ns'): Promise<string | undefined>
  /** Whether a database other than this one, which took lines before, takes them now. */
  takesElsewhere(database: string): Promise<boolean>
  /** Runs InfluxQL statements; resolves with each one's series. */
  query(database: string, statements: readonly string[]): Promise<readonly (readonly InfluxdbSeries[])[]>
}

interface Answer {
  readonly results: readonly (readonly InfluxdbSeries[])[]
  readonly isDatabaseMissing: boolean
  readonly isNotExecuted: boolean
  readonly detail: string
}

const NO_RESULTS: Answer = { results: [], isDatabaseMissing: false, isNotExecuted: false, detail: '' }

const urlSchema = z.url({
  protocol: /^https?$/,
  error: 'a URL such as http://127.0.0.1:8086?database=kerbside',
})

const answerSchema = z.object({
  results: z
    .array(
      z.object({
        error: z.string().optional(),
        series: z
          .array(
            z.object({
              tags: z.record(z.string(), z.string()).optional(),
              columns: z.array(z.string()),
              // Left unchecked here for speed: every value is checked where it is read.
              values: z.custom<unknown[][]>(Array.isArray).optional(),
              partial: z.boolean().optional(),
            }),
          )
          .optional(),
        partial: z.boolean().optional(),
      }),
    )
    .optional(),
  error: z.string().optional(),
})

/**
 * Speaks to InfluxDB 1, 2 and 3 by what they have in common: line protocol to /write, InfluxQL from /query. Every failure
 * is a KerbsideError STORE_UNAVAILABLE, an InfluxdbDatabaseError where it is about one database; one that is missing is made
 * where the server allows it (1.x).
 */
export function createInfluxdbClient({
  url,
  writeTimeout = 10_000,
  queryTimeout = 30_000,
  isCompressed = true,
}: InfluxdbClientOptions): InfluxdbClient {
  const { base, headers, database: databasePattern } = parseUrl(url)
  let majorVersion: Promise<number> | undefined
  // The one that took lines last is last. Bounded by the authorities.
  const taking = new Set<string>()

  return {
    getMajorVersion,
    databaseOf: (authority) => databasePattern.replaceAll('{authority}', authority),
    isPerAuthority: databasePattern.includes('{authority}'),
    async write(database, lines, precision = 'ms') {
      const first = await postLines(database, lines, precision)
      if (first.status !== 404) return first.refusal
      await createDatabase(database, first.detail)
      const second = await postLines(database, lines, precision)
      if (second.status === 404) throw missing(database, second.detail)
      return second.refusal
    },
    async takesElsewhere(database) {
      const others = [...taking].filter((name) => name !== database).slice(-OTHERS_TO_TRY)
      for (const other of others.reverse()) {
        // No lines at all: rights are checked, and nothing is written.
        const answer = await postLines(other, []).catch(() => undefined)
        if (answer !== undefined && answer.status !== 404) return true
      }
      return false
    },
    async query(database, statements) {
      const answer = await postStatements(database, statements)
      if (!answer.isDatabaseMissing) return answer.results
      await createDatabase(database, answer.detail)
      return statements.map(() => [])
    },
  }

  async function postLines(
    database: string,
    lines: readonly string[],
    precision: 'ms' | 'ns' = 'ms',
  ): Promise<{ status: number; detail: string; refusal: string | undefined }> {
    const text = lines.join('\n')
    const response = await send(`write?db=${encodeURIComponent(database)}&precision=${precision}`, {
      body: isCompressed ? await gzip(text, { level: 1 }) : text,
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
      },
      timeout: writeTimeout,
    })
    if (response.status === 204 || response.status === 200) {
      taking.delete(database)
      taking.add(database)
      return { ...response, refusal: undefined }
    }
    if (isDenied(response.status)) throw denied(database, response)
    if (response.status === 404) return { ...response, refusal: undefined }
    // 413: too many bytes at once for the server or a proxy before it. The others are InfluxDB's own words about lines;
    // without those, a 400 is somebody else's and says nothing about them.
    const isRefusal =
      response.status === 413 || ((response.status === 400 || response.status === 422) && response.isJson)
    if (!isRefusal) throw unavailable(`it answered ${response.status}: ${response.detail}`)
    return { ...response, refusal: response.detail }
  }

  // Of several statements, 1.x says of a missing database only that one was not executed.
  async function postStatements(database: string, statements: readonly string[]): Promise<Answer> {
    const answer = await postQuery(database, statements.join(';'))
    if (!answer.isNotExecuted) return answer
    const reason = await postQuery(database, statements[0] ?? '')
    if (reason.isDatabaseMissing) return reason
    throw unavailable(`it answered a query with the error ${answer.detail}`)
  }

  async function postQuery(database: string, statement: string): Promise<Answer> {
    const response = await send(`query?db=${encodeURIComponent(database)}&epoch=ms`, {
      body: new URLSearchParams({ q: statement }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      timeout: queryTimeout,
    })
    const isDatabaseMissing = isMissingDatabase(response.detail)
    if (response.status !== 200) {
      if (isDatabaseMissing) return { ...NO_RESULTS, isDatabaseMissing, detail: response.detail }
      if (isDenied(response.status)) throw denied(database, response)
      throw unavailable(`it answered a query with ${response.status}: ${response.detail}`)
    }
    const answer = answerSchema.safeParse(parseJson(response.text))
    if (!answer.success) throw unavailable(`it answered a query with ${response.text.slice(0, 200)}`)
    const errors = [answer.data.error, ...(answer.data.results ?? []).map(({ error }) => error)]
    const error = errors.find((text) => text !== undefined)
    if (error !== undefined) {
      if (isMissingDatabase(error)) return { ...NO_RESULTS, isDatabaseMissing: true, detail: error }
      if (error === 'not executed') return { ...NO_RESULTS, isNotExecuted: true, detail: error }
      throw unavailable(`it answered a query with the error ${error}`)
    }
    const results = (answer.data.results ?? []).map((result) =>
      (result.series ?? []).map((series) => ({
        tags: series.tags ?? {},
        columns: series.columns,
        values: series.values ?? [],
        isPartial: series.partial ?? result.partial ?? false,
      })),
    )
    return { ...NO_RESULTS, results }
  }

  // InfluxDB 3 makes a database at its first write; 2 wants a bucket and a mapping of its name, which need its own API.
  async function createDatabase(database: string, detail: string): Promise<void> {
    if ((await getMajorVersion()) === 1) {
      const answer = await postQuery('', `CREATE DATABASE "${database.replace(/["\\]/g, '\\$&')}"`).catch(
        (error: unknown) => {
          throw error instanceof InfluxdbDatabaseError ? missing(database, detail) : error
        },
      )
      if (answer.isDatabaseMissing || answer.isNotExecuted) throw unavailable(answer.detail)
    } else if ((await getMajorVersion()) === 2) {
      throw missing(database, detail)
    }
  }

  function getMajorVersion(): Promise<number> {
    majorVersion ??= readMajorVersion().catch((error: unknown) => {
      majorVersion = undefined
      throw error
    })
    return majorVersion
  }

  async function readMajorVersion(): Promise<number> {
    const { status, version } = await send('ping', { timeout: queryTimeout })
    if (status >= 400) throw unavailable(`it answered /ping with ${status}`)
    // 1.x says 1.6.7 or 1.6.7~rc0, 2.x says v2.7.1, 3 says 3.0.1.
    const major = /^v?(\d+)\./.exec(version)?.[1]
    return major === undefined ? 3 : Number(major)
  }

  async function send(
    path: string,
    request: { body?: string | Uint8Array; headers?: Record<string, string>; timeout: number },
  ): Promise<{ status: number; text: string; detail: string; isJson: boolean; version: string }> {
    const { body } = request
    try {
      const response = await fetch(new URL(path, base), {
        method: body === undefined ? 'GET' : 'POST',
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
        headers: { ...headers, ...request.headers },
        redirect: 'error',
        signal: AbortSignal.timeout(request.timeout),
      })
      const text = await response.text()
      const said = response.status === 200 || response.status === 204 ? undefined : readError(text)
      return {
        status: response.status,
        text,
        detail: said ?? text.slice(0, 500),
        isJson: said !== undefined,
        version: response.headers.get('x-influxdb-version') ?? '',
      }
    } catch (error) {
      throw unavailable(describeFailure(error, request.timeout), error)
    }
  }

  // Only in the database's own words: another 404 is of something between, or of a wrong address.
  function missing(database: string, detail: string): KerbsideError {
    if (!isMissingDatabase(detail)) return unavailable(`it answered 404: ${detail}`)
    return new InfluxdbDatabaseError(
      base.host,
      `it has no database ${database} (${detail}): make it, in InfluxDB 2 as a bucket of this name, and where it is not mapped by itself, a DBRP mapping`,
      true,
    )
  }

  function denied(database: string, { status, detail }: { status: number; detail: string }): KerbsideError {
    return new InfluxdbDatabaseError(
      base.host,
      `it answered ${status} for the database ${database}: ${detail}`,
      false,
    )
  }

  function unavailable(detail: string, cause?: unknown): KerbsideError {
    return new KerbsideError('STORE_UNAVAILABLE', `InfluxDB at ${base.host} is not available: ${detail}`, {
      cause,
    })
  }
}

function parseUrl(text: string): { base: URL; headers: Record<string, string>; database: string } {
  const url = urlSchema.safeParse(text)
  if (!url.success) {
    throw new KerbsideError(
      'INVALID_CONFIG',
      'KERBSIDE_STORE must be influxdb: and a URL such as http://user:password@127.0.0.1:8086?database=kerbside',
    )
  }
  const base = new URL(url.data)
  const database = base.searchParams.get('database')
  if (!database) {
    throw new KerbsideError(
      'INVALID_CONFIG',
      `KERBSIDE_STORE names no database: its address must end in ?database= and a name, which may contain {authority}`,
    )
  }
  const { username, password } = base
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  base.search = ''
  base.username = ''
  base.password = ''
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  return {
    base,
    database,
    headers:
      username || password
        ? { authorization: `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}` }
        : {},
  }
}

// 1.x and 3: {"error": "…"}; 2.x: {"code": "…", "message": "…"}; 3, where lines were refused: {"error", "data": […]}.
function readError(text: string): string | undefined {
  const error = z
    .object({ error: z.string().optional(), message: z.string().optional(), data: z.json().optional() })
    .safeParse(parseJson(text))
  if (!error.success) return undefined
  const { error: said, message, data } = error.data
  const words = said ?? message
  if (words === undefined) return undefined
  return (data === undefined ? words : `${words}: ${JSON.stringify(data)}`).slice(0, 1_000)
}

function isDenied(status: number): boolean {
  return status === 401 || status === 403
}

function isMissingDatabase(text: string): boolean {
  return /database not found|no dbrp|dbrp mapping|bucket .*not found|database .*not (found|exist)/i.test(text)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function describeFailure(error: unknown, timeout: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeout} ms`
  // What fetch throws says only that it failed; its cause says why.
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join(', ')
  return cause === undefined ? messageOf(error) : messageOf(cause)
}
