import {
  ENTITY_TYPES,
  type EntityType,
  findNavigation,
  hasProperty,
  ID_NAMES,
  type Navigation,
  tellMembers,
} from './entity-model.ts'
import type { Expression } from './expression.ts'
import { parseExpression } from './parse-expression.ts'
import { createScanner, refuseOption, type Scanner } from './scanner.ts'

/** The most entities in a page, and in a page where nothing is said. */
const TOP_MAX = 1_000
const TOP_DEFAULT = 100
/** More is refused: whoever wants what is far behind follows the links. */
const SKIP_MAX = 100_000
/** How deep expansions may be nested. */
const EXPAND_DEPTH_MAX = 4

interface Ordering {
  readonly expression: Expression
  readonly isDescending: boolean
}

/** What a query asks for of a set of entities (OGC 18-088, 9.3); it has been checked against them. */
export interface EntityQuery {
  readonly filter?: Expression | undefined
  readonly orderings: readonly Ordering[]
  readonly top: number
  readonly skip: number
  readonly isCounted: boolean
  /** The properties and navigations that are told; undefined for all. */
  readonly select?: readonly string[] | undefined
  readonly expansions: readonly Expansion[]
}

export interface Expansion {
  readonly navigation: Navigation
  readonly query: EntityQuery
  /** Its own options as they were written, for the links to the next page. */
  readonly options: Readonly<Record<string, string>>
}

const OPTIONS = ['$filter', '$orderby', '$top', '$skip', '$count', '$select', '$expand'] as const
type QueryOption = (typeof OPTIONS)[number]
export type QueryTexts = { readonly [O in QueryOption]?: string | undefined }

const DEFAULT_QUERY: EntityQuery = {
  orderings: [],
  top: TOP_DEFAULT,
  skip: 0,
  isCounted: false,
  expansions: [],
}

/** Throws INVALID_REQUEST, which says in which option and where it is wrong. */
export function parseQuery(type: EntityType, texts: QueryTexts): EntityQuery {
  return OPTIONS.reduce<EntityQuery>((query, option) => {
    const text = texts[option]
    if (text === undefined) return query
    const scanner = createScanner(option, text)
    const extended = parseOption(scanner, option, type, query, 0)
    scanner.take(/\s+/y)
    if (!scanner.isAtEnd()) scanner.fail('cannot be understood here')
    return extended
  }, DEFAULT_QUERY)
}

function parseOption(
  scanner: Scanner,
  option: QueryOption,
  type: EntityType,
  query: EntityQuery,
  depth: number,
): EntityQuery {
  switch (option) {
    case '$filter':
      return { ...query, filter: parseExpression(scanner, type) }
    case '$orderby':
      return { ...query, orderings: parseList(scanner, () => parseOrdering(scanner, type)) }
    case '$top':
      return { ...query, top: Math.min(TOP_MAX, parseNumber(scanner)) }
    case '$skip': {
      const skip = parseNumber(scanner)
      if (skip > SKIP_MAX) scanner.fail(`must be ${SKIP_MAX} at most: follow @iot.nextLink instead`, 0)
      return { ...query, skip }
    }
    case '$count': {
      const word = scanner.take(/true|false/y)?.[0]
      if (word === undefined) scanner.fail('must be true or false')
      return { ...query, isCounted: word === 'true' }
    }
    case '$select':
      return { ...query, select: parseList(scanner, () => parseSelected(scanner, type)) }
    case '$expand': {
      const expansions = parseList(scanner, () => parseExpansion(scanner, type, depth + 1))
      return { ...query, expansions: expansions.reduce(mergeExpansion, query.expansions) }
    }
  }
}

function parseList<T>(scanner: Scanner, parseItem: () => T): T[] {
  const items: T[] = []
  do {
    scanner.take(/\s+/y)
    items.push(parseItem())
  } while (scanner.take(/\s*,/y))
  return items
}

function parseOrdering(scanner: Scanner, type: EntityType): Ordering {
  const expression = parseExpression(scanner, type)
  return { expression, isDescending: scanner.take(/\s+(asc|desc)\b/y)?.[1] === 'desc' }
}

function parseNumber(scanner: Scanner): number {
  const text = scanner.take(/\d{1,15}/y)?.[0]
  if (text === undefined) scanner.fail('must be a whole number of 0 or more')
  return Number(text)
}

function parseSelected(scanner: Scanner, type: EntityType): string {
  const at = scanner.position
  const name = scanner.take(/[\w@.]+/y)?.[0] ?? ''
  if (ID_NAMES.includes(name)) return 'id'
  // What is within a property comes with all of it.
  if (hasProperty(type, name)) {
    scanner.take(/(?:\/[\w.-]+)+/y)
    return name
  }
  if (findNavigation(type, name)) return name
  return scanner.fail(
    `${ENTITY_TYPES[type].set} have no ${name || 'such property'}, but ${tellMembers(type)}`,
    at,
  )
}

function parseExpansion(scanner: Scanner, type: EntityType, depth: number): Expansion {
  if (depth > EXPAND_DEPTH_MAX) scanner.fail(`is nested more than ${EXPAND_DEPTH_MAX} deep`)
  const at = scanner.position
  const name = scanner.take(/\w+/y)?.[0] ?? ''
  const navigation = findNavigation(type, name)
  if (!navigation) {
    scanner.fail(
      `${ENTITY_TYPES[type].set} do not lead to ${JSON.stringify(name)}, but are: ${tellMembers(type)}`,
      at,
    )
  }
  if (scanner.takeText('/')) {
    const inner = parseExpansion(scanner, navigation.type, depth + 1)
    const options = { $expand: writeExpansion(inner) }
    return { navigation, query: { ...DEFAULT_QUERY, expansions: [inner] }, options }
  }
  let query = DEFAULT_QUERY
  const options: Record<string, string> = {}
  if (scanner.takeText('(')) {
    do {
      scanner.take(/\s+/y)
      const optionAt = scanner.position
      const option = OPTIONS.find((each) => scanner.takeText(`${each}=`))
      if (!option) scanner.fail(`an option is needed here: ${OPTIONS.join(', ')}`, optionAt)
      const valueAt = scanner.position
      query = parseOption(scanner, option, navigation.type, query, depth)
      options[option] = scanner.slice(valueAt)
    } while (scanner.take(/\s*;/y))
    scanner.take(/\s+/y)
    scanner.expect(')', '";" or ")"')
  }
  return { navigation, query, options }
}

/** `A/B,A/C` leads to both from the same A. */
function mergeExpansion(expansions: readonly Expansion[], next: Expansion): readonly Expansion[] {
  const before = expansions.find(({ navigation }) => navigation.name === next.navigation.name)
  if (!before) return [...expansions, next]
  const inner = next.query.expansions.reduce(mergeExpansion, before.query.expansions)
  const options = { ...before.options, ...next.options, $expand: inner.map(writeExpansion).join(',') }
  if (inner.length === 0) delete (options as Partial<typeof options>).$expand
  const merged = {
    navigation: next.navigation,
    query: { ...before.query, ...differing(next.query), expansions: inner },
    options,
  }
  return expansions.map((each) => (each === before ? merged : each))
}

/** Of a query, what is not as it is where nothing is said. */
function differing(query: EntityQuery): Partial<EntityQuery> {
  return Object.fromEntries(
    Object.entries(query).filter(([name, value]) => value !== DEFAULT_QUERY[name as keyof EntityQuery]),
  )
}

function writeExpansion({ navigation, options }: Expansion): string {
  const written = Object.entries(options).map(([name, value]) => `${name}=${value}`)
  return written.length === 0 ? navigation.name : `${navigation.name}(${written.join(';')})`
}

/** For options that only a set takes, at something else. */
export function refuseSetOptions(texts: QueryTexts): void {
  const wrong = OPTIONS.find(
    (option) => texts[option] !== undefined && option !== '$select' && option !== '$expand',
  )
  if (wrong) throw refuseOption(wrong, 'is not possible at a single entity; $select and $expand are')
}
