import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import { describePanel, type PanelText, type PanelValues, type SizedPanel } from './panel.ts'

export interface ChartOptions extends PanelText, PanelValues {
  /** See `InfluxqlTarget`; the column's name where it is absent. */
  readonly alias?: string
  /** Between two rows, such as `5m`: steps are never shorter, so that lines have no holes. */
  readonly interval?: string
  readonly drawAs?: 'lines' | 'bars'
  readonly isStacked?: boolean
  /** Series that are drawn dashed: what was usual, forecast or allowed, beside what came. */
  readonly dashed?: readonly string[]
}

/** Values by time. */
export function chartPanel({
  size = { width: 12, height: 9 },
  alias = '$col',
  interval,
  drawAs = 'lines',
  isStacked = false,
  dashed = [],
  ...options
}: ChartOptions): SizedPanel {
  const panel = describePanel(new PanelBuilder(), options, options, { format: 'time_series', alias })
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .drawStyle(drawAs === 'bars' ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .lineWidth(2)
    .fillOpacity(drawAs === 'bars' ? 70 : isStacked ? 30 : 8)
    .showPoints(VisibilityMode.Auto)
    .stacking(
      new StackingConfigBuilder().mode(isStacked ? StackingMode.Normal : StackingMode.None).group('A'),
    )
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
  if (interval !== undefined) panel.interval(interval)
  for (const name of dashed) {
    panel.overrideByName(name, [
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
      { id: 'custom.fillOpacity', value: 0 },
    ])
  }
  return { panel, size }
}
