import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge'
import {
  BarGaugeDisplayMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common'
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard'
import { describePanel, type PanelText, type PanelValues, type SizedPanel } from './panel.ts'

/** A bar for each series of its queries, as long as its last value. */
export function barsPanel({
  size = { width: 12, height: 9 },
  alias,
  ...options
}: PanelText & PanelValues & { readonly alias: string }): SizedPanel {
  const panel = describePanel(new PanelBuilder(), options, options, { format: 'time_series', alias })
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .showUnfilled(true)
    .minVizHeight(24)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields(''))
  return { panel, size }
}
