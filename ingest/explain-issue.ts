import { z } from 'zod'
import type { Rejection } from '../model/rejection.ts'
import { notATime } from './check-time.ts'
import { showValue } from './show-value.ts'

/** A fault that zod found in a reading, as a rejection that names the field, what was sent and what is allowed. */
export function explainIssue(
  issue: z.core.$ZodIssue | undefined,
  schema: z.ZodType,
  payload: unknown,
): Rejection {
  if (!issue) return { reason: 'wrong_type', detail: 'reading: is not as its kind of device sends it' }
  if (issue.path.length === 0) {
    return { reason: 'wrong_type', detail: `reading: ${showValue(payload)} is not a JSON object` }
  }
  const field = issue.path.join('.')
  const value = valueAt(payload, issue.path)
  if (value !== undefined && /(^t|T)ime$/.test(field)) return notATime(field, value)
  const allowed = describeAllowed(schemaAt(schema, issue.path))
  if (value === undefined)
    return { reason: 'missing_field', detail: `${field}: is missing, ${allowed} is needed` }
  // A number such as 1e400, which zod takes for no number at all.
  const isInfinite = typeof value === 'number' && !Number.isFinite(value)
  if (issue.code === 'invalid_type' && !isInfinite) {
    return {
      reason: 'wrong_type',
      detail: `${field}: ${showValue(value)} is of a wrong type, ${allowed} is allowed`,
    }
  }
  // Neither of a union's types: of a type that is allowed it can only be a value that is not.
  if (issue.code === 'invalid_union' && !['string', 'number'].includes(typeof value)) {
    return {
      reason: 'wrong_type',
      detail: `${field}: ${showValue(value)} is of a wrong type, ${allowed} is allowed`,
    }
  }
  return {
    reason: 'out_of_range',
    detail: `${field}: ${showValue(value)} is out of range, ${allowed} is allowed`,
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value
  for (const key of path) {
    found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined
  }
  return found
}

function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType {
  let found = withoutOptional(schema)
  for (const key of path) {
    if (found instanceof z.ZodObject) found = found.shape[String(key)] ?? found
    else if (found instanceof z.ZodArray) found = found.element
    found = withoutOptional(found)
  }
  return found
}

function withoutOptional(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ? withoutOptional(schema.unwrap()) : schema
}

function describeAllowed(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodNumber) {
    const range = `${schema.minValue} to ${schema.maxValue}`
    return `${schema.format === 'safeint' ? 'a whole number' : 'a number'} from ${range}`
  }
  if (schema instanceof z.ZodString) {
    if (schema.minLength === null && schema.maxLength === null) return 'a string as YYYYMMDD'
    return `a string of ${schema.minLength ?? 0} to ${schema.maxLength} characters`
  }
  if (schema instanceof z.ZodEnum) return `one of ${schema.options.join(', ')}`
  if (schema instanceof z.ZodBoolean) return 'true or false'
  if (schema instanceof z.ZodArray) return 'an array of up to 100'
  if (schema instanceof z.ZodObject) return `an object of ${Object.keys(schema.shape).join(', ')}`
  if (schema instanceof z.ZodUnion) return schema.options.map(describeAllowed).join(', or ')
  return 'another value'
}
