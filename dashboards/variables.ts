import {
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DATA_SOURCE } from './data-source.ts'
import { OF_AUTHORITY } from './selections.ts'

/** Whose devices: one authority at a time. */
export function authorityVariable(): QueryVariableBuilder {
  return tagVariable('authority', 'SHOW TAG VALUES FROM "balance" WITH KEY = "authority"').label('Authority')
}

/** Which parts of the town; of a device without an area, only All has it. */
export function areaVariable(): QueryVariableBuilder {
  const query = `SHOW TAG VALUES FROM "device" WITH KEY = "area" WHERE ${OF_AUTHORITY}`
  return severalOf(tagVariable('area', query)).label('Area')
}

export function routeVariable(): QueryVariableBuilder {
  const query = `SHOW TAG VALUES FROM "route" WITH KEY = "route" WHERE ${OF_AUTHORITY}`
  return severalOf(tagVariable('route', query)).label('Route')
}

/** One device of any kind. */
export function deviceVariable(): QueryVariableBuilder {
  const query = `SHOW TAG VALUES FROM "device" WITH KEY = "device" WHERE ${OF_AUTHORITY}`
  return tagVariable('device', query).label('Device')
}

function tagVariable(name: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .datasource(DATA_SOURCE)
    .query({ refId: 'variable', query })
    .definition(query)
    .refresh(VariableRefresh.OnDashboardLoad)
    .sort(VariableSort.NaturalAsc)
}

/** All is one pattern that fits everything, not a list of thousands. */
function severalOf(variable: QueryVariableBuilder): QueryVariableBuilder {
  return variable
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: ['All'], value: ['$__all'], selected: true })
}
