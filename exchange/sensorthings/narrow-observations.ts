import type { Entity, EntityType } from './entity-model.ts'
import { evaluateConstant, listPaths, matchesFilter, type Scope } from './evaluate.ts'
import type { Comparison, Expression } from './expression.ts'
import { isTimeSpan, parseTimeSpan } from './time-span.ts'

/** Of a filter of Observations, the conditions that all have to hold. */
function listConditions(filter: Expression | undefined): readonly Expression[] {
  if (!filter) return []
  return filter.type === 'and' ? filter.operands.flatMap(listConditions) : [filter]
}

/** Whether a Datastream may have Observations that a filter lets through, by what the filter says of the Datastream alone. */
export function mayHaveObservations(
  filter: Expression | undefined,
  datastream: Entity,
  scope: Scope,
): boolean {
  return listConditions(filter).every((condition) => {
    const paths = listPaths(condition)
    const isAbout = paths.length > 0 && paths.every(({ navigations }) => navigations[0] === 'Datastream')
    return !isAbout || matchesFilter(startAt(condition, 'Datastream'), datastream, scope)
  })
}

/** How far ahead of its receipt a reading's time may be, in ms: those further ahead are in quarantine. */
const AHEAD_MS = 600_000

/** The times in ms since 1970, `from <= time < to`, outside of which no reading has an Observation that a filter lets through. */
export function boundTimes(filter: Expression | undefined, now: number): { from: number; to: number } {
  let [from, to] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const condition of listConditions(filter)) {
    const bound = readBound(condition, now)
    if (!bound) continue
    const { property, operator, start, end } = bound
    // An interval begins where its reading's time is, and so may what is from a moment on.
    if (property === 'phenomenonTime' && ['ge', 'gt', 'eq'].includes(operator)) from = Math.max(from, start)
    if (['le', 'lt', 'eq'].includes(operator)) {
      const until = operator === 'lt' ? start : end
      to = Math.min(to, property === 'phenomenonTime' ? until + 1 : until + AHEAD_MS + 1)
    }
  }
  return { from, to }
}

const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  ge: 'le',
  lt: 'gt',
  le: 'ge',
}

function readBound(condition: Expression, now: number) {
  if (condition.type !== 'compare') return undefined
  const { left, right } = condition
  const isMirrored = left.type !== 'path'
  const path = isMirrored ? right : left
  if (path.type !== 'path' || path.navigations.length > 0) return undefined
  if (path.property !== 'phenomenonTime' && path.property !== 'resultTime') return undefined
  const value = evaluateConstant(isMirrored ? left : right, now)
  const span = typeof value === 'string' ? parseTimeSpan(value) : value
  if (span === undefined || !isTimeSpan(span)) return undefined
  const operator = isMirrored ? MIRRORED[condition.operator] : condition.operator
  return { property: path.property, operator, start: span.start, end: span.end }
}

/** A condition as it is told of what a navigation leads to. */
function startAt(expression: Expression, navigation: EntityType): Expression {
  switch (expression.type) {
    case 'literal':
      return expression
    case 'path':
      return { ...expression, navigations: expression.navigations.slice(1) }
    case 'not':
      return { ...expression, operand: startAt(expression.operand, navigation) }
    case 'compare':
    case 'compute':
      return {
        ...expression,
        left: startAt(expression.left, navigation),
        right: startAt(expression.right, navigation),
      }
    default:
      return { ...expression, operands: expression.operands.map((operand) => startAt(operand, navigation)) }
  }
}
