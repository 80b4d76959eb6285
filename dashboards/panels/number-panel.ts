import {
  BigValueColorMode,
  BigValueGraphMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { describePanel, type PanelText, type PanelValues, type SizedPanel } from './panel.ts'

/** One number, large enough for a wall: the last one of its query. */
export function numberPanel({
  size = { width: 4, height: 4 },
  noValue,
  ...options
}: PanelText & PanelValues & { readonly noValue?: string }): SizedPanel {
  const panel = describePanel(new PanelBuilder(), options, options, { format: 'time_series' })
    .colorMode(options.thresholds ? BigValueColorMode.Background : BigValueColorMode.Value)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields(''))
  if (noValue !== undefined) panel.noValue(noValue)
  return { panel, size }
}
