import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import { DATA_SOURCE } from './data-source.ts'

/**
 * What a query's answer becomes: `table`, one frame with a column for each tag and field; `time_series`, one frame for each
 * series and field.
 */
export type ResultFormat = 'table' | 'time_series'

export interface InfluxqlTarget {
  readonly refId: string
  readonly query: string
  readonly format: ResultFormat
  /** A series' name: `$col` is its column, `$tag_NAME` a tag. */
  readonly alias?: string
}

/** An InfluxQL query for a panel or a rule; the SDK has no builder of its own for InfluxDB. */
export function influxqlTarget({ refId, query, format, alias }: InfluxqlTarget): Builder<Dataquery> {
  const target = {
    refId,
    datasource: DATA_SOURCE,
    query,
    rawQuery: true,
    resultFormat: format,
    ...(alias !== undefined && { alias }),
    // The SDK's mark of a query; JSON leaves it out.
    _implementsDataqueryVariant() {},
  }
  return { build: () => target }
}
