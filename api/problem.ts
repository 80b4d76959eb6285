import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type ErrorCode, type InputFault, KerbsideError, messageOf } from '../model/error.ts'
import { describeZodError } from './faults.ts'
import { METHODS, POSSIBLE_NOWHERE } from './method-not-allowed.ts'
import type { Api } from './parts.ts'

/** RFC 9457, with a stable `code`, the request's id, and where input was wrong each fault. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  /** The request: its id is in the log and in the header X-Request-Id. */
  instance: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})
export type Problem = z.infer<typeof problemSchema>

/** The one place where failures become answers, by the table of model/error.ts. */
export function answerProblems(app: Api): void {
  app.setErrorHandler((error, request, reply) => {
    const failure = toKerbsideError(error)
    if (failure.status >= 500) request.log.error({ err: error }, 'request failed')
    if (failure.canRetry && !reply.hasHeader('retry-after')) reply.header('retry-after', '5')
    return sendProblem(request, reply, {
      code: failure.code,
      status: failure.status,
      detail: failure.message,
      errors: failure.faults,
    })
  })
}

/** A method that no path has at all is not one path's fault (RFC 9110, 15.6.2). */
export function answerUnknownMethods(app: Api): void {
  const possible: readonly string[] = [...METHODS, 'OPTIONS']
  const known: readonly string[] = [...possible, ...POSSIBLE_NOWHERE]
  app.addHook('onRequest', (request, reply, done) => {
    if (known.includes(request.method)) return done()
    const detail = `${request.method} is not possible anywhere here; ${possible.join(', ')} are`
    sendProblem(request, reply, { code: 'NOT_IMPLEMENTED', status: 501, detail })
  })
}

/** What nothing is registered for; asked too often, it is limited as all else is. */
export function answerNotFound(app: Api): void {
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) =>
    sendProblem(request, reply, {
      code: 'NOT_FOUND',
      status: 404,
      detail: `There is nothing at ${request.url.split('?', 1)[0]}; what there is, is at /openapi.json`,
    }),
  )
}

/** What is refused before there is a route: a path that cannot be decoded, or is too long. */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const errors = [{ path: '', message: error.message }]
  sendProblem(request, reply, { code: 'INVALID_REQUEST', status: 400, detail: error.message, errors })
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  problem: { code: ErrorCode; status: number; detail: string; errors?: readonly InputFault[] },
  extension: object = {},
): FastifyReply {
  const { code, status, detail, errors = [] } = problem
  const body: Problem = {
    type: `urn:kerbside:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    instance: `urn:kerbside:request:${request.id}`,
    ...(errors.length > 0 && { errors: [...errors] }),
  }
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify({ ...body, ...extension }))
}

/** What fastify itself refuses with, by its own codes. */
const CODES_OF_FASTIFY: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_CP_ERR_INVALID_CONTENT_ENCODING: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_HANDLER_TIMEOUT: 'BUSY',
}

export function toKerbsideError(error: unknown): KerbsideError {
  if (error instanceof KerbsideError) return error
  if (error instanceof z.ZodError) {
    return new KerbsideError('INVALID_REQUEST', 'The request is not as it should be', {
      cause: error,
      faults: describeZodError(error),
    })
  }
  const { code, statusCode } = error as Partial<FastifyError>
  const known = CODES_OF_FASTIFY[code ?? '']
  if (known) return new KerbsideError(known, messageOf(error), { cause: error })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const faults = [{ path: '', message: messageOf(error) }]
    return new KerbsideError('INVALID_REQUEST', messageOf(error), { cause: error, faults })
  }
  return new KerbsideError('INTERNAL', 'Something went wrong here; the log has it under this request id', {
    cause: error,
  })
}
