import { VisibilityMode } from '@grafana/grafana-foundation-sdk/common'
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline'
import { describePanel, type PanelText, type PanelValues, type SizedPanel } from './panel.ts'

/** What state each series was in, by time. */
export function statesPanel({
  size = { width: 12, height: 6 },
  alias = '$col',
  ...options
}: PanelText & PanelValues & { readonly alias?: string }): SizedPanel {
  const panel = describePanel(new PanelBuilder(), options, options, { format: 'time_series', alias })
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
  return { panel, size }
}
