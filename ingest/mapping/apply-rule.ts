import type { Kind } from '../../model/device.ts'
import type { MappingRule } from '../../model/mapping.ts'
import { countsField, fieldsOf } from '../../model/reading.ts'
import type { Rejection } from '../../model/rejection.ts'
import { convertUnit, listUnitsOf, type Unit } from '../../model/unit.ts'
import type { CounterSum } from '../../registry/registry.ts'
import { showValue } from '../show-value.ts'
import { readQuantity } from './read-quantity.ts'

export type RuleOutcome = { readonly value: unknown } | { readonly sum: CounterSum } | Rejection

/** What a rule makes of what a payload has at its place. */
export function applyRule(rule: MappingRule, sent: unknown, kind: Kind): RuleOutcome {
  const path = rule.from ?? rule.to
  if (rule.alarm) return { value: rule.alarm.includes(plainOf(sent) as never) }
  if (rule.values) return lookUp(rule.values, sent, path)
  if (rule.to === 'time') return readTime(rule, sent)
  if (typeOf(kind, rule.to) !== 'number') return { value: plainOf(sent) }

  const quantity = readQuantity(sent)
  if (!quantity) {
    return {
      reason: 'wrong_type',
      detail: `${path}: ${showValue(sent)} is no number, ${describeNumber(rule.to)} is allowed`,
    }
  }
  if (rule.noEcho?.includes(quantity.value)) {
    return {
      reason: 'no_echo',
      detail: `${path}: ${quantity.value} means that the sensor heard no echo, any other value than ${rule.noEcho.join(', ')} is allowed`,
    }
  }
  const scaled = quantity.value * (rule.scale ?? 1) + (rule.offset ?? 0)
  if (rule.counter) return readSum(scaled, rule, path)
  return convert(scaled, quantity.unit ?? rule.unit, quantity.unknownUnit, rule, path)
}

function convert(
  value: number,
  unit: Unit | undefined,
  unknownUnit: string | undefined,
  rule: MappingRule,
  path: string,
): RuleOutcome {
  const allowed = listUnitsOf(rule.to)
  // Things are counted as whole ones, also where somebody sends what an hour would have had.
  if (isCount(rule.to)) return { value: Math.round(value) }
  // What is only a number may have a word behind it.
  if (allowed.length === 0) return { value: round(value) }
  // A unit that only the payload tells, in a spelling that is not known, is that of the rule, where it says one.
  if (unit === undefined && unknownUnit !== undefined && rule.unit === undefined) {
    return refuseUnit(path, unknownUnit, allowed)
  }
  const known = unit ?? rule.unit
  if (known === undefined) return { value: round(value) }
  if (!allowed.includes(known)) return refuseUnit(path, known, allowed)
  return { value: convertUnit(value, known) }
}

function refuseUnit(path: string, unit: string, allowed: readonly Unit[]): Rejection {
  return {
    reason: 'wrong_type',
    detail: `${path}: ${showValue(unit)} is no unit of it, ${allowed.join(', ')} is allowed`,
  }
}

function readSum(value: number, { counter }: MappingRule, path: string): RuleOutcome {
  const sum = round(value)
  const bits = counter?.bits
  const end = bits === undefined ? Number.MAX_SAFE_INTEGER : 2 ** bits - 1
  if (Number.isInteger(sum) && sum >= 0 && sum <= end) return { sum: { sum, bits } }
  return {
    reason: 'out_of_range',
    detail: `${path}: ${value} is no sum of a counter, a whole number from 0 to ${end} is allowed`,
  }
}

function lookUp(values: NonNullable<MappingRule['values']>, sent: unknown, path: string): RuleOutcome {
  const key = String(plainOf(sent))
  if (Object.hasOwn(values, key)) return { value: values[key] }
  return {
    reason: 'out_of_range',
    detail: `${path}: ${showValue(sent)} is not among what the mapping knows, one of ${Object.keys(values).join(', ')} is allowed`,
  }
}

/** A number is of ms since 1970, or of seconds where the rule says so; a text is left for the check of times. */
function readTime({ unit }: MappingRule, sent: unknown): RuleOutcome {
  const time = plainOf(sent)
  if (typeof time !== 'number') return { value: time }
  return { value: Math.round(unit === 's' ? time * 1_000 : time) }
}

function plainOf(sent: unknown): unknown {
  return typeof sent === 'object' && sent !== null && Object.hasOwn(sent, 'value')
    ? Reflect.get(sent, 'value')
    : sent
}

function typeOf(kind: Kind, target: string): string | undefined {
  const name = target.startsWith('counts.') ? countsField(target.slice('counts.'.length)) : target
  return fieldsOf(kind)[name]
}

function isCount(target: string): boolean {
  return target === 'count' || target.startsWith('counts.')
}

function describeNumber(target: string): string {
  const units = listUnitsOf(target)
  return units.length === 0 ? 'a number' : `a number, or one with its unit (${units.join(', ')}),`
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
