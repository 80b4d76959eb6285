import type { FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'
import { KerbsideError } from '../model/error.ts'
import { describeZodError } from './faults.ts'

/** Lets zod check and convert what a request brings, naming every fault in it at once. */
export const compileValidator: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data) => {
    // fastify gives null where there is no body.
    const given = httpPart === 'body' && data === null ? undefined : data
    const result = schema.safeParse(given, { reportInput: true })
    if (result.success) return { value: result.data }
    const faults = describeZodError(result.error, schema, given)
    return {
      error: new KerbsideError(
        'INVALID_REQUEST',
        `${PARTS[httpPart ?? ''] ?? 'The request'} is not as it should be: ${faults
          .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
          .slice(0, 3)
          .join('; ')}${faults.length > 3 ? `; and ${faults.length - 3} more` : ''}`,
        { faults },
      ),
    }
  }

const PARTS: Readonly<Record<string, string>> = {
  body: 'The body',
  querystring: 'The query',
  params: 'The path',
  headers: 'The header',
}
