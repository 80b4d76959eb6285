import { readFileSync } from 'node:fs'
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { parse } from 'yaml'
import { z } from 'zod'

/** The files that Grafana is given, as they are checked in. */
export function readProvisioned(path: string): string {
  return readFileSync(new URL(`../../dashboards/provisioning/${path}`, import.meta.url), 'utf8')
}

export const DASHBOARD_NAMES = ['bins', 'traffic', 'transit', 'platform', 'device'] as const
export type DashboardName = (typeof DASHBOARD_NAMES)[number]

export function readDashboard(name: DashboardName): Dashboard {
  return JSON.parse(readProvisioned(`dashboards/${name}.json`))
}

/** Without the rows, which have no queries. */
export function listPanels(dashboard: Dashboard): Panel[] {
  return (dashboard.panels ?? []).filter((panel): panel is Panel => panel.type !== 'row')
}

const targetSchema = z.object({
  refId: z.string(),
  datasource: z.object({ type: z.literal('influxdb'), uid: z.string() }),
  query: z.string(),
  rawQuery: z.literal(true),
  resultFormat: z.enum(['table', 'time_series']),
  alias: z.string().optional(),
})
export type Target = z.infer<typeof targetSchema>

export function readTargets(panel: Panel): Target[] {
  return z.array(targetSchema).min(1).parse(panel.targets)
}

const ruleQuerySchema = z.object({
  refId: z.string(),
  datasourceUid: z.string(),
  relativeTimeRange: z.object({ from: z.int().min(0), to: z.literal(0) }),
  model: z.record(z.string(), z.unknown()),
})

const ruleSchema = z.object({
  uid: z.string().max(40),
  title: z.string(),
  condition: z.string(),
  data: z.array(ruleQuerySchema),
  for: z.string().regex(/^\d+[smh]$/),
  noDataState: z.enum(['OK', 'NoData', 'Alerting', 'KeepLast']),
  execErrState: z.enum(['OK', 'Error', 'Alerting', 'KeepLast']),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  dashboardUid: z.string(),
  panelId: z.int(),
})
export type ProvisionedRule = z.infer<typeof ruleSchema>

const alertingSchema = z.object({
  apiVersion: z.literal(1),
  groups: z.array(
    z.object({
      orgId: z.int(),
      name: z.string(),
      folder: z.string(),
      interval: z.string(),
      rules: z.array(ruleSchema),
    }),
  ),
})

export function readRules(): ProvisionedRule[] {
  return alertingSchema
    .parse(parse(readProvisioned('alerting/kerbside.yaml')))
    .groups.flatMap(({ rules }) => rules)
}

/** The model of a rule's query to the data source. */
export function readRuleTarget({ model }: z.infer<typeof ruleQuerySchema>): Target {
  return targetSchema.parse(model)
}

const dataSourcesSchema = z.object({
  apiVersion: z.literal(1),
  datasources: z.array(
    z.object({
      name: z.string(),
      uid: z.string(),
      type: z.string(),
      jsonData: z.object({ version: z.string(), dbName: z.string() }),
    }),
  ),
})

export function readDataSources(): z.infer<typeof dataSourcesSchema>['datasources'] {
  return dataSourcesSchema.parse(parse(readProvisioned('datasources/kerbside.yaml'))).datasources
}
