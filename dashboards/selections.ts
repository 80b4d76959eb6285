import type { Kind } from '../model/device.ts'
import type { Measurement } from '../model/observation.ts'
import { countsField, ROAD_USERS } from '../model/reading.ts'

/** What the store keeps: readings by kind, planned rounds, judged predictions, and what Kerbside observes. */
export type Stored = Kind | Measurement | 'round' | 'prediction'

/** Of the chosen authority; an authority's id needs no escaping. */
export const OF_AUTHORITY = `"authority" = '\${authority:raw}'`
/** Of the chosen authority, in the dashboard's time range. */
const HERE = `${OF_AUTHORITY} AND $timeFilter`
/** Of the chosen areas. Grafana escapes the values of a variable that may have several; a device without an area is in all of them. */
export const IN_AREA = '"area" =~ /^$area$/'
/** What counters tell apart, by kind of road user. */
export const COUNTS: Readonly<Record<string, string>> = Object.fromEntries(
  ROAD_USERS.map((user) => [user, `sum("${countsField(user)}")`]),
)
/** Of the chosen routes. */
export const ON_ROUTE = '"route" =~ /^$route$/'

interface Source {
  readonly from: Stored
  /** Conditions beside the authority and the time. */
  readonly where?: readonly string[]
}

/**
 * The newest row of each series of a tag. The first column decides which row that is: where it is null, there is none.
 * The tag is a column, too. One tag only: Grafana puts several of them into a table in no fixed order.
 */
export function latest({
  from,
  columns: [first, ...others],
  where = [],
  by,
}: Source & { readonly columns: readonly [string, ...string[]]; readonly by: string }): string {
  const columns = [`last("${first}") AS "${first}"`, ...others.map((name) => `"${name}"`)]
  return `SELECT ${columns.join(', ')} FROM "${from}" WHERE ${conditions(where)} GROUP BY "${by}"`
}

/** One number from the newest rows of many series, such as `sum("isSilent")`. */
export function ofLatest(expression: string, rows: string): string {
  return `SELECT ${expression} FROM (${rows}) WHERE $timeFilter`
}

/**
 * How many rows of a selection fulfil a condition. InfluxQL says nothing where none does: so a zero for each row is added.
 */
export function countWhere(condition: string, column: string, rows: string): string {
  return (
    `SELECT sum("rows") AS "rows" FROM (SELECT count("${column}") AS "rows" FROM (${rows}) WHERE ${condition}), ` +
    `(SELECT count("${column}") * 0 AS "rows" FROM (${rows})) WHERE $timeFilter`
  )
}

/** Columns by time, in steps that fit the panel's width, or of a fixed length such as `1h`. */
export function overTime({
  from,
  columns,
  where = [],
  every = '$__interval',
  by = [],
  fill = 'none',
}: Source & {
  /** Display name to expression, such as `{ Level: 'mean("fillPercent")' }`. */
  readonly columns: Readonly<Record<string, string>>
  readonly every?: string
  readonly by?: readonly string[]
  readonly fill?: 'none' | 'null' | 'previous' | '0'
}): string {
  const named = Object.entries(columns).map(([name, expression]) => `${expression} AS "${name}"`)
  const groups = [`time(${every})`, ...by.map((tag) => `"${tag}"`)]
  return `SELECT ${named.join(', ')} FROM "${from}" WHERE ${conditions(where)} GROUP BY ${groups.join(', ')} fill(${fill})`
}

/** Rows as they were written, newest first. */
export function rows({
  from,
  columns,
  where = [],
  limit,
}: Source & { readonly columns: readonly string[]; readonly limit: number }): string {
  const named = columns.map((name) => `"${name}"`)
  return `SELECT ${named.join(', ')} FROM "${from}" WHERE ${conditions(where)} ORDER BY time DESC LIMIT ${limit}`
}

function conditions(where: readonly string[]): string {
  return [HERE, ...where].join(' AND ')
}
