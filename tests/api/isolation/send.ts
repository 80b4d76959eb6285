import type { TestApp } from '../../fixtures/create-test-app.ts'
import type { ListedRoute } from './list-routes.ts'

export interface Sent {
  readonly method: ListedRoute['method']
  readonly path: string
  /** The header; undefined for none. */
  readonly authorization?: string | undefined
  readonly body?: { readonly body: unknown; readonly mediaType: string } | undefined
  /** Of one that goes on for ever only the head is waited for. */
  readonly isStream?: boolean | undefined
}

export interface Got {
  readonly status: number
  /** Without what is another one with each answer: times, the request's id, what is left of a limit. */
  readonly headers: string
  /** Byte by byte: bodies are no text all of them. */
  readonly text: string
}

const CHANGING = /^(date|x-request-id|x-ratelimit-|content-length|connection|keep-alive)/

export async function send(
  app: TestApp,
  { method, path, authorization, body, isStream }: Sent,
): Promise<Got> {
  const request = {
    method: method as 'GET',
    url: path,
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(body && { 'content-type': body.mediaType }),
    },
    ...(body && {
      payload:
        typeof body.body === 'string' && body.mediaType !== 'application/json'
          ? body.body
          : JSON.stringify(body.body),
    }),
  }
  const response = await app.app.inject({ ...request, ...(isStream && { payloadAsStream: true }) })
  const headers = Object.entries(response.headers)
    .filter(([name]) => !CHANGING.test(name))
    .map(([name, value]) => `${name}: ${value}`)
    .toSorted()
    .join('\n')
  if (!isStream) return { status: response.statusCode, headers, text: response.rawPayload.toString('latin1') }
  const stream = response.stream()
  if (response.statusCode === 200) {
    stream.destroy()
    return { status: 200, headers, text: '' }
  }
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return { status: response.statusCode, headers, text: Buffer.concat(chunks).toString('latin1') }
}
