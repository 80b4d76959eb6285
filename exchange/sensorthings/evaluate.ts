import type { Entity } from './entity-model.ts'
import type { Arithmetic, Comparison, Duration, Expression, PathExpression, Value } from './expression.ts'
import { FUNCTIONS } from './functions.ts'
import { createTimeSpan, isBefore, isTimeSpan, parseTimeSpan, type TimeSpan } from './time-span.ts'

/** What expressions are evaluated in. */
export interface Scope {
  /** The entities that a navigation leads to. */
  follow(entity: Entity, navigation: string): readonly Entity[]
  /** In ms since 1970. */
  readonly now: number
  /** Takes note of how much was looked at, and throws where that is too much for one query. */
  spend(steps: number): void
}

/** Whether a filter lets an entity through. Where a path leads to several values, one that fits is enough. */
export function matchesFilter(filter: Expression, entity: Entity, scope: Scope): boolean {
  return evaluate(filter, entity, scope).some((value) => value === true)
}

/** Compares two entities by what an expression comes to; what it has no value of comes first. */
export function compareBy(expression: Expression, a: Entity, b: Entity, scope: Scope): number {
  const [left = null] = evaluate(expression, a, scope)
  const [right = null] = evaluate(expression, b, scope)
  return compareValues(left, right)
}

/** The value of an expression without a path; undefined where it has one. */
export function evaluateConstant(expression: Expression, now: number): Value | undefined {
  if (hasPath(expression)) return undefined
  return evaluate(expression, NO_ENTITY, { now, follow: () => [], spend: () => undefined })[0]
}

const NO_ENTITY: Entity = { type: 'Thing', id: '', properties: {} }

function hasPath(expression: Expression): boolean {
  return listPaths(expression).length > 0
}

export function listPaths(expression: Expression): readonly PathExpression[] {
  switch (expression.type) {
    case 'literal':
      return []
    case 'path':
      return [expression]
    case 'not':
      return listPaths(expression.operand)
    case 'compare':
    case 'compute':
      return [...listPaths(expression.left), ...listPaths(expression.right)]
    default:
      return expression.operands.flatMap(listPaths)
  }
}

function evaluate(expression: Expression, entity: Entity, scope: Scope): readonly Value[] {
  scope.spend(1)
  switch (expression.type) {
    case 'literal':
      return [expression.value]
    case 'path':
      return evaluatePath(expression, entity, scope)
    case 'not':
      return [!matchesFilter(expression.operand, entity, scope)]
    case 'and':
      return [expression.operands.every((operand) => matchesFilter(operand, entity, scope))]
    case 'or':
      return [expression.operands.some((operand) => matchesFilter(operand, entity, scope))]
    case 'compare': {
      const { operator, left, right } = expression
      const rights = evaluate(right, entity, scope)
      const lefts = evaluate(left, entity, scope)
      scope.spend(lefts.length * rights.length)
      return [lefts.some((a) => rights.some((b) => compares(operator, a, b)))]
    }
    case 'compute': {
      const rights = evaluate(expression.right, entity, scope)
      const lefts = evaluate(expression.left, entity, scope)
      scope.spend(lefts.length * rights.length)
      return lefts.flatMap((a) => rights.map((b) => compute(expression.operator, a, b)))
    }
    case 'call': {
      const sets = expression.operands.map((operand) => evaluate(operand, entity, scope))
      scope.spend(sets.reduce((product, { length }) => product * length, 1))
      const combinations = sets.reduce<readonly (readonly Value[])[]>(
        (before, values) => before.flatMap((values_) => values.map((value) => [...values_, value])),
        [[]],
      )
      return combinations.map((values) => FUNCTIONS[expression.name]?.evaluate(values, scope.now) ?? null)
    }
  }
}

function evaluatePath(
  { navigations, property, within }: PathExpression,
  entity: Entity,
  scope: Scope,
): readonly Value[] {
  const entities = navigations.reduce<readonly Entity[]>(
    (from, navigation) => {
      const reached = new Set(from.flatMap((each) => scope.follow(each, navigation)))
      scope.spend(from.length + reached.size)
      return [...reached]
    },
    [entity],
  )
  return entities.map((each) => {
    if (property === 'id') return each.id
    return (within.reduce<unknown>(lookInto, each.properties[property]) as Value) ?? null
  })
}

/** A value within another one; undefined where it is not there. */
export function lookInto(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

function compares(operator: Comparison, a: Value, b: Value): boolean {
  if (operator === 'ne') return !compares('eq', a, b)
  const [left, right] = alignTimes(a, b)
  if (isTimeSpan(left) && isTimeSpan(right)) return comparesTimes(operator, left, right)
  if (operator === 'eq') return left === right
  if (left === null || right === null || typeof left !== typeof right || typeof left === 'object')
    return false
  const order = compareValues(left, right)
  switch (operator) {
    case 'gt':
      return order > 0
    case 'ge':
      return order >= 0
    case 'lt':
      return order < 0
    case 'le':
      return order <= 0
  }
}

function comparesTimes(operator: Comparison, a: TimeSpan, b: TimeSpan): boolean {
  switch (operator) {
    case 'gt':
      return isBefore(b, a)
    case 'ge':
      return a.start >= b.start && a.end >= b.end
    case 'lt':
      return isBefore(a, b)
    case 'le':
      return a.start <= b.start && a.end <= b.end
    default:
      return a.start === b.start && a.end === b.end
  }
}

/** A time in quotation marks is one too, beside another. */
function alignTimes(a: Value, b: Value): readonly [Value, Value] {
  if (isTimeSpan(a) && typeof b === 'string') return [a, parseTimeSpan(b) ?? b]
  if (isTimeSpan(b) && typeof a === 'string') return [parseTimeSpan(a) ?? a, b]
  return [a, b]
}

/** An order of all values: of the same type by its own, of others by the type. */
function compareValues(a: Value, b: Value): number {
  const ranks = rankType(a) - rankType(b)
  if (ranks !== 0) return ranks
  if (isTimeSpan(a) && isTimeSpan(b)) return a.start - b.start || a.end - b.end
  if (typeof a === 'object' || typeof b === 'object') return 0
  return a === b ? 0 : a < b ? -1 : 1
}

function rankType(value: Value): number {
  if (value === null) return 0
  return ['boolean', 'number', 'string', 'object'].indexOf(typeof value) + 1
}

function compute(operator: Arithmetic, a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') return computeNumber(operator, a, b)
  const sign = operator === 'add' ? 1 : operator === 'sub' ? -1 : undefined
  if (isTimeSpan(a) && isDuration(b) && sign !== undefined) {
    return createTimeSpan(a.start + sign * b.durationMs, a.end + sign * b.durationMs)
  }
  if (isTimeSpan(a) && isTimeSpan(b) && operator === 'sub') return { durationMs: a.start - b.start }
  return null
}

function computeNumber(operator: Arithmetic, a: number, b: number): Value {
  switch (operator) {
    case 'add':
      return a + b
    case 'sub':
      return a - b
    case 'mul':
      return a * b
    case 'div':
      return b === 0 ? null : a / b
    case 'mod':
      return b === 0 ? null : a % b
  }
}

function isDuration(value: Value): value is Duration {
  return typeof value === 'object' && value !== null && 'durationMs' in value
}
