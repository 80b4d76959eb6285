import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  FrameGeometrySourceBuilder,
  FrameGeometrySourceMode,
  MapLayerOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  type DashboardLink,
  FieldColorBuilder,
  FieldColorModeId,
} from '@grafana/grafana-foundation-sdk/dashboard'
import {
  ControlsOptionsBuilder,
  MapCenterID,
  MapViewConfigBuilder,
  PanelBuilder,
  TooltipMode,
  TooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/geomap'
import { describePanel, type PanelText, type PanelValues, type SizedPanel } from './panel.ts'

export interface MapOptions extends PanelText, PanelValues {
  /** The column that colours a point, by the panel's thresholds. */
  readonly colorBy: string
  readonly link?: Builder<DashboardLink>
}

/**
 * Points at the columns `latitude` and `longitude` of its query, a table. The map below is Grafana's default one, which an
 * installation chooses.
 */
export function mapPanel({
  size = { width: 12, height: 14 },
  colorBy,
  link,
  ...options
}: MapOptions): SizedPanel {
  const place = { unit: 'degree', decimals: 5 }
  const panel = describePanel(new PanelBuilder(), options, options, { format: 'table' })
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .view(new MapViewConfigBuilder().id(MapCenterID.Fit).allLayers(true).padding(10).maxZoom(16))
    .controls(
      new ControlsOptionsBuilder().showZoom(true).mouseWheelZoom(true).showAttribution(true).showScale(true),
    )
    .tooltip(new TooltipOptionsBuilder().mode(TooltipMode.Details))
    .basemap(new MapLayerOptionsBuilder().type('default').name('Map'))
    .layers([
      new MapLayerOptionsBuilder()
        .type('markers')
        .name(options.title)
        .tooltip(true)
        .location(
          new FrameGeometrySourceBuilder()
            .mode(FrameGeometrySourceMode.Coords)
            .latitude('latitude')
            .longitude('longitude'),
        )
        .config({
          showLegend: true,
          style: {
            color: { field: colorBy, fixed: 'blue' },
            size: { fixed: 7, min: 2, max: 15 },
            opacity: 0.85,
            rotation: { fixed: 0, min: -360, max: 360, mode: 'mod' },
            symbol: { mode: 'fixed', fixed: 'img/icons/marker/circle.svg' },
          },
        }),
    ])
  for (const field of ['latitude', 'longitude']) {
    panel.overrideByName(
      field,
      Object.entries(place).map(([id, value]) => ({ id, value })),
    )
  }
  if (link) panel.dataLinks([link])
  return { panel, size }
}
