import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createApiClient } from '../device-sim/client/api-client.ts'
import type { Clock } from '../model/clock.ts'
import { KerbsideError, messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Round, RoundRequest } from '../model/round.ts'
import { localDate } from '../rounds/local-date.ts'
import type { RoundProgress } from '../rounds/round-input.ts'

export interface PlanCommandParts {
  readonly apiUrl: string
  readonly adminKey: string
  readonly clock: Clock
  readonly logger: Logger
  /** Aborted where whoever waits for the plan wants it no more. */
  readonly signal: AbortSignal
  /** Where a bar can be written over; otherwise progress goes to the log. */
  readonly terminal: { write(text: string): unknown } | undefined
  readonly print: (text: string) => unknown
}

/** Of a round's own addresses, the endings that give it in another format. */
const FORMATS = ['.geojson', '.gpx', '.csv', '.html'] as const
const DEFAULT_SECONDS = 10
const BAR_WIDTH = 25
const LOG_EVERY_MS = 1_000
const FOLLOW_AGAIN_MS = 1_000
/** How long a server that ends or starts again may be away. */
const PATIENCE_MS = 120_000

/**
 * `kerbside plan AUTHORITY …`: has a round planned over the API, shows how it is getting on, prints what came out, and writes
 * it to a file. Rejects with a KerbsideError where there is no plan in the end: it was refused, failed or was cancelled.
 */
export async function runPlanCommand(args: string[], parts: PlanCommandParts): Promise<void> {
  const { authority, request, out } = readArguments(args)
  const { apiUrl, adminKey: key, clock, logger, signal, print } = parts
  const api = createApiClient({ apiUrl, key })
  const path = `/authorities/${authority}/rounds`
  const found = (await api.find(`/authorities/${authority}`)) as { timeZone: string } | undefined
  if (!found) throw new KerbsideError('NOT_FOUND', `plan: there is no authority ${authority}`)
  const date = request.date ?? localDate(clock.now(), found.timeZone)
  const { id } = (await api.create(path, { ...request, date })) as Round
  const cancel = (): void => {
    // Whether it was over before, its end tells.
    api.create(`${path}/${id}/cancel`, undefined).catch((error: unknown) => {
      logger.warn({ error: messageOf(error), round: id }, 'the round could not be cancelled')
    })
  }
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  await follow(`${path}/${id}/events`, request.seconds ?? DEFAULT_SECONDS, parts)
  const round = (await api.find(`${path}/${id}`)) as Round
  if (round.lorries.length > 0 || round.status === 'done') print(describe(round))
  if (round.status !== 'done') {
    const why = round.error === null ? '' : `: ${round.error}`
    throw new KerbsideError('CONFLICT', `plan: the round ${id} is ${round.status}${why}`)
  }
  if (out !== undefined) await writeRound(`${path}/${id}`, out, parts)
}

function readArguments(args: string[]): {
  authority: string
  request: Partial<RoundRequest>
  out: string | undefined
} {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      date: { type: 'string' },
      'next-date': { type: 'string' },
      seconds: { type: 'string' },
      threads: { type: 'string' },
      seed: { type: 'string' },
      bins: { type: 'string' },
      out: { type: 'string' },
    },
  })
  const [authority, ...more] = positionals
  if (authority === undefined || more.length > 0) {
    throw new KerbsideError('INVALID_REQUEST', 'plan: the id of one AUTHORITY is expected')
  }
  const { date, 'next-date': nextDate, seconds, threads, seed, bins, out } = values
  if (out !== undefined && ![...FORMATS, '.json'].includes(extname(out))) {
    throw new KerbsideError('INVALID_REQUEST', `--out: ${out} ends in none of .json, ${FORMATS.join(', ')}`)
  }
  return {
    authority,
    out,
    request: {
      ...(date === undefined ? {} : { date }),
      ...(nextDate === undefined ? {} : { nextDate }),
      ...(seconds === undefined ? {} : { seconds: readNumber('--seconds', seconds) }),
      ...(threads === undefined ? {} : { threads: readNumber('--threads', threads) }),
      ...(seed === undefined ? {} : { seed: readNumber('--seed', seed) }),
      ...(bins === undefined ? {} : { deviceIds: bins.split(',') }),
    },
  }
}

/** What is allowed beyond being a number, the API says. */
function readNumber(name: string, value: string): number {
  const number = Number(value)
  if (value.trim() !== '' && Number.isFinite(number)) return number
  throw new KerbsideError('INVALID_REQUEST', `${name}: ${value} is no number`)
}

/** Resolves when the round is over, whoever plans it by then: a stream that breaks is taken up again. */
async function follow(path: string, seconds: number, parts: PlanCommandParts): Promise<void> {
  const show = createProgressLine(seconds, parts)
  let lastEventId: string | undefined
  let heardAt = performance.now()
  try {
    for (;;) {
      try {
        for await (const { id, event, data } of readEvents(path, lastEventId, parts)) {
          heardAt = performance.now()
          lastEventId = id
          if (event === 'progress') show.update(data as RoundProgress)
          else if (event === 'done') return
        }
      } catch (error) {
        if (error instanceof KerbsideError) throw error
        if (performance.now() - heardAt > PATIENCE_MS) {
          throw new KerbsideError('BUSY', `plan: the API cannot be reached any more: ${messageOf(error)}`)
        }
      }
      await wait(FOLLOW_AGAIN_MS)
    }
  } finally {
    show.end()
  }
}

interface ReadEvent {
  readonly id: string
  readonly event: string
  readonly data: unknown
}

/** The events of a stream, until it ends. */
async function* readEvents(
  path: string,
  lastEventId: string | undefined,
  { apiUrl, adminKey }: PlanCommandParts,
): AsyncGenerator<ReadEvent> {
  const response = await fetch(`${apiUrl}/v1${path}`, {
    headers: {
      authorization: `Bearer ${adminKey}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  })
  if (response.status === 404) throw new KerbsideError('NOT_FOUND', 'plan: the round was deleted meanwhile')
  if (!response.ok || !response.body) throw new Error(`the stream was answered with ${response.status}`)
  let text = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(
        block
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      )
      const [id, event, data] = [fields.get('id'), fields.get('event'), fields.get('data')]
      if (id && event && data) yield { id, event, data: JSON.parse(data) }
    }
  }
}

/** A bar that is written over on a terminal, with the best so far; otherwise at most a line a second in the log. */
function createProgressLine(
  seconds: number,
  { terminal, logger }: Pick<PlanCommandParts, 'terminal' | 'logger'>,
): { update(progress: RoundProgress): void; end(): void } {
  let latest: RoundProgress | undefined
  let startedAt: number | undefined
  let loggedAt = Number.NEGATIVE_INFINITY
  const timer = terminal && setInterval(() => draw(), 250)
  timer?.unref()

  return {
    update(progress) {
      latest = progress
      startedAt ??= performance.now() - progress.elapsedSeconds * 1000
      if (terminal) draw()
      else if (performance.now() - loggedAt >= LOG_EVERY_MS) {
        loggedAt = performance.now()
        logger.info({ ...progress }, 'a better plan')
      }
    },
    end() {
      clearInterval(timer)
      if (!terminal || !latest) return
      // Small rounds are done before their time.
      draw(1)
      terminal.write('\n')
    },
  }

  function draw(part?: number): void {
    if (!latest || startedAt === undefined) return
    const ratio = part ?? Math.min(1, (performance.now() - startedAt) / (seconds * 1000))
    const bar = '█'.repeat(Math.floor(ratio * BAR_WIDTH)).padEnd(BAR_WIDTH, '░')
    const { cost, bins, distanceM, durationSeconds } = latest
    const best = `cost ${cost.toFixed(2)}, ${bins} bins, ${formatKm(distanceM)} km, ${formatHours(durationSeconds)} h`
    terminal?.write(`\r${bar} ${best}\u001b[K`)
  }
}

async function writeRound(path: string, file: string, { apiUrl, adminKey }: PlanCommandParts): Promise<void> {
  const format = FORMATS.find((ending) => ending === extname(file)) ?? ''
  const response = await fetch(`${apiUrl}/v1${path}${format}`, {
    headers: { authorization: `Bearer ${adminKey}` },
  })
  if (!response.ok)
    throw new KerbsideError('BUSY', `plan: ${path}${format} was answered with ${response.status}`)
  try {
    await writeFile(file, await response.text())
  } catch (error) {
    throw new KerbsideError('INVALID_FILE', `--out: ${file} cannot be written: ${messageOf(error)}`)
  }
}

/** A line for each lorry, and what they come to. */
function describe({ id, status, lorries, left, cost, distanceM, durationSeconds, estimated }: Round): string {
  const rows = lorries.map(({ lorryId, stops, distanceM: metres, durationSeconds: seconds }) => [
    lorryId,
    ...countStops(stops),
    formatKm(metres),
    formatHours(seconds),
  ])
  const total = countStops(lorries.flatMap(({ stops }) => stops))
  const table = [
    ['lorry', 'bins', 'tips', 'km', 'hours'],
    ...rows,
    ['all', ...total, formatKm(distanceM), formatHours(durationSeconds)],
  ]
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  )
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  )
  const ways = estimated ? 'by straight lines, for want of a map' : 'by road'
  return [
    `Round ${id}: ${status}, cost ${cost.toFixed(2)}, ${left.length} bins left, ways ${ways}`,
    ...lines,
    '',
  ].join('\n')
}

function countStops(stops: Round['lorries'][number]['stops']): string[] {
  return (['lift', 'tip'] as const).map((wanted) =>
    String(stops.filter(({ type }) => type === wanted).length),
  )
}

function formatKm(metres: number): string {
  return (metres / 1000).toFixed(1)
}

function formatHours(seconds: number): string {
  return (seconds / 3600).toFixed(2)
}
