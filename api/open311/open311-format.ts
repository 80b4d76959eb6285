import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { writeXml, type XmlValue } from '../../exchange/open311/write-xml.ts'
import type { KerbsideError } from '../../model/error.ts'
import { answersWith } from '../documented.ts'
import { sendProblem, toKerbsideError } from '../problem.ts'
import { sendWritten } from '../written.ts'

/** The GeoReport API (v2) has each resource in both, chosen by the end of its path. */
export const OPEN311_FORMATS = ['json', 'xml'] as const
export type Open311Format = (typeof OPEN311_FORMATS)[number]

const MEDIA_TYPES = { json: 'application/json', xml: 'text/xml' } as const
const errorsSchema = z.array(z.object({ code: z.int(), description: z.string() }))
z.globalRegistry.add(errorsSchema, { id: 'Open311Errors' })
const ERROR_STATUSES = [400, 401, 403, 404, 409, 413, 415, 429, 500, 503] as const

/** As `answers`; errors are the standard's, or problems for who asks for them by `Accept`. */
export function answersIn<T extends z.ZodType>(
  format: Open311Format,
  status: number,
  description: string,
  schema: T,
) {
  const answers = answersWith(status, description, contentIn(format, schema))
  const errors = ERROR_STATUSES.map((code) => {
    const { description: words, content } = answers[code]
    return [code, { description: words, content: { ...content, ...contentIn(format, errorsSchema) } }]
  })
  return { ...answers, ...(Object.fromEntries(errors) as Record<number, (typeof answers)[400]>) }
}

/** `rootName` and `itemName` are what the elements of the XML are called. */
export function sendIn(
  format: Open311Format,
  reply: FastifyReply,
  value: XmlValue,
  names: { readonly rootName: string; readonly itemName?: string },
): never {
  return sendWritten(reply, `${MEDIA_TYPES[format]}; charset=utf-8`, writeIn(format, value, names))
}

/** The error handler of a route in this format: a list with a code, which is the HTTP status, and a description for each fault. */
export function answerErrorsIn(format: Open311Format) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = toKerbsideError(error)
    const { status, code, message: detail, faults: errors } = failure
    if (status >= 500) request.log.error({ err: error }, 'request failed')
    if (failure.canRetry && !reply.hasHeader('retry-after')) reply.header('retry-after', '5')
    if (request.headers.accept?.includes('application/problem+json')) {
      return sendProblem(request, reply, { code, status, detail, errors })
    }
    return reply
      .code(status)
      .header('cache-control', 'no-store')
      .type(`${MEDIA_TYPES[format]}; charset=utf-8`)
      .send(writeIn(format, listErrors(failure), { rootName: 'errors' }))
  }
}

function contentIn<T extends z.ZodType>(format: Open311Format, schema: T) {
  return { [MEDIA_TYPES[format]]: { schema: format === 'json' ? schema : z.string() } }
}

function writeIn(
  format: Open311Format,
  value: XmlValue,
  { rootName, itemName }: { readonly rootName: string; readonly itemName?: string },
): string {
  return format === 'json' ? JSON.stringify(value) : writeXml(rootName, value, itemName)
}

function listErrors({ status, message, faults }: KerbsideError): { code: number; description: string }[] {
  if (faults.length === 0) return [{ code: status, description: message }]
  return faults.map((fault) => ({
    code: status,
    description: fault.path === '' ? fault.message : `${fault.path}: ${fault.message}`,
  }))
}
