import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { z } from 'zod'
import type { Frame, FrameField } from './ask-as-grafana.ts'

const PLACE = ['latitude', 'longitude']

/**
 * What a panel lacks to show something, in the words of a failure; nothing where it has all. `absent` names columns and series
 * that are known to have no value.
 */
export function checkFrames(
  panel: Panel,
  frames: readonly Frame[],
  absent: ReadonlySet<string> = new Set(),
): string[] {
  if (frames.some((frame) => frame.length === 0)) return [`${panel.title}: a query has no rows`]
  switch (panel.type) {
    case 'geomap':
      return requireColumns(panel, frames, [...PLACE, colorFieldOf(panel)], 'number')
    case 'table':
      return requireColumns(
        panel,
        frames,
        tableColumnsOf(panel).filter((name) => !absent.has(name)),
      )
    case 'statetimeline':
    case 'state-timeline':
      return requireSeries(panel, frames, { absent, isValue: (value) => value !== null })
    case 'stat':
    case 'bargauge':
    case 'timeseries':
      return [
        ...requireSeries(panel, frames, { absent, isValue: (value) => typeof value === 'number' }),
        ...requireOverridden(panel, frames),
      ]
    default:
      return [`${panel.title}: nobody has said what a panel of type ${panel.type} needs`]
  }
}

function requireColumns(
  panel: Panel,
  frames: readonly Frame[],
  names: readonly string[],
  type?: 'number',
): string[] {
  const fields = frames.flat()
  return names.flatMap((name) => {
    const values = fields.filter((field) => field.name === name).flatMap((field) => field.values)
    if (!fields.some((field) => field.name === name)) {
      return [`${panel.title}: no column ${name}, only ${fields.map((field) => field.name).join(', ')}`]
    }
    const hasValue = values.some((value) =>
      type === undefined ? value !== null && value !== '' : typeof value === type,
    )
    return hasValue ? [] : [`${panel.title}: the column ${name} has no ${type ?? 'value'}`]
  })
}

/** Each series of each query has a value. */
function requireSeries(
  panel: Panel,
  frames: readonly Frame[],
  {
    absent,
    isValue,
  }: { absent: ReadonlySet<string>; isValue: (value: FrameField['values'][number]) => boolean },
): string[] {
  const names = [...new Set(frames.map((frame) => frame[1]?.name ?? ''))].filter((name) => !absent.has(name))
  return names.flatMap((name) => {
    const values = frames
      .filter((frame) => frame[1]?.name === name)
      .flatMap((frame) => frame[1]?.values ?? [])
    return values.some(isValue) ? [] : [`${panel.title}: the series ${name} has no value`]
  })
}

/** What is drawn otherwise is named by its series. */
function requireOverridden(panel: Panel, frames: readonly Frame[]): string[] {
  const names = new Set(frames.map((frame) => frame[1]?.name))
  const wanted = (panel.fieldConfig?.overrides ?? []).map(({ matcher }) => String(matcher.options))
  return wanted.filter((name) => !names.has(name)).map((name) => `${panel.title}: no series ${name}`)
}

const mapSchema = z.object({
  layers: z.tuple([
    z.object({
      location: z.object({
        mode: z.literal('coords'),
        latitude: z.literal('latitude'),
        longitude: z.literal('longitude'),
      }),
      config: z.object({ style: z.object({ color: z.object({ field: z.string() }) }) }),
    }),
  ]),
})

function colorFieldOf(panel: Panel): string {
  return mapSchema.parse(panel.options).layers[0].config.style.color.field
}

const transformationSchema = z.object({
  sortBy: z.object({ sort: z.array(z.object({ field: z.string() })) }),
  organize: z.object({
    renameByName: z.record(z.string(), z.string()),
    excludeByName: z.record(z.string(), z.boolean()),
  }),
})

/** The columns that a table shows, hides and sorts by, in the query's words. */
function tableColumnsOf(panel: Panel): string[] {
  const { sortBy, organize } = transformationSchema.parse(
    Object.fromEntries((panel.transformations ?? []).map(({ id, options }) => [id, options])),
  )
  return [
    ...Object.keys(organize.renameByName),
    ...Object.keys(organize.excludeByName),
    ...sortBy.sort.map(({ field }) => field),
  ]
}
