import { z } from 'zod'
import { problemSchema } from './problem.ts'

export type Tag =
  | 'authorities'
  | 'devices'
  | 'maps'
  | 'open-data'
  | 'ingest'
  | 'sites'
  | 'rounds'
  | 'transit'
  | 'alerts'
  | 'reports'
  | 'keys'
  | 'shares'
  | 'operation'

/** What the OpenAPI document says of an endpoint that takes a key; the operation's id is stable. */
export function documented(tag: Tag, operationId: string, summary: string, description?: string) {
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: [{ key: [] }],
  }
}

/** As `documented`, of what may be read without a key where the authority has published it. */
export function documentedPublishable(tag: Tag, operationId: string, summary: string, description?: string) {
  return { ...documented(tag, operationId, summary, description), security: [{ key: [] }, {}] }
}

/** A JSON answer of an endpoint, and the problems that it may answer with. */
export function answers<S extends number, T extends z.ZodType>(status: S, description: string, schema: T) {
  return answersWith(status, description, { 'application/json': { schema } })
}

/** An answer of any media types, and the problems that the endpoint may answer with. */
export function answersWith<S extends number, C extends Record<string, { schema: z.ZodType }>>(
  status: S,
  description: string,
  content: C,
) {
  const answer = { [status]: { description, content } } as Record<S, { description: string; content: C }>
  return { ...answer, ...PROBLEMS }
}

/** An answer without a body. */
export function answersEmpty(description: string) {
  return { 204: z.undefined().describe(description), ...PROBLEMS }
}

const PROBLEM = { content: { 'application/problem+json': { schema: problemSchema } } }

const PROBLEMS = {
  400: { description: 'The input is wrong: `errors` says where, and what is allowed', ...PROBLEM },
  401: { description: 'No key, or none that is valid', ...PROBLEM },
  403: { description: 'The key has too small a scope', ...PROBLEM },
  404: { description: "It is not there, or another authority's", ...PROBLEM },
  409: { description: 'It exists already, or something stands against it', ...PROBLEM },
  413: { description: 'The body is too large', ...PROBLEM },
  415: { description: 'The body is not of a media type that is taken here', ...PROBLEM },
  429: { description: 'Too many requests; `Retry-After` says when to come back', ...PROBLEM },
  431: { description: 'The address and the headers are longer than 16 KiB together', ...PROBLEM },
  500: { description: 'A fault of the server; its log has the request by its id', ...PROBLEM },
  503: { description: 'The store or the registry is away; `Retry-After` says when to come back', ...PROBLEM },
} as const
