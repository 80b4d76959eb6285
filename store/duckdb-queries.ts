import type { DuckDBConnection } from '@duckdb/node-api'
import type { Kind } from '../model/device.ts'
import type { FieldValue, Reading } from '../model/reading.ts'
import type { FieldColumn } from './duckdb-columns.ts'
import { type DuckdbDatabase, tableOf } from './duckdb-database.ts'
import type {
  FieldSummary,
  IntervalsQuery,
  MeasuredQuery,
  ReadingInterval,
  ReadingsQuery,
  ReceivedQuery,
  SeriesQuery,
} from './reading-store.ts'
import { compareText, type SeriesIndex } from './series-index.ts'

interface Source {
  readonly connection: DuckDBConnection
  readonly database: DuckdbDatabase
  readonly index: SeriesIndex
}

export async function queryReadings(
  { connection, database, index }: Source,
  query: ReadingsQuery,
): Promise<readonly Reading[]> {
  const { authority, kind, device, after, limit } = query
  const parts = index.listParts(authority, kind, device)
  if (parts.length === 0 || limit <= 0) return []
  const columns = database.columns[kind]
  const rank = `list_position([${parts.map(({ id }) => id).join(', ')}], series)`
  const conditions = [...boundsOf(query, after?.time), `series IN (${parts.map(({ id }) => id).join(', ')})`]
  if (after) {
    const passed = parts.filter(({ part }) => compareText(part, after.part) <= 0).length
    conditions.push(`(time > ${wholeTime(after.time)} OR ${rank} > ${passed})`)
  }
  const rows = await readRows(
    connection,
    `SELECT ${rank}::DOUBLE, ${measuredColumns(columns)} FROM ${tableOf(kind)} WHERE ${conditions.join(' AND ')}
     ORDER BY time, 1 LIMIT ${Math.floor(limit)}`,
  )
  return rows.map(([position, ...measured]) => {
    const part = parts[(position as number) - 1]?.part ?? ''
    return { authority, kind, device, part, ...readMeasured(columns, measured) }
  })
}

export async function queryMeasured(
  { connection, database, index }: Source,
  { authority, kind, from, to, limit, after }: MeasuredQuery,
): Promise<readonly Reading[]> {
  const series = index.list(authority, kind)
  if (series.length === 0 || limit <= 0) return []
  const columns = database.columns[kind]
  const conditions = boundsOf({ from, to }, after?.time)
  if (after) {
    const passed = series.filter((one) => compareSeries(one, after) <= 0).length
    conditions.push(`(time > ${wholeTime(after.time)} OR rank >= ${passed})`)
  }
  const rows = await readRows(
    connection,
    `SELECT rank::DOUBLE, ${measuredColumns(columns)} FROM ${tableOf(kind)}
     JOIN (SELECT unnest([${series.map(({ id }) => id).join(', ')}]) AS series, unnest(range(${series.length})) AS rank)
     USING (series) WHERE ${conditions.join(' AND ')} ORDER BY time, rank LIMIT ${Math.floor(limit)}`,
  )
  return rows.map(([rank, ...measured]) => {
    const { device, part } = series[rank as number] ?? { device: '', part: '' }
    return { authority, kind, device, part, ...readMeasured(columns, measured) }
  })
}

/** How far back the newest reading of what still reports is looked for first; further back, rows take longer to find. */
const RECENT_MS = 2 * 86_400_000

export async function queryLatestUntil(
  { connection, database, index }: Source,
  { authority, kind, until }: { authority: string; kind: Kind; until: number },
): Promise<readonly Reading[]> {
  const columns = database.columns[kind]
  const series = index.list(authority, kind)
  const found = new Map<number, Reading>()
  for (const { id, latest } of series) if (latest && hasEnded(latest, until)) found.set(id, latest)
  for (const from of [until - RECENT_MS, Number.NEGATIVE_INFINITY]) {
    const missing = new Map(series.flatMap((one) => (found.has(one.id) ? [] : [[one.id, one] as const])))
    if (missing.size === 0) break
    const rows = await readRows(
      connection,
      `SELECT series, ${measuredColumns(columns)} FROM ${tableOf(kind)}
       JOIN (SELECT series, max(time) AS time FROM ${tableOf(kind)}
         WHERE ${boundsOf({ from, to: until + 1 }).join(' AND ')} AND series IN (${[...missing.keys()].join(', ')})
         ${kind === 'traffic' ? `AND time + coalesce("intervalSeconds", 0) * 1000 <= ${wholeTime(until)}` : ''}
         GROUP BY series) USING (series, time)`,
    )
    for (const [id, ...measured] of rows) {
      const one = missing.get(id as number)
      if (!one) continue
      const { device, part } = one
      found.set(one.id, { authority, kind, device, part, ...readMeasured(columns, measured) })
    }
  }
  return series.flatMap(({ id }) => found.get(id) ?? [])
}

function hasEnded({ time, fields }: Reading, until: number): boolean {
  const { intervalSeconds } = fields
  return time + (typeof intervalSeconds === 'number' ? intervalSeconds * 1000 : 0) <= until
}

function compareSeries(a: Pick<Reading, 'device' | 'part'>, b: Pick<Reading, 'device' | 'part'>): number {
  return compareText(a.device, b.device) || compareText(a.part, b.part)
}

export async function queryReceived(
  { connection, database, index }: Source,
  { authority, kind, from, receivedFrom, limit }: ReceivedQuery,
): Promise<readonly Reading[]> {
  const series = new Map(
    index.list(authority, kind).flatMap((one) => {
      // A series whose newest reading is older has none that was measured later.
      return one.latest && one.latest.time >= from ? [[one.id, one] as const] : []
    }),
  )
  if (series.size === 0 || limit <= 0) return []
  const columns = database.columns[kind]
  const ranks = [...series.keys()]
  const rows = await readRows(
    connection,
    `SELECT series, ${measuredColumns(columns)} FROM ${tableOf(kind)}
     WHERE time >= ${wholeTime(from)} AND "receivedTime" >= ${wholeTime(receivedFrom)}
     AND series IN (${ranks.join(', ')})
     ORDER BY "receivedTime", list_position([${ranks.join(', ')}], series), time LIMIT ${Math.floor(limit)}`,
  )
  return rows.map(([id, ...measured]) => {
    const { device, part } = series.get(id as number) ?? { device: '', part: '' }
    return { authority, kind, device, part, ...readMeasured(columns, measured) }
  })
}

export async function queryIntervals(
  { connection, database, index }: Source,
  query: IntervalsQuery,
): Promise<readonly ReadingInterval[]> {
  const { authority, kind, device, every, limit } = query
  const parts = index.listParts(authority, kind, device)
  if (parts.length === 0 || limit <= 0) return []
  const names = database.columns[kind].filter(({ type }) => type === 'number').map(({ name }) => name)
  const summaries = names.flatMap((name) => ['avg', 'min', 'max'].map((summary) => `${summary}("${name}")`))
  // The remainder of a negative time is negative in SQL; an interval before 1970 begins before it, too.
  const start = `(time - ((time % ${every}) + ${every}) % ${every})::DOUBLE`
  const rows = await readRows(
    connection,
    `SELECT ${start} AS start, count(*)::DOUBLE, ${summaries.join(', ')} FROM ${tableOf(kind)}
     WHERE ${[...boundsOf(query), `series IN (${parts.map(({ id }) => id).join(', ')})`].join(' AND ')}
     GROUP BY start ORDER BY start LIMIT ${Math.floor(limit)}`,
  )
  return rows.map(([time, count, ...values]) => {
    const fields: Record<string, FieldSummary> = {}
    for (const [index, name] of names.entries()) {
      const [mean, min, max] = values.slice(index * 3, index * 3 + 3)
      if (typeof mean === 'number' && typeof min === 'number' && typeof max === 'number') {
        fields[name] = { mean, min, max }
      }
    }
    return { time: time as number, count: count as number, fields }
  })
}

export async function queryCount(
  connection: DuckDBConnection,
  query: Omit<SeriesQuery, 'device'>,
): Promise<number> {
  const result = await connection.runAndReadAll(
    `SELECT count(*)::DOUBLE FROM ${tableOf(query.kind)}
     WHERE ${boundsOf(query).join(' AND ')}
     AND series IN (SELECT id FROM series WHERE authority = $1 AND kind = '${query.kind}')`,
    [query.authority],
  )
  return Number(result.getRows()[0]?.[0] ?? 0)
}

/** As much work as counting, but for a column more: no field is looked at. */
export async function queryVersion(
  connection: DuckDBConnection,
  query: Omit<SeriesQuery, 'device'>,
): Promise<string> {
  const result = await connection.runAndReadAll(
    `SELECT count(*)::VARCHAR, bit_xor(hash(series, time, "receivedTime"))::VARCHAR FROM ${tableOf(query.kind)}
     WHERE ${boundsOf(query).join(' AND ')}
     AND series IN (SELECT id FROM series WHERE authority = $1 AND kind = '${query.kind}')`,
    [query.authority],
  )
  return (result.getRows()[0] ?? []).join('.')
}

export async function querySeries(
  connection: DuckDBConnection,
  kind: Kind,
): Promise<readonly { id: number; authority: string; device: string; part: string }[]> {
  const rows = await readRows(
    connection,
    `SELECT id, authority, device, part FROM series WHERE kind = '${kind}' ORDER BY id`,
  )
  return rows.map(([id, authority, device, part]) => ({
    id: id as number,
    authority: authority as string,
    device: device as string,
    part: part as string,
  }))
}

/** The newest row of every series of a kind. */
export async function queryLatest(
  connection: DuckDBConnection,
  kind: Kind,
  columns: readonly FieldColumn[],
): Promise<readonly (Pick<Reading, 'time' | 'receivedTime' | 'fields'> & { series: number })[]> {
  const table = tableOf(kind)
  const rows = await readRows(
    connection,
    `SELECT series, ${measuredColumns(columns)} FROM ${table}
     JOIN (SELECT series, max(time) AS time FROM ${table} GROUP BY series) USING (series, time)`,
  )
  return rows.map(([series, ...measured]) => ({
    series: series as number,
    ...readMeasured(columns, measured),
  }))
}

// Whole numbers as doubles: DuckDB's 64-bit integers would come as BigInts, and no time is beyond 2^53.
function measuredColumns(columns: readonly FieldColumn[]): string {
  return [
    'time::DOUBLE AS "measuredTime"',
    '"receivedTime"::DOUBLE',
    ...columns.map(({ name }) => `"${name}"`),
  ].join(', ')
}

function readMeasured(
  columns: readonly FieldColumn[],
  [time, receivedTime, ...values]: readonly unknown[],
): Pick<Reading, 'time' | 'receivedTime' | 'fields'> {
  const fields: Record<string, FieldValue> = {}
  for (let index = 0; index < columns.length; index++) {
    const value = values[index]
    if (value !== null && value !== undefined) {
      fields[(columns[index] as FieldColumn).name] = value as FieldValue
    }
  }
  return { time: time as number, receivedTime: receivedTime as number, fields }
}

async function readRows(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(sql)).getRows()
}

function boundsOf({ from, to }: { from: number; to: number }, afterTime = from): string[] {
  return [`time >= ${wholeTime(Math.max(from, afterTime))}`, `time < ${wholeTime(to)}`]
}

// Beyond what Date reaches there is no reading, and Infinity is no number of SQL's.
function wholeTime(time: number): number {
  return Math.ceil(Math.min(Math.max(time, -8.64e15), 8.64e15))
}
