import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import type { ProgressListener } from '../device-sim/progress.ts'
import { type ErrorCode, KerbsideError, messageOf } from '../model/error.ts'

export interface ImportGtfsParts {
  readonly apiUrl: string
  readonly adminKey: string
  readonly signal: AbortSignal
  readonly onProgress: ProgressListener
  /** Takes the list of warnings, line by line. */
  readonly print: (line: string) => void
}

interface Warning {
  readonly file: string | null
  readonly row: number | null
  readonly column: string | null
  readonly message: string
}

interface Report {
  readonly id: string
  readonly version: string
  readonly stops: number
  readonly routes: number
  readonly trips: number
  readonly stopTimes: number
  readonly warnings: readonly Warning[]
  readonly warningCount: number
}

/** Of what is wrong or odd, so much is told. */
const FAULTS_SHOWN = 50

/**
 * `kerbside import gtfs FILE --authority ID`: puts a GTFS zip to use in a running Kerbside. Rejects with INVALID_FILE, which lists
 * what is wrong, where the zip is refused; the timetable in use stays then.
 */
export async function runImportGtfsCommand(
  args: string[],
  { apiUrl, adminKey, signal, onProgress, print }: ImportGtfsParts,
): Promise<Omit<Report, 'warnings'> & { readonly authority: string }> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { authority: { type: 'string' } },
  })
  const [path, ...more] = positionals
  const { authority } = values
  if (path === undefined || more.length > 0 || authority === undefined) {
    throw new KerbsideError('INVALID_REQUEST', 'import gtfs: one FILE and --authority ID are expected')
  }
  const response = await send(`${apiUrl}/v1/authorities/${encodeURIComponent(authority)}/gtfs`, {
    path,
    bytes: await sizeOf(path),
    adminKey,
    signal,
    onProgress,
  })
  if (!response.ok) throw await describeRefusal(path, response)
  const { warnings, ...report } = (await response.json()) as Report
  for (const warning of warnings.slice(0, FAULTS_SHOWN)) print(`  ${placeOf(warning)}${warning.message}`)
  const untold = report.warningCount - Math.min(FAULTS_SHOWN, warnings.length)
  if (untold > 0) print(`  and ${untold} more ${untold === 1 ? 'warning' : 'warnings'}`)
  return { authority, ...report }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    throw new KerbsideError('INVALID_FILE', `import gtfs: ${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

async function send(
  url: string,
  {
    path,
    bytes,
    adminKey,
    signal,
    onProgress,
  }: Omit<ImportGtfsParts, 'apiUrl' | 'print'> & {
    path: string
    bytes: number
  },
): Promise<Response> {
  let done = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of createReadStream(path)) {
      yield piece
      done += piece.length
      onProgress({ phase: 'upload', done, total: bytes })
    }
  }
  try {
    return await fetch(url, {
      method: 'PUT',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/zip' },
      body: Readable.toWeb(Readable.from(counted())) as ReadableStream<Uint8Array>,
      duplex: 'half',
      signal,
    } as RequestInit)
  } catch (error) {
    signal.throwIfAborted()
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    throw new KerbsideError('BUSY', `PUT ${url} cannot be reached: ${messageOf(cause)}`, { cause: error })
  }
}

async function describeRefusal(path: string, response: Response): Promise<KerbsideError> {
  const text = await response.text()
  const problem = readProblem(text)
  if (!problem)
    return new KerbsideError(
      'INVALID_REQUEST',
      `It was answered with ${response.status}: ${text.slice(0, 2_000)}`,
    )
  const { code, detail, errors } = problem
  const lines = errors.slice(0, FAULTS_SHOWN).map(({ path: place, message }) => {
    const [file, row, column] = place.split(':')
    return `  ${placeOf({ file: file || null, row: row ? Number(row) : null, column: column ?? null })}${message}`
  })
  const untold = errors.length - lines.length
  if (untold > 0) lines.push(`  and ${untold} more`)
  return new KerbsideError(code, [`${path}: ${detail}${lines.length > 0 ? ':' : ''}`, ...lines].join('\n'), {
    faults: errors,
  })
}

function readProblem(
  text: string,
): { code: ErrorCode; detail: string; errors: { path: string; message: string }[] } | undefined {
  try {
    const { code, detail, errors = [] } = JSON.parse(text)
    return typeof code === 'string' && typeof detail === 'string'
      ? { code: code as ErrorCode, detail, errors }
      : undefined
  } catch {
    return undefined
  }
}

/** Such as `stops.txt, row 3, stop_lat: `. */
function placeOf({ file, row, column }: Omit<Warning, 'message'>): string {
  const parts = [file, row === null ? null : `row ${row}`, column].filter((part) => part !== null)
  return parts.length === 0 ? '' : `${parts.join(', ')}: `
}
