import { z } from 'zod'
import type { InputFault } from '../model/error.ts'

/** More faults than these help nobody, and a body of 1,000 devices could have very many. */
const FAULTS_MAX = 100

/** Each fault with the path of its field (`items.3.settings.emptyDistanceMm`), what is allowed, and what was sent. */
export function describeZodError(error: z.ZodError, schema?: z.ZodType, given?: unknown): InputFault[] {
  return describeIssues(error.issues, [], schema, given).slice(0, FAULTS_MAX)
}

/** What is of a wrong type breaks other rules too, which say nothing more. */
function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  parents: readonly PropertyKey[],
  schema: z.ZodType | undefined,
  given: unknown,
): InputFault[] {
  const ofWrongType = new Set(
    issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => formatPath(path)),
  )
  return issues
    .filter(({ code, path }) => code === 'invalid_type' || !ofWrongType.has(formatPath(path)))
    .flatMap((issue) => describeIssue(issue, parents, schema, given))
}

function describeIssue(
  issue: z.core.$ZodIssue,
  parents: readonly PropertyKey[],
  schema: z.ZodType | undefined,
  given: unknown,
): InputFault[] {
  const path = [...parents, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const allowed = listKeys(schema, path)
    return issue.keys.map((key) => ({
      path: formatPath([...path, key]),
      message: `is not known here${allowed ? describeAllowed(allowed) : ''}`,
    }))
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branch = chooseBranch(issue.errors)
    if (branch) return describeIssues(branch, path, schema, given)
  }
  const sent = valueAt(given, path)
  // A query's text that is no number: what it became, NaN or for no text 0, says nothing to whoever sent it.
  if (Number.isNaN(issue.input) || (typeof issue.input === 'number' && sent === '')) {
    return [{ path: formatPath(path), message: `must be a number${describeSent(sent)}` }]
  }
  // A check of several fields together has all of them as its input, and its message says what matters of it.
  const isOfSeveral = issue.code === 'custom' && typeof issue.input === 'object'
  return [
    {
      path: formatPath(path),
      message: `${issue.message}${isOfSeveral ? '' : describeSent(issue.input)}`,
    },
  ]
}

/** The alternative that was meant: the one that does not already fail at the value's own type. */
function chooseBranch(branches: readonly (readonly z.core.$ZodIssue[])[]) {
  return branches.find(
    (issues) =>
      !issues.some(
        (issue) => issue.path.length === 0 && ['invalid_type', 'invalid_value'].includes(issue.code),
      ),
  )
}

function describeAllowed(names: readonly string[]): string {
  return names.length === 0 ? '; none is allowed' : `; allowed are ${names.join(', ')}`
}

function describeSent(input: unknown): string {
  if (input === undefined) return ''
  const text = JSON.stringify(input) ?? String(input)
  return `, but it was ${text.length > 80 ? `${text.slice(0, 80)}…` : text}`
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    given,
  )
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.map(String).join('.')
}

/** The names that the object at a path of a schema may have. */
function listKeys(schema: z.ZodType | undefined, path: readonly PropertyKey[]): string[] | undefined {
  let current: unknown = schema
  for (const step of path) {
    current = unwrap(current, typeof step === 'number')
    if (current instanceof z.ZodArray) current = current.element
    else if (current instanceof z.ZodObject) current = current.shape[String(step)]
    else return undefined
  }
  const object = unwrap(current, false)
  return object instanceof z.ZodObject ? Object.keys(object.shape) : undefined
}

function unwrap(schema: unknown, wantsArray: boolean): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return unwrap(schema.unwrap(), wantsArray)
  }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap(), wantsArray)
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.find((option) => option instanceof z.ZodArray === wantsArray)
  }
  return schema
}
