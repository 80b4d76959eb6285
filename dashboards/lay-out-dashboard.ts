import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DASHBOARDS, type DashboardUid, linksFrom } from './links.ts'
import type { SizedPanel } from './panels/panel.ts'

export interface DashboardRow {
  readonly title: string
  readonly panels: readonly SizedPanel[]
}

export interface DashboardPlan {
  readonly uid: DashboardUid
  readonly description: string
  readonly variables: readonly Builder<VariableModel>[]
  /** What matters most first: on a phone panels follow each other in this order. */
  readonly rows: readonly DashboardRow[]
  /** Grafana's words for the range that it opens with; one that ends ahead of now shows what is forecast, too. */
  readonly from?: string
  readonly to?: string
}

const GRID_WIDTH = 24

/** Places panels from left to right, a new line where one does not fit, and numbers them in that order. */
export function layOutDashboard({
  uid,
  description,
  variables,
  rows,
  from = 'now-24h',
  to = 'now',
}: DashboardPlan): Dashboard {
  const dashboard = new DashboardBuilder(DASHBOARDS[uid])
    .uid(uid)
    .description(description)
    .tags(['kerbside'])
    .timezone('browser')
    .time({ from, to })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .links(linksFrom(uid))
    .variables([...variables])
  let id = 0
  let y = 0
  for (const { title, panels } of rows) {
    dashboard.withRow(new RowBuilder(title).id(++id).gridPos({ x: 0, y: y++, w: GRID_WIDTH, h: 1 }))
    let x = 0
    let lineHeight = 0
    for (const { panel, size } of panels) {
      if (x + size.width > GRID_WIDTH) {
        x = 0
        y += lineHeight
        lineHeight = 0
      }
      dashboard.withPanel(panel.id(++id).gridPos({ x, y, w: size.width, h: size.height }))
      x += size.width
      lineHeight = Math.max(lineHeight, size.height)
    }
    y += lineHeight
  }
  return dashboard.build()
}
