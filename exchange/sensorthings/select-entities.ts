import type { Entity } from './entity-model.ts'
import { compareBy, matchesFilter, type Scope } from './evaluate.ts'
import type { EntityQuery } from './parse-query.ts'

/** Those of a set that a query asks for, in its order; how many fit in all; whether more follow. */
export function selectEntities(
  entities: readonly Entity[],
  query: Pick<EntityQuery, 'filter' | 'orderings' | 'skip' | 'top'>,
  scope: Scope,
): { readonly page: readonly Entity[]; readonly count: number; readonly hasMore: boolean } {
  const { filter, orderings, skip, top } = query
  const fitting = filter ? entities.filter((entity) => matchesFilter(filter, entity, scope)) : entities
  const sorted = orderings.length === 0 ? fitting : sortEntities(fitting, orderings, scope)
  return {
    page: sorted.slice(skip, skip + top),
    count: fitting.length,
    // Nobody who asks for none wants to be led on.
    hasMore: top > 0 && fitting.length > skip + top,
  }
}

function sortEntities(
  entities: readonly Entity[],
  orderings: EntityQuery['orderings'],
  scope: Scope,
): readonly Entity[] {
  return entities.toSorted((a, b) => {
    for (const { expression, isDescending } of orderings) {
      const order = compareBy(expression, a, b, scope)
      if (order !== 0) return isDescending ? -order : order
    }
    return 0
  })
}
