import { z } from 'zod'
import type { Target } from './read-provisioning.ts'

/** What the variables at a dashboard's top are set to; several values where a variable may have several. */
export type Variables = Readonly<Record<string, string | readonly string[]>>

export interface Range {
  /** In ms since 1970. */
  readonly from: number
  readonly to: number
}

/** One column of an answer, as Grafana's panels see it. */
export interface FrameField {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly values: readonly (number | string | boolean | null)[]
}
export type Frame = readonly FrameField[]

const PANEL_WIDTH_POINTS = 1_000
const STEPS_MS = [10, 20, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400].map(
  (seconds) => seconds * 1_000,
)

/** How Grafana fills a query in: the variables by the InfluxDB data source's own rules, then the macros of its back end. */
export function interpolateQuery(
  query: string,
  { variables, range, minStep }: { variables: Variables; range: Range; minStep?: string },
): string {
  const named = query.replace(
    /\$\{(\w+)(?::(\w+))?\}|\$(\w+)/g,
    (match, braced?: string, format?: string, plain?: string) => {
      const name = braced ?? plain ?? ''
      if (name === '__from') return String(range.from)
      if (name === '__to') return String(range.to)
      const value = variables[name]
      if (value === undefined) return match
      return format === 'raw' ? String(value) : formatValue(value)
    },
  )
  const step = stepOf(range, minStep)
  return named
    .replaceAll('$timeFilter', `time >= ${range.from}ms and time <= ${range.to}ms`)
    .replaceAll('$__interval_ms', String(step))
    .replaceAll('$__interval', formatStep(step))
}

/** All is sent as its pattern; what was chosen is escaped, as it stands in a regular expression. */
function formatValue(value: string | readonly string[]): string {
  if (typeof value === 'string') return value
  return `(${value.map((part) => part.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&')).join('|')})`
}

function stepOf({ from, to }: Range, minStep = '10s'): number {
  const wanted = Math.max((to - from) / PANEL_WIDTH_POINTS, parseStep(minStep))
  return STEPS_MS.find((step) => step >= wanted) ?? 86_400_000
}

function parseStep(text: string): number {
  const [, count, unit] = /^(\d+)([smh])$/.exec(text) ?? []
  const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 }[unit ?? '']
  if (unitMs === undefined) throw new Error(`${text} is no step`)
  return Number(count) * unitMs
}

function formatStep(step: number): string {
  const [unit, unitMs] =
    step % 3_600_000 === 0 ? ['h', 3_600_000] : step % 60_000 === 0 ? ['m', 60_000] : ['s', 1_000]
  return `${step / (unitMs as number)}${unit}`
}

const valueSchema = z.union([z.number(), z.string(), z.boolean(), z.null()])
const seriesSchema = z.object({
  name: z.string().optional(),
  tags: z.record(z.string(), z.string()).default({}),
  columns: z.array(z.string()),
  values: z.array(z.array(valueSchema)),
})
const answerSchema = z.object({
  error: z.string().optional(),
  results: z
    .array(z.object({ series: z.array(seriesSchema).default([]), error: z.string().optional() }))
    .default([]),
})
type Series = z.infer<typeof seriesSchema>

/** Asks InfluxDB and makes of its answer what Grafana makes of it. */
export async function askInfluxdb(
  { url, database }: { url: string; database: string },
  query: string,
): Promise<Series[]> {
  const response = await fetch(new URL('query', `${url}/`), {
    method: 'POST',
    body: new URLSearchParams({ db: database, epoch: 'ms', q: query }),
  })
  const { error, results } = answerSchema.parse(await response.json())
  const [result] = results
  const fault = error ?? result?.error
  if (fault !== undefined) throw new Error(`InfluxDB answered ${fault} to ${query}`)
  return result?.series ?? []
}

/** A table is one frame with the tags after the first column; time series are a frame for each series and column. */
export function toFrames(series: readonly Series[], { resultFormat, alias }: Target): Frame[] {
  const [first] = series
  if (!first) return []
  if (resultFormat === 'table') {
    const tagNames = Object.keys(first.tags)
    if (tagNames.length > 1) throw new Error('a table of several tags has them in no fixed order in Grafana')
    const valuesOf = (index: number) =>
      series.flatMap(({ values }) => values.map((row) => row[index] ?? null))
    const [leading = '', ...others] = first.columns
    return [
      [
        { name: leading === 'time' ? 'Time' : leading, labels: {}, values: valuesOf(0) },
        ...tagNames.map((name) => ({
          name,
          labels: {},
          values: series.flatMap(({ tags, values }) => values.map(() => tags[name] ?? '')),
        })),
        ...others.map((name, index) => ({ name, labels: {}, values: valuesOf(index + 1) })),
      ],
    ]
  }
  return series.flatMap(({ tags, columns, values }) =>
    columns.slice(1).map((column, index) => [
      { name: 'Time', labels: {}, values: values.map((row) => row[0] ?? null) },
      {
        name: nameSeries(alias, column, tags),
        labels: tags,
        values: values.map((row) => row[index + 1] ?? null),
      },
    ]),
  )
}

function nameSeries(
  alias: string | undefined,
  column: string,
  tags: Readonly<Record<string, string>>,
): string {
  if (alias === undefined) return column
  return alias.replace(/\$(\w+)/g, (match, name: string) => {
    if (name === 'col') return column
    return name.startsWith('tag_') ? (tags[name.slice(4)] ?? match) : match
  })
}
