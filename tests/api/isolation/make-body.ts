import { z } from 'zod'

type JsonSchema = Readonly<{ [name: string]: unknown }>

/** A value that a schema may take, with everything in it that it may have, and a word wherever it takes any. */
export function makeBody(schema: z.ZodType, word: string): unknown {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  return make(root, 0)

  function make(given: JsonSchema, depth: number): unknown {
    const node = typeof given['$ref'] === 'string' ? follow(given['$ref']) : given
    const choices = (node['oneOf'] ?? node['anyOf']) as readonly JsonSchema[] | undefined
    if ('const' in node) return node['const']
    if (Array.isArray(node['enum'])) return node['enum'][0]
    if (choices?.[0]) return make(choices[0], depth)
    if (Array.isArray(node['allOf'])) return make(node['allOf'][0], depth)
    switch (node['type']) {
      case 'object':
        return makeObject(node, depth)
      case 'array':
        return makeArray(node, depth)
      case 'number':
      case 'integer':
        return Number(node['minimum'] ?? 1)
      case 'boolean':
        return false
      case 'null':
        return null
      default:
        return makeText(node)
    }
  }

  function makeObject(node: JsonSchema, depth: number): object {
    if (depth > 6) return {}
    const properties = Object.entries((node['properties'] ?? {}) as Record<string, JsonSchema>)
    return Object.fromEntries(
      properties.map(([name, property]) => [name, makeNamed(name, property, depth + 1)]),
    )
  }

  /** Nobody is called at an address that is one's own. */
  function makeNamed(name: string, node: JsonSchema, depth: number): unknown {
    const made = make(node, depth)
    return made === word && /url$/i.test(name) ? `http://127.0.0.1:9/${word}` : made
  }

  function makeArray(node: JsonSchema, depth: number): unknown[] {
    const prefix = node['prefixItems'] as readonly JsonSchema[] | undefined
    if (prefix) return prefix.map((item) => make(item, depth + 1))
    const item = (node['items'] ?? {}) as JsonSchema
    const count = Math.min(10, Number(node['minItems'] ?? 1))
    return Array.from({ length: Math.max(1, count) }, () => make(item, depth + 1))
  }

  function makeText({ format }: JsonSchema): string {
    if (format === 'date-time') return '2026-02-17T12:00:00Z'
    if (format === 'date') return '2026-02-17'
    if (format === 'email') return `${word}@town.example`
    return word
  }

  function follow(reference: string): JsonSchema {
    return reference
      .replace(/^#\/?/, '')
      .split('/')
      .filter((step) => step !== '')
      .reduce<unknown>((node, step) => (node as Record<string, unknown>)[step], root) as JsonSchema
  }
}

/**
 * A body without what an answer has called wrong in it, or without what is beside that where it has to be there; undefined where
 * nothing is left to be taken away.
 */
export function mendBody(body: unknown, paths: readonly string[]): unknown {
  const mended = structuredClone(body)
  let isChanged = false
  for (const path of paths) {
    const steps = path.split('.')
    const last = steps.pop() ?? ''
    const parent = steps.reduce<unknown>(
      (node, step) => (node as Record<string, unknown> | undefined)?.[step],
      mended,
    )
    if (typeof parent !== 'object' || parent === null || !(last in parent)) continue
    isChanged = true
    if (Array.isArray(parent)) parent.splice(Number(last), 1)
    else delete (parent as Record<string, unknown>)[last]
  }
  return isChanged ? mended : undefined
}
