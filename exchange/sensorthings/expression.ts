import type { EntityType } from './entity-model.ts'
import type { Geometry } from './geometry.ts'
import type { TimeSpan } from './time-span.ts'

/** What an expression may come to: any JSON of an entity, and what literals stand for. */
export type Value = null | boolean | number | string | TimeSpan | Duration | Geometry | object

export interface Duration {
  readonly durationMs: number
}

export const COMPARISONS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const
export type Comparison = (typeof COMPARISONS)[number]
export type Arithmetic = 'add' | 'sub' | 'mul' | 'div' | 'mod'

/** What `$filter` and `$orderby` consist of; it has been checked against the entity that it is about. */
export type Expression =
  | { readonly type: 'literal'; readonly value: Value }
  | PathExpression
  | { readonly type: 'call'; readonly name: string; readonly operands: readonly Expression[] }
  | { readonly type: 'not'; readonly operand: Expression }
  | { readonly type: 'and' | 'or'; readonly operands: readonly Expression[] }
  | {
      readonly type: 'compare'
      readonly operator: Comparison
      readonly left: Expression
      readonly right: Expression
    }
  | {
      readonly type: 'compute'
      readonly operator: Arithmetic
      readonly left: Expression
      readonly right: Expression
    }

/** Where a value is found: along navigations, in a property, and within it. */
export interface PathExpression {
  readonly type: 'path'
  readonly navigations: readonly string[]
  /** Whose property it is. */
  readonly of: EntityType
  readonly property: string
  readonly within: readonly string[]
}
