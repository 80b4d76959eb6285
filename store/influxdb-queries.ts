import type { Kind } from '../model/device.ts'
import { type FieldType, type FieldValue, fieldsOf, type Reading } from '../model/reading.ts'
import type { InfluxdbClient, InfluxdbSeries } from './influxdb-client.ts'
import { decodePart, measurementOf, quoteText } from './influxdb-lines.ts'
import type {
  FieldSummary,
  IntervalsQuery,
  MeasuredQuery,
  ReadingInterval,
  ReadingsQuery,
  ReceivedQuery,
  SeriesQuery,
} from './reading-store.ts'
import { compareText } from './series-index.ts'

/** Rows asked for beyond the limit, so that the parts of one time mostly come in one page. */
const SPARE_ROWS = 32

export async function queryLatest(
  client: InfluxdbClient,
  authority: string,
  kind: Kind,
): Promise<readonly Reading[]> {
  const series = await queryOne(
    client,
    authority,
    `SELECT ${selectFields(kind)} FROM ${measurementOf(kind)} WHERE "authority" = ${quoteText(authority)} GROUP BY "device", "part" ORDER BY time DESC LIMIT 1`,
  )
  return series.flatMap((one) => readReadings(one, { authority, kind })).sort(compareSeries)
}

/** The longest interval that a counter may count, as the model allows it. */
const INTERVAL_MAX_MS = 86_400_000
/** Of a counter whose intervals follow each other, the newest one that has ended is among so many of the newest ones. */
const NEWEST_ROWS = 8

export async function queryLatestUntil(
  client: InfluxdbClient,
  authority: string,
  kind: Kind,
  until: number,
): Promise<readonly Reading[]> {
  if (kind !== 'traffic') return queryNewest(until, 1)
  const latest = new Map<string, Reading>()
  for (const reading of await queryNewest(until, NEWEST_ROWS)) if (hasEnded(reading)) take(reading)
  // InfluxQL does not add a field to a time: what has not ended among the newest is looked for where all have.
  for (const reading of await queryNewest(until - INTERVAL_MAX_MS, 1)) take(reading)
  return [...latest.values()].sort(compareSeries)

  async function queryNewest(to: number, rows: number): Promise<Reading[]> {
    const condition = conditionOf({ authority, from: Number.NEGATIVE_INFINITY, to: to + 1 })
    const series = await queryOne(
      client,
      authority,
      `SELECT ${selectFields(kind)} FROM ${measurementOf(kind)} WHERE ${condition} GROUP BY "device", "part" ORDER BY time DESC LIMIT ${rows}`,
    )
    return series.flatMap((one) => readReadings(one, { authority, kind })).sort(compareSeries)
  }

  function take(reading: Reading): void {
    const key = JSON.stringify([reading.device, reading.part])
    const other = latest.get(key)
    if (!other || other.time < reading.time) latest.set(key, reading)
  }

  function hasEnded({ time, fields }: Reading): boolean {
    const { intervalSeconds } = fields
    return time + (typeof intervalSeconds === 'number' ? intervalSeconds * 1000 : 0) <= until
  }
}

export function queryReadings(client: InfluxdbClient, query: ReadingsQuery): Promise<readonly Reading[]> {
  const { device, after } = query
  return queryPage(client, { ...query, after: after && { device, ...after } })
}

export function queryMeasured(client: InfluxdbClient, query: MeasuredQuery): Promise<readonly Reading[]> {
  return queryPage(client, query)
}

/**
 * InfluxQL pages by number of rows only, and orders the devices and parts of one time in its own way: so whole times are read,
 * and put in order here.
 */
async function queryPage(
  client: InfluxdbClient,
  query: MeasuredQuery & { readonly device?: string },
): Promise<readonly Reading[]> {
  const { after, limit, from: first, ...asked } = query
  const readings: Reading[] = []
  let from = after ? Math.max(first, after.time) : first
  while (readings.length < limit) {
    const wanted = Math.floor(limit) - readings.length + SPARE_ROWS
    const page = await queryRaw(client, { ...asked, from }, wanted)
    const last = page.readings.at(-1)?.time
    if (last === undefined) break
    const isLastPage = !page.isPartial && page.readings.length < wanted
    const whole = isLastPage ? page.readings : page.readings.filter(({ time }) => time < last)
    if (whole.length > 0 || isLastPage) readings.push(...whole.filter(isBehind))
    if (isLastPage) break
    from = last
    if (whole.length > 0) continue
    // One time alone fills the page: its devices and parts are few enough to be read at once.
    const parts = await queryRaw(client, { ...asked, from, to: last + 1 }, undefined)
    readings.push(...parts.readings.filter(isBehind))
    from = last + 1
  }
  return readings.slice(0, limit)

  function isBehind(reading: Reading): boolean {
    return !after || reading.time > after.time || compareSeries(reading, after) > 0
  }
}

/** InfluxQL orders by time alone: all that were received are read, and put in their order here. */
export async function queryReceived(
  client: InfluxdbClient,
  { authority, kind, from, receivedFrom, limit }: ReceivedQuery,
): Promise<readonly Reading[]> {
  const condition = conditionOf({ authority, from, to: Number.POSITIVE_INFINITY })
  const series = await queryOne(
    client,
    authority,
    `SELECT ${selectFields(kind)} FROM ${measurementOf(kind)} WHERE ${condition} AND "receivedTime" >= ${Math.ceil(receivedFrom)} GROUP BY "device", "part"`,
  )
  return series
    .flatMap((one) => readReadings(one, { authority, kind }))
    .sort((a, b) => a.receivedTime - b.receivedTime || compareSeries(a, b) || a.time - b.time)
    .slice(0, limit)
}

export async function queryIntervals(
  client: InfluxdbClient,
  query: IntervalsQuery,
): Promise<readonly ReadingInterval[]> {
  const { authority, kind, device, every, limit } = query
  const names = Object.entries(fieldsOf(kind)).flatMap(([name, type]) => (type === 'number' ? [name] : []))
  const summaries = names.flatMap((name) => [`mean("${name}")`, `min("${name}")`, `max("${name}")`])
  const [series] = await queryOne(
    client,
    authority,
    `SELECT count("receivedTime"), ${summaries.join(', ')} FROM ${measurementOf(kind)} WHERE ${conditionOf({ ...query, device })} GROUP BY time(${every}ms) fill(none) LIMIT ${Math.floor(limit)}`,
  )
  return (series?.values ?? []).flatMap(([time, count, ...values]) => {
    if (typeof count !== 'number' || count === 0) return []
    const fields: Record<string, FieldSummary> = {}
    for (const [index, name] of names.entries()) {
      const [mean, min, max] = values.slice(index * 3, index * 3 + 3)
      if (typeof mean === 'number' && typeof min === 'number' && typeof max === 'number') {
        fields[name] = { mean, min, max }
      }
    }
    return [{ time: time as number, count, fields }]
  })
}

export async function queryCount(
  client: InfluxdbClient,
  query: Omit<SeriesQuery, 'device'>,
): Promise<number> {
  const [series] = await queryOne(
    client,
    query.authority,
    `SELECT count("receivedTime") FROM ${measurementOf(query.kind)} WHERE ${conditionOf(query)}`,
  )
  const count = series?.values[0]?.[1]
  return typeof count === 'number' ? count : 0
}

/**
 * A reading that is there anew was mostly received last of all; one that had waited in quarantine was not, but changes the sum.
 * That is of differences, so that JSON tells it exactly.
 */
export async function queryVersion(
  client: InfluxdbClient,
  query: Omit<SeriesQuery, 'device'>,
): Promise<string> {
  const waits = `SELECT "receivedTime" - ${Math.floor(query.from)} AS "wait" FROM ${measurementOf(query.kind)} WHERE ${conditionOf(query)}`
  const [series] = await queryOne(
    client,
    query.authority,
    `SELECT count("wait"), max("wait"), sum("wait") FROM (${waits})`,
  )
  return (series?.values[0] ?? []).slice(1).join('.')
}

/** A kind's fields, and what a statement must ask for beside them. */
export function selectFields(kind: Kind): string {
  return ['receivedTime', ...Object.keys(fieldsOf(kind))].map((name) => `"${name}"`).join(', ')
}

/** The rows of an answer to `selectFields`; device and part come as columns, as tags, or are known. */
export function readReadings(
  { tags, columns, values }: InfluxdbSeries,
  known: { authority: string; kind: Kind; device?: string },
): Reading[] {
  const { authority, kind } = known
  const types = fieldsOf(kind)
  const fieldColumns = columns.flatMap((name, index) => {
    const type = Object.hasOwn(types, name) ? types[name] : undefined
    return type === undefined ? [] : [{ name, type, index }]
  })
  const receivedIndex = columns.indexOf('receivedTime')
  const partIndex = columns.indexOf('part')
  const deviceIndex = columns.indexOf('device')
  return values.map((row) => {
    const received = row[receivedIndex]
    const part = partIndex < 0 ? tags['part'] : row[partIndex]
    return {
      authority,
      kind,
      device: known.device ?? tags['device'] ?? String(row[deviceIndex] ?? ''),
      part: typeof part === 'string' ? decodePart(part) : '',
      time: row[0] as number,
      // A point that something else wrote has none.
      receivedTime: typeof received === 'number' ? received : (row[0] as number),
      fields: readFields(fieldColumns, row),
    }
  })
}

function readFields(
  columns: readonly { name: string; type: FieldType; index: number }[],
  row: readonly unknown[],
): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = {}
  for (const { name, type, index } of columns) {
    const value = row[index]
    // Of a type that something else wrote it is not ours to show.
    if (typeof value === type) fields[name] = value as FieldValue
  }
  return fields
}

async function queryRaw(
  client: InfluxdbClient,
  query: Omit<SeriesQuery, 'device'> & { readonly device?: string },
  limit: number | undefined,
): Promise<{ readings: Reading[]; isPartial: boolean }> {
  const { authority, kind, device } = query
  const tags = device === undefined ? '"device", "part"' : '"part"'
  const series = await queryOne(
    client,
    authority,
    `SELECT ${tags}, ${selectFields(kind)} FROM ${measurementOf(kind)} WHERE ${conditionOf(query)} ORDER BY time${
      limit === undefined ? '' : ` LIMIT ${limit}`
    }`,
  )
  const known = { authority, kind, ...(device !== undefined && { device }) }
  const readings = series
    .flatMap((one) => readReadings(one, known))
    .sort((a, b) => a.time - b.time || compareSeries(a, b))
  return { readings, isPartial: series.some(({ isPartial }) => isPartial) }
}

function compareSeries(a: Pick<Reading, 'device' | 'part'>, b: Pick<Reading, 'device' | 'part'>): number {
  return compareText(a.device, b.device) || compareText(a.part, b.part)
}

async function queryOne(
  client: InfluxdbClient,
  authority: string,
  statement: string,
): Promise<readonly InfluxdbSeries[]> {
  const [series] = await client.query(client.databaseOf(authority), [statement])
  return series ?? []
}

function conditionOf({
  authority,
  device,
  from,
  to,
}: {
  authority: string
  device?: string
  from: number
  to: number
}): string {
  return [
    `"authority" = ${quoteText(authority)}`,
    ...(device === undefined ? [] : [`"device" = ${quoteText(device)}`]),
    `time >= ${wholeTime(from)}ms`,
    `time < ${wholeTime(to)}ms`,
  ].join(' AND ')
}

/** The nanoseconds of a 64-bit integer end at these ms, and the last ones mean "no limit" to InfluxDB. */
function wholeTime(time: number): number {
  return Math.ceil(Math.min(Math.max(time, -9_223_372_036_853), 9_223_372_036_853))
}
