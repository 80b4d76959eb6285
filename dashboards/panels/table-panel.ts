import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import type {
  DashboardLink,
  DynamicConfigValue,
  ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table'
import { type Steps, thresholdsOf } from '../thresholds.ts'
import { describePanel, type PanelText, type PanelValues, type SizedPanel } from './panel.ts'

interface TableColumn {
  /** What the query calls it; `Time` is that of the row. */
  readonly field: string
  readonly title: string
  /** The panel's where it is absent. */
  readonly unit?: string
  readonly decimals?: number
  /** Colours its cells. */
  readonly thresholds?: Steps
  readonly mappings?: readonly ValueMapping[]
  readonly link?: Builder<DashboardLink>
}

export interface TableOptions extends PanelText, Omit<PanelValues, 'thresholds'> {
  /** In their order. */
  readonly columns: readonly TableColumn[]
  /** Columns of the query that are not shown: by default the row's time. */
  readonly hidden?: readonly string[]
  /** By the title of a column; `isDescending` brings the largest to the top. */
  readonly sortBy: { readonly field: string; readonly isDescending: boolean }
  /** Rows that are kept, counted after sorting. */
  readonly limit?: number
}

export function tablePanel({
  size = { width: 12, height: 10 },
  columns,
  hidden = ['Time'],
  sortBy,
  limit = 25,
  ...options
}: TableOptions): SizedPanel {
  const panel = describePanel(new PanelBuilder(), options, options, { format: 'table' })
  panel
    .withTransformation({
      id: 'sortBy',
      options: { sort: [{ field: sortBy.field, desc: sortBy.isDescending }] },
    })
    .withTransformation({ id: 'limit', options: { limitField: limit } })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(hidden.map((field) => [field, true])),
        indexByName: Object.fromEntries(columns.map(({ field }, index) => [field, index])),
        renameByName: Object.fromEntries(columns.map(({ field, title }) => [field, title])),
      },
    })
  for (const column of columns) {
    const properties = propertiesOf(column)
    if (properties.length > 0) panel.overrideByName(column.title, properties)
  }
  return { panel, size }
}

function propertiesOf({ unit, decimals, thresholds, mappings, link }: TableColumn): DynamicConfigValue[] {
  const properties: DynamicConfigValue[] = []
  if (unit !== undefined) properties.push({ id: 'unit', value: unit })
  if (decimals !== undefined) properties.push({ id: 'decimals', value: decimals })
  if (mappings) properties.push({ id: 'mappings', value: mappings })
  if (thresholds || mappings) {
    properties.push({ id: 'custom.cellOptions', value: { type: 'color-text' } })
    properties.push({ id: 'color', value: { mode: 'thresholds' } })
  }
  if (thresholds) properties.push({ id: 'thresholds', value: thresholdsOf(thresholds).build() })
  if (link) properties.push({ id: 'links', value: [link.build()] })
  return properties
}
