import { isUtf8 } from 'node:buffer'
import { KerbsideError, messageOf } from '../model/error.ts'
import { isNestedTooDeep, NESTING_MAX } from '../model/json-nesting.ts'
import type { Api } from './parts.ts'

/** JSON is what bodies are, unless an endpoint adds a parser of its own in a context of its own. */
export function parseJsonBodies(app: Api): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer' },
    (_request, body: Buffer, done) => {
      // Some clients name the type even where they send nothing.
      if (body.length === 0) return done(null, undefined)
      // RFC 8259, 8.1. A decoder that does not mind would store other text than was sent.
      if (!isUtf8(body)) return done(refuse('The body is not JSON', 'it is not UTF-8'))
      if (isNestedTooDeep(body)) {
        const message = `arrays and objects are nested too deep, up to ${NESTING_MAX} levels are allowed`
        return done(refuse('The body cannot be taken', message))
      }
      const text = body.toString()
      let value: unknown
      try {
        value = JSON.parse(text)
      } catch (error) {
        return done(refuse('The body is not JSON', describeSyntaxError(text, messageOf(error))))
      }
      // It is no body of any endpoint, and further on it could not be told from none.
      if (value === null) {
        return done(
          refuse('The body is not as it should be', 'must be an object or an array, but it was null'),
        )
      }
      done(null, value)
    },
  )
}

function refuse(what: string, message: string): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', `${what}: ${message}`, { faults: [{ path: '', message }] })
}

/** V8 leaves out the position of some faults. */
function describeSyntaxError(text: string, message: string): string {
  if (message.includes('position') || message.includes('Unexpected end')) return message
  const position = findFault(text)
  const line = text.slice(0, position).split('\n').length
  const column = position - text.lastIndexOf('\n', position - 1)
  return `Unexpected ${JSON.stringify(text.charAt(position))} at position ${position} (line ${line} column ${column})`
}

/** The first character that cannot go on: the longest beginning that only lacks its end, found by halving. */
function findFault(text: string): number {
  let fits = 0
  let tooLong = text.length
  while (tooLong - fits > 1) {
    const length = (fits + tooLong) >> 1
    if (lacksOnlyItsEnd(text.slice(0, length))) fits = length
    else tooLong = length
  }
  return fits
}

function lacksOnlyItsEnd(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const message = messageOf(error)
    const position = /position (\d+)/.exec(message)?.[1]
    if (position !== undefined) return Number(position) >= text.length
    return message.includes('Unexpected end')
  }
}
