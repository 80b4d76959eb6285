import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common'
import type {
  DashboardLink,
  FieldColor,
  Panel,
  ThresholdsConfig,
  ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DATA_SOURCE } from '../data-source.ts'
import { influxqlTarget, type ResultFormat } from '../influxql-target.ts'
import { noThresholds, type Steps, thresholdsOf } from '../thresholds.ts'

/** Width in 24ths of a wall's screen, a phone shows every panel in its full width; height in rows of 30 pixels. */
interface Size {
  readonly width: number
  readonly height: number
}

/** What every panel says of itself. */
export interface PanelText {
  readonly title: string
  /** What it shows, what a high or a low value means, and what to do. */
  readonly description: string
  /** Grafana's id of a unit, such as `percent` (0 to 100) or `s`. */
  readonly unit: string
}

export interface PanelValues {
  readonly queries: readonly string[]
  readonly decimals?: number
  readonly min?: number
  readonly max?: number
  readonly thresholds?: Steps
  readonly mappings?: readonly ValueMapping[]
  readonly size?: Size
}

/** A panel and the place that it takes. */
export interface SizedPanel {
  readonly panel: SdkPanel
  readonly size: Size
}

/** What the SDK's builders of panels have in common. */
export interface SdkPanel extends Builder<Panel> {
  title(title: string): this
  description(description: string): this
  unit(unit: string): this
  datasource(datasource: DataSourceRef): this
  targets(targets: Builder<Dataquery>[]): this
  thresholds(thresholds: Builder<ThresholdsConfig>): this
  colorScheme(color: Builder<FieldColor>): this
  mappings(mappings: ValueMapping[]): this
  decimals(decimals: number): this
  min(min: number): this
  max(max: number): this
  dataLinks(links: Builder<DashboardLink>[]): this
  id(id: number): this
  gridPos(gridPos: { h: number; w: number; x: number; y: number }): this
}

/** Gives a panel what every panel has. */
export function describePanel<P extends SdkPanel>(
  panel: P,
  text: PanelText,
  values: PanelValues,
  { format, alias }: { readonly format: ResultFormat; readonly alias?: string },
): P {
  const targets = values.queries.map((query, index) => {
    const refId = String.fromCharCode('A'.charCodeAt(0) + index)
    return influxqlTarget({ refId, query, format, ...(alias !== undefined && { alias }) })
  })
  panel
    .title(text.title)
    .description(text.description)
    .unit(text.unit)
    .datasource(DATA_SOURCE)
    .targets(targets)
    .thresholds(values.thresholds ? thresholdsOf(values.thresholds) : noThresholds())
  if (values.decimals !== undefined) panel.decimals(values.decimals)
  if (values.min !== undefined) panel.min(values.min)
  if (values.max !== undefined) panel.max(values.max)
  if (values.mappings) panel.mappings([...values.mappings])
  return panel
}
