import type { Reading } from '../model/reading.ts'
import { findFault, PARTS_PER_DEVICE_MAX } from './find-fault.ts'
import type { InfluxdbClient } from './influxdb-client.ts'
import { InfluxdbDatabaseError } from './influxdb-database-error.ts'
import { formatLine } from './influxdb-lines.ts'
import { removeLeftovers } from './influxdb-replacement.ts'
import type { SeriesTimes } from './influxdb-series-times.ts'
import type { RefusedReading } from './reading-store.ts'

/** InfluxDB 2 recommends 5,000 lines a request; the bytes keep a batch of long texts below 1.x's limit of 25 MB. */
const LINES_PER_REQUEST = 5_000
const CHARACTERS_PER_REQUEST = 4 * 1024 * 1024

interface Line {
  readonly index: number
  readonly reading: Reading
  readonly text: string
}

/**
 * Writes to each database in turn. Where every authority has one of its own, the readings of one that is missing or closed
 * are refused, so that an authority waits for its database alone; a common one that is missing holds all of them up.
 */
export async function writeBatch(
  { client, times }: { client: InfluxdbClient; times: SeriesTimes },
  readings: readonly Reading[],
): Promise<readonly RefusedReading[]> {
  const refused: RefusedReading[] = []
  const failed: { database: string; indexes: readonly number[]; error: InfluxdbDatabaseError }[] = []
  for (const [database, indexes] of groupByDatabase(client, readings, refused)) {
    try {
      await writeDatabase(database, indexes)
    } catch (error) {
      if (!client.isPerAuthority || !(error instanceof InfluxdbDatabaseError)) throw error
      failed.push({ database, indexes, error })
    }
  }
  for (const { database, indexes, error } of failed) {
    // A token that is wrong for all is a wrong setting, which must not fill anybody's quarantine.
    if (!error.isMissing && !(await client.takesElsewhere(database))) throw error
    const already = new Set(refused.map(({ index }) => index))
    for (const index of indexes) if (!already.has(index)) refused.push({ index, detail: error.detail })
  }
  return refused.sort((a, b) => a.index - b.index)

  async function writeDatabase(database: string, indexes: readonly number[]): Promise<void> {
    await times.learn(
      database,
      indexes.map((index) => readings[index] as Reading),
    )
    const lines = new Map<number, Line>()
    const replacing = new Map<string, number>()
    for (const index of indexes) {
      const reading = readings[index] as Reading
      const age = times.note(reading)
      if (age === 'too many parts') {
        refused.push({
          index,
          detail: `part ${JSON.stringify(reading.part)} is one too many: a device has at most ${PARTS_PER_DEVICE_MAX} lanes and directions`,
        })
        continue
      }
      lines.set(index, { index, reading, text: formatLine(reading) })
      if (age === 'not newer') replacing.set(identityOf(reading), index)
    }
    if (replacing.size > 0) {
      dropRepeated(lines, replacing)
      const replacements = [...replacing.values()].map((index) => readings[index] as Reading)
      await removeLeftovers({ client, database }, replacements)
    }
    for (const request of divide([...lines.values()])) await writeLines(request, database)
  }

  async function writeLines(lines: readonly Line[], database: string): Promise<void> {
    const refusal = await client.write(
      database,
      lines.map(({ text }) => text),
    )
    if (refusal === undefined) return
    // Lines that are alike in what a server may object to come side by side, so that few parts are mixed.
    const alike = [...lines].sort(
      (a, b) => compare(signatureOf(a.reading), signatureOf(b.reading)) || a.reading.time - b.reading.time,
    )
    await findRefused(alike, refusal, database)
  }

  /**
   * Writes the halves of what was refused until the refused lines stand alone: for k refused among n lines about
   * 2 k log2(n / k) requests. A line counts as stored only once a request with it was taken as a whole.
   */
  async function findRefused(lines: readonly Line[], refusal: string, database: string): Promise<void> {
    if (lines.length === 1 || countDropped(refusal) === lines.length) {
      for (const { index } of lines) refused.push({ index, detail: refusal })
      return
    }
    const middle = lines.length >> 1
    for (const half of [lines.slice(0, middle), lines.slice(middle)]) {
      const halfRefusal = await client.write(
        database,
        half.map(({ text }) => text),
      )
      if (halfRefusal !== undefined) await findRefused(half, halfRefusal, database)
    }
  }
}

function groupByDatabase(
  client: InfluxdbClient,
  readings: readonly Reading[],
  refused: RefusedReading[],
): Map<string, number[]> {
  const databases = new Map<string, number[]>()
  for (const [index, reading] of readings.entries()) {
    const fault = findFault(reading)
    if (fault !== undefined) {
      refused.push({ index, detail: fault })
      continue
    }
    const database = client.databaseOf(reading.authority)
    const indexes = databases.get(database)
    if (indexes) indexes.push(index)
    else databases.set(database, [index])
  }
  return databases
}

// Of one identity only the last reading is sent: InfluxDB would add the fields of the earlier ones to it.
function dropRepeated(lines: Map<number, Line>, replacing: ReadonlyMap<string, number>): void {
  for (const [index, { reading }] of lines) {
    const last = replacing.get(identityOf(reading))
    if (last !== undefined && last !== index) lines.delete(index)
  }
}

function identityOf({ authority, kind, device, part, time }: Reading): string {
  return `${authority} ${kind} ${device} ${time} ${part}`
}

function* divide(lines: readonly Line[]): Generator<readonly Line[]> {
  let from = 0
  let characters = 0
  for (const [index, { text }] of lines.entries()) {
    if (
      index > from &&
      (index - from >= LINES_PER_REQUEST || characters + text.length > CHARACTERS_PER_REQUEST)
    ) {
      yield lines.slice(from, index)
      from = index
      characters = 0
    }
    characters += text.length
  }
  if (from < lines.length) yield lines.slice(from)
}

function signatureOf({ kind, fields }: Reading): string {
  return `${kind} ${Object.keys(fields).sort().join(' ')}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** 1.x and 2.x end with `dropped=N`, counted in the part of time (shard) that failed first: never more than there are. */
function countDropped(refusal: string): number | undefined {
  const dropped = /dropped=(\d+)/.exec(refusal)?.[1]
  return dropped === undefined ? undefined : Number(dropped)
}
