import type { Kind } from '../model/device.ts'
import { type FieldType, type FieldValue, fieldsOf, type Reading } from '../model/reading.ts'
import type { InfluxdbClient, InfluxdbSeries } from './influxdb-client.ts'
import { decodePart, measurementOf, quoteText } from './influxdb-lines.ts'
import type {
  FieldSummary,
  IntervalsQuery,
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
  return series
    .flatMap((one) => readReadings(one, { authority, kind }))
    .sort((a, b) => compareText(a.device, b.device) || compareText(a.part, b.part))
}

/**
 * InfluxQL pages by number of rows only, and orders the parts of one time in its own way: so whole times are read, and put
 * in order here.
 */
export async function queryReadings(
  client: InfluxdbClient,
  query: ReadingsQuery,
): Promise<readonly Reading[]> {
  const { authority, kind, device, after, limit, to } = query
  const readings: Reading[] = []
  let from = after ? Math.max(query.from, after.time) : query.from
  while (readings.length < limit) {
    const wanted = Math.floor(limit) - readings.length + SPARE_ROWS
    const page = await queryRaw(client, { authority, kind, device, from, to }, wanted)
    const last = page.readings.at(-1)?.time
    if (last === undefined) break
    const isLastPage = !page.isPartial && page.readings.length < wanted
    const whole = isLastPage ? page.readings : page.readings.filter(({ time }) => time < last)
    if (whole.length > 0 || isLastPage) readings.push(...whole.filter(isBehind))
    if (isLastPage) break
    from = last
    if (whole.length > 0) continue
    // One time alone fills the page: its parts are few enough to be read at once.
    const parts = await queryRaw(client, { authority, kind, device, from, to: last + 1 }, undefined)
    readings.push(...parts.readings.filter(isBehind))
    from = last + 1
  }
  return readings.slice(0, limit)

  function isBehind({ time, part }: Reading): boolean {
    return !after || time > after.time || compareText(part, after.part) > 0
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
    .sort(
      (a, b) =>
        a.receivedTime - b.receivedTime ||
        compareText(a.device, b.device) ||
        compareText(a.part, b.part) ||
        a.time - b.time,
    )
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
  return values.map((row) => {
    const received = row[receivedIndex]
    const part = partIndex < 0 ? tags['part'] : row[partIndex]
    return {
      authority,
      kind,
      device: known.device ?? tags['device'] ?? '',
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
  query: SeriesQuery,
  limit: number | undefined,
): Promise<{ readings: Reading[]; isPartial: boolean }> {
  const { authority, kind, device } = query
  const series = await queryOne(
    client,
    authority,
    `SELECT "part", ${selectFields(kind)} FROM ${measurementOf(kind)} WHERE ${conditionOf(query)} ORDER BY time${
      limit === undefined ? '' : ` LIMIT ${limit}`
    }`,
  )
  const readings = series
    .flatMap((one) => readReadings(one, { authority, kind, device }))
    .sort((a, b) => a.time - b.time || compareText(a.part, b.part))
  return { readings, isPartial: series.some(({ isPartial }) => isPartial) }
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
