import { QueryBuilder, type Rule, RuleBuilder } from '@grafana/grafana-foundation-sdk/alerting'
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import { TypeMathBuilder, TypeReduceBuilder } from '@grafana/grafana-foundation-sdk/expr'
import type { AlertCondition } from '../model/alert-condition.ts'
import { DATA_SOURCE } from './data-source.ts'
import { influxqlTarget } from './influxql-target.ts'
import type { DashboardUid } from './links.ts'

/** A series of values to judge, one for each combination of the tags that its query groups by. */
export interface Observed {
  /** InfluxQL with `$timeFilter`, of one column of numbers: Grafana's expressions take neither text nor yes and no. */
  readonly query: string
  /** The range of `$timeFilter`, up to now. */
  readonly lastSeconds: number
}

export interface AlertRule {
  /** The condition of Kerbside's own alerts that it stands for; Grafana's uid of it is `kerbside-` and this. */
  readonly name: AlertCondition
  readonly title: string
  readonly severity: 'warning' | 'critical'
  /** The values that the condition calls `$value`, and others by their names. */
  readonly observed: Readonly<Record<string, Observed>>
  /** In Grafana's math, 1 where it is to be raised, such as `$value > 0.6`. */
  readonly condition: string
  /** How long it has to hold before it is raised, such as `5m`. */
  readonly holds: string
  /** In Go's templates, of the labels and values. No dollar sign: provisioning takes it for its environment. */
  readonly summary: string
  readonly whatToDo: string
  /** Where to look. */
  readonly dashboard: DashboardUid
  readonly panel: string
}

const EXPRESSION = '__expr__'
const RAISED = 'raised'

/** A rule in the SDK's form: each query, its last value under the name that the condition knows, and the condition. */
export function buildAlertRule(
  rule: AlertRule,
  panelIdOf: (uid: DashboardUid, title: string) => number,
): Rule {
  const built = new RuleBuilder(rule.title)
    .uid(`kerbside-${rule.name}`)
    .condition(RAISED)
    .forDuration(rule.holds)
    // Without data nothing is known to be wrong with a bin: what is silent has a rule of its own.
    .noDataState('OK')
    .execErrState('Error')
    .labels({ severity: rule.severity, source: 'kerbside' })
    .annotations({
      summary: rule.summary,
      description: rule.whatToDo,
      __dashboardUid__: rule.dashboard,
      __panelId__: String(panelIdOf(rule.dashboard, rule.panel)),
    })
  for (const [name, { query, lastSeconds }] of Object.entries(rule.observed)) {
    const refId = `${name}Series`
    built.withQuery(
      new QueryBuilder(refId)
        .datasourceUid(DATA_SOURCE.uid)
        .relativeTimeRange({ from: lastSeconds, to: 0 })
        .model(influxqlTarget({ refId, query, format: 'time_series' })),
    )
    built.withQuery(
      expression(name, new TypeReduceBuilder().refId(name).expression(refId).reducer('last'), lastSeconds),
    )
  }
  return built
    .withQuery(expression(RAISED, new TypeMathBuilder().refId(RAISED).expression(rule.condition), 0))
    .build()
}

function expression(refId: string, model: Builder<Dataquery>, lastSeconds: number): QueryBuilder {
  return new QueryBuilder(refId)
    .datasourceUid(EXPRESSION)
    .relativeTimeRange({ from: lastSeconds, to: 0 })
    .model(withExpressionSource(model))
}

function withExpressionSource(model: Builder<Dataquery>): Builder<Dataquery> {
  return { build: () => ({ ...model.build(), datasource: { type: EXPRESSION, uid: EXPRESSION } }) }
}
