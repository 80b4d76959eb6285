import { KerbsideError } from '../../model/error.ts'

/** Reads a query option from its beginning to its end. */
export interface Scanner {
  readonly position: number
  /** What a pattern (sticky) matches next, after which it goes on behind it; undefined where it does not match. */
  take(pattern: RegExp): RegExpExecArray | undefined
  /** Whether a text is next, after which it goes on behind it. */
  takeText(text: string): boolean
  /** As `takeText`, but it has to be next. */
  expect(text: string, expected?: string): void
  isAtEnd(): boolean
  /** What was read since a position. */
  slice(from: number): string
  /** INVALID_REQUEST, which says where. */
  fail(message: string, at?: number): never
}

export function createScanner(option: string, text: string): Scanner {
  let position = 0
  const scanner: Scanner = {
    get position() {
      return position
    },
    take(pattern) {
      pattern.lastIndex = position
      const match = pattern.exec(text)
      if (!match) return undefined
      position += match[0].length
      return match
    },
    takeText(wanted) {
      if (!text.startsWith(wanted, position)) return false
      position += wanted.length
      return true
    },
    expect(wanted, expected = `"${wanted}"`) {
      if (!scanner.takeText(wanted)) scanner.fail(`${expected} is needed here`)
    },
    isAtEnd: () => position >= text.length,
    slice: (from) => text.slice(from, position),
    fail(message, at = position) {
      const rest = text.slice(at, at + 20)
      const place =
        at >= text.length ? 'at its end' : `at character ${at + 1}, before ${JSON.stringify(rest)}`
      throw refuseOption(option, `${place}: ${message}`)
    },
  }
  return scanner
}

/** INVALID_REQUEST, of an option of a query. */
export function refuseOption(option: string, message: string): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', `The query is not as it should be: ${option}: ${message}`, {
    faults: [{ path: option, message }],
  })
}
