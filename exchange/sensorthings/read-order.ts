import type { EntityQuery } from './parse-query.ts'

/** Observations by their time, which is how a store has them; `sorted` for any other order. */
export type ObservationOrder = 'oldestFirst' | 'newestFirst' | 'sorted'

/** Undefined where no order is asked for. */
export function readOrder(orderings: EntityQuery['orderings']): ObservationOrder | undefined {
  const [first] = orderings
  if (!first) return undefined
  const { expression, isDescending } = first
  const isByTime =
    expression.type === 'path' &&
    expression.navigations.length === 0 &&
    expression.property === 'phenomenonTime'
  // Of one Datastream no two Observations have the same time, so what comes after that decides nothing.
  if (isByTime) return isDescending ? 'newestFirst' : 'oldestFirst'
  return 'sorted'
}
