import {
  ENTITY_TYPES,
  type EntityType,
  findEntitySet,
  findNavigation,
  hasProperty,
  type Navigation,
} from './entity-model.ts'

/** A step to other entities: all that a navigation leads to, or the one of it that has an id. */
interface PathStep {
  readonly navigation: Navigation
  readonly id?: string | undefined
}

/** What a path asks for at its end. */
type PathEnd =
  | { readonly type: 'entities' | 'references' }
  | { readonly type: 'property' | 'value'; readonly property: string; readonly within: readonly string[] }

/** Where a path leads (OGC 18-088, 9.2). */
export interface ResourcePath {
  readonly steps: readonly PathStep[]
  readonly end: PathEnd
  /** What the last step leads to. */
  readonly target: EntityType
  /** Whether that is a set. */
  readonly isMany: boolean
}

/** Undefined where there can be nothing at such a path. Steps come decoded and without what is before the first one. */
export function parsePath(texts: readonly string[]): ResourcePath | undefined {
  const [first = '', ...others] = texts
  const start = parseStep(first)
  const set = start && findEntitySet(start.name)
  if (!start || !set) return undefined
  const steps: PathStep[] = [
    { navigation: { name: ENTITY_TYPES[set].set, type: set, isMany: true }, id: start.id },
  ]
  let [target, isMany] = [set, start.id === undefined]
  for (const [index, text] of others.entries()) {
    const rest = others.slice(index + 1)
    if (text === '$ref')
      return rest.length === 0 ? { steps, end: { type: 'references' }, target, isMany } : undefined
    if (isMany) return undefined
    const step = parseStep(text)
    const navigation = step && findNavigation(target, step.name)
    if (!step || !navigation) return parseProperty({ steps, target }, [text, ...rest])
    if (step.id !== undefined && !navigation.isMany) return undefined
    steps.push({ navigation, id: step.id })
    target = navigation.type
    isMany = navigation.isMany && step.id === undefined
  }
  return { steps, end: { type: 'entities' }, target, isMany }
}

function parseProperty(
  { steps, target }: { steps: readonly PathStep[]; target: EntityType },
  [property = '', ...others]: readonly string[],
): ResourcePath | undefined {
  const isValue = others.at(-1) === '$value'
  const within = isValue ? others.slice(0, -1) : others
  if (!hasProperty(target, property) || within.includes('$value')) return undefined
  const type = isValue ? 'value' : 'property'
  return { steps, end: { type, property, within }, target, isMany: false }
}

/** `Name` or `Name('id')`, in which an apostrophe is written twice. */
function parseStep(text: string): { name: string; id?: string } | undefined {
  const match = /^([A-Za-z]+)(?:\((.*)\))?$/s.exec(text)
  if (!match) return undefined
  const [, name = '', key] = match
  if (key === undefined) return { name }
  const quoted = /^'((?:[^']|'')*)'$/s.exec(key)?.[1]
  // Other services number their entities: such an id is one of another service.
  return { name, id: quoted === undefined ? `${key}?` : quoted.replaceAll("''", "'") }
}

/** An entity's path from the service's root. */
export function writePath({ type, id }: { type: EntityType; id: string }): string {
  const quoted = encodeURIComponent(id.replaceAll("'", "''")).replaceAll("'", '%27')
  return `${ENTITY_TYPES[type].set}('${quoted}')`
}
