import { parseDuration } from '../../model/time.ts'
import {
  ENTITY_TYPES,
  type EntityType,
  findNavigation,
  hasProperty,
  ID_NAMES,
  tellMembers,
} from './entity-model.ts'
import { type Arithmetic, COMPARISONS, type Comparison, type Expression } from './expression.ts'
import { FUNCTIONS } from './functions.ts'
import { parseWkt } from './geometry.ts'
import type { Scanner } from './scanner.ts'
import { parseTimeSpan } from './time-span.ts'

/** Deeper ones are refused: nobody writes them by hand, and each step takes from the stack. */
const DEPTH_MAX = 40

/** What such a property has within it is not known before. */
const OPEN_PROPERTIES: readonly string[] = [
  'properties',
  'parameters',
  'unitOfMeasurement',
  'location',
  'feature',
  'observedArea',
  'metadata',
  'result',
]

/**
 * Reads the expression that is next (OGC 18-088, 9.3.3.5; the grammar is OData's) and checks it against the entity that it is
 * about. Throws INVALID_REQUEST, which says where it is wrong and what is allowed there.
 */
export function parseExpression(scanner: Scanner, type: EntityType, depth = 0): Expression {
  if (depth > DEPTH_MAX) scanner.fail(`is nested more than ${DEPTH_MAX} deep`)
  const parseOr = (): Expression => parseChain('or', parseAnd)
  const parseAnd = (): Expression => parseChain('and', parseComparison)
  return parseOr()

  function parseChain(word: 'and' | 'or', parseOperand: () => Expression): Expression {
    const first = parseOperand()
    const operands = [first]
    const pattern = word === 'and' ? /\s+and(?=[\s(])/y : /\s+or(?=[\s(])/y
    while (scanner.take(pattern)) operands.push(parseOperand())
    return operands.length === 1 ? first : { type: word, operands }
  }

  function parseComparison(): Expression {
    const left = parseSum()
    const operator = takeOperator(COMPARISONS)
    if (operator === undefined) return left
    return { type: 'compare', operator: operator as Comparison, left, right: parseSum() }
  }

  function parseSum(): Expression {
    return parseArithmetic(['add', 'sub'], () => parseArithmetic(['mul', 'div', 'mod'], parseUnary))
  }

  function parseArithmetic(operators: readonly Arithmetic[], parseOperand: () => Expression): Expression {
    let left = parseOperand()
    for (;;) {
      const operator = takeOperator(operators)
      if (operator === undefined) return left
      left = { type: 'compute', operator: operator as Arithmetic, left, right: parseOperand() }
    }
  }

  function takeOperator(operators: readonly string[]): string | undefined {
    return scanner.take(new RegExp(`\\s+(${operators.join('|')})(?=[\\s(])`, 'y'))?.[1]
  }

  function parseUnary(): Expression {
    scanner.take(/\s+/y)
    if (scanner.take(/not(?=[\s(])/y)) return { type: 'not', operand: parseNested() }
    return parsePrimary()
  }

  function parseNested(): Expression {
    scanner.take(/\s+/y)
    if (!scanner.takeText('(')) return parsePrimary()
    return parseInParentheses()
  }

  function parseInParentheses(): Expression {
    const expression = parseExpression(scanner, type, depth + 1)
    scanner.take(/\s+/y)
    scanner.expect(')')
    return expression
  }

  function parsePrimary(): Expression {
    const at = scanner.position
    if (scanner.takeText('(')) return parseInParentheses()
    const literal = parseLiteral(at)
    if (literal !== undefined) return literal
    const call = scanner.take(/([A-Za-z_][\w.]*)\(/y)
    if (call) return parseCall(call[1] ?? '', at)
    return parsePath(at)
  }

  function parseLiteral(at: number): Expression | undefined {
    const text = scanner.take(/'((?:[^']|'')*)'/y)
    if (text) return { type: 'literal', value: (text[1] ?? '').replaceAll("''", "'") }
    const tagged = scanner.take(/(geography|geometry|duration)'([^']*)'/y)
    if (tagged) {
      const [, tag, body = ''] = tagged
      if (tag === 'duration') {
        const durationMs = parseDuration(body)
        if (durationMs === undefined) scanner.fail('a duration is such as PT15M or P1D', at)
        return { type: 'literal', value: { durationMs } }
      }
      const geometry = parseWkt(body)
      if (!geometry) scanner.fail('a geometry is a POINT, LINESTRING or POLYGON in well-known text', at)
      return { type: 'literal', value: geometry }
    }
    const time = scanner.take(
      /\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+\- ]\d\d:\d\d)(?:\/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+\- ]\d\d:\d\d))?/iy,
    )
    if (time) {
      // A plus that was not written as %2B has become a space.
      const span = parseTimeSpan(time[0].replaceAll(' ', '+'))
      if (!span) scanner.fail('a time is such as 2026-02-16T15:58:00Z', at)
      return { type: 'literal', value: span }
    }
    const day = scanner.take(/\d{4}-\d\d-\d\d|\d\d:\d\d(?::\d\d(?:\.\d+)?)?/y)
    if (day) return { type: 'literal', value: day[0] }
    const number = scanner.take(/-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])/y)
    if (number) return { type: 'literal', value: Number(number[0]) }
    const word = scanner.take(/(true|false|null)(?![\w./(])/y)
    if (word) return { type: 'literal', value: word[1] === 'null' ? null : word[1] === 'true' }
    return undefined
  }

  function parseCall(name: string, at: number): Expression {
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
    if (!known) {
      scanner.fail(`there is no function ${name}; there are ${Object.keys(FUNCTIONS).join(', ')}`, at)
    }
    const operands: Expression[] = []
    scanner.take(/\s+/y)
    if (!scanner.takeText(')')) {
      do operands.push(parseExpression(scanner, type, depth + 1))
      while (scanner.take(/\s*,\s*/y))
      scanner.take(/\s+/y)
      scanner.expect(')', '"," or ")"')
    }
    const [least, most = least] = known.operands
    if (operands.length < least || operands.length > most) {
      scanner.fail(
        `${name} takes ${least === most ? least : `${least} to ${most}`} values, not ${operands.length}`,
        at,
      )
    }
    return { type: 'call', name, operands }
  }

  function parsePath(at: number): Expression {
    let of = type
    const navigations: string[] = []
    for (;;) {
      const stepAt = scanner.position
      const step = scanner.take(/[A-Za-z_@][\w.@]*/y)?.[0]
      if (step === undefined) scanner.fail('a property, a function or a value is needed here')
      const navigation = findNavigation(of, step)
      if (navigation) {
        if (navigation.type === 'Observation') {
          scanner.fail('what was observed can be filtered by at Observations alone', stepAt)
        }
        scanner.expect('/', `a property of ${ENTITY_TYPES[navigation.type].set}, after "/",`)
        navigations.push(step)
        of = navigation.type
        continue
      }
      if (ID_NAMES.includes(step)) return { type: 'path', navigations, of, property: 'id', within: [] }
      if (!hasProperty(of, step)) {
        scanner.fail(`${ENTITY_TYPES[of].set} have no ${step}, but ${tellMembers(of)}`, stepAt)
      }
      const within: string[] = []
      while (scanner.takeText('/')) {
        const inner = scanner.take(/[\w-][\w.@-]*/y)?.[0]
        if (inner === undefined || !OPEN_PROPERTIES.includes(step)) {
          scanner.fail(`${step} has nothing within it that could be named here`, at)
        }
        within.push(inner)
      }
      return { type: 'path', navigations, of, property: step, within }
    }
  }
}
