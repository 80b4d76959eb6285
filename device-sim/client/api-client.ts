import { setTimeout as sleep } from 'node:timers/promises'
import { KerbsideError, messageOf } from '../../model/error.ts'

/** Kerbside's HTTP API as the simulator and the imports need it. Paths begin behind `/v1`. */
export interface ApiClient {
  /** Undefined where the thing is not there (404). */
  find(path: string): Promise<unknown>
  /** Undefined where the thing exists already (409). */
  create(path: string, body: unknown): Promise<unknown>
  /** Changes what is given; undefined where the thing is not there (404). */
  update(path: string, body: unknown): Promise<unknown>
  /** Puts a file in the place of what is there. */
  put(path: string, mediaType: string, bytes: Uint8Array): Promise<unknown>
  /** Every item of a list, page after page. */
  list(path: string): AsyncGenerator<unknown>
}

export interface ApiClientOptions {
  /** Where the API listens, such as `http://127.0.0.1:8080`; with or without `/v1`. */
  readonly apiUrl: string
  readonly key: string
  readonly signal?: AbortSignal | undefined
  /** How long to go on trying while the API is away or says that it is busy. */
  readonly patienceSeconds?: number
}

const PAGE_LIMIT = 1_000

export function createApiClient(options: ApiClientOptions): ApiClient {
  const { key, signal, patienceSeconds = 60 } = options
  const base = `${options.apiUrl.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`

  return {
    find: (path) => request('GET', path, undefined, 404),
    create: (path, body) => request('POST', path, body, 409),
    update: (path, body) => request('PATCH', path, body, 404),
    put: (path, mediaType, bytes) => request('PUT', path, { mediaType, bytes }, undefined),
    async *list(path) {
      let after: string | null = null
      do {
        const query = new URLSearchParams({ limit: String(PAGE_LIMIT), ...(after === null ? {} : { after }) })
        const page = await request('GET', `${path}?${query}`, undefined, undefined)
        const { items, next } = page as { items: readonly unknown[]; next?: string | null }
        yield* items
        after = next ?? null
      } while (after !== null)
    },
  }

  async function request(
    method: string,
    path: string,
    body: unknown,
    absentStatus: number | undefined,
  ): Promise<unknown> {
    const deadline = performance.now() + patienceSeconds * 1000
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
      const response = await send(method, path, body).catch((error: unknown) => {
        signal?.throwIfAborted()
        return error
      })
      if (response instanceof Response) {
        if (response.ok) return response.status === 204 ? undefined : await response.json()
        if (response.status === absentStatus) {
          await response.body?.cancel()
          return undefined
        }
        const mayRetry = response.status === 429 || response.status === 503
        if (!mayRetry || performance.now() > deadline) throw await failureOf(method, path, response)
        await response.body?.cancel()
        pauseMs = Math.max(pauseMs, retryAfterMs(response))
      } else if (performance.now() > deadline) {
        throw new KerbsideError('BUSY', `${method} ${base}${path} cannot be reached: ${causeOf(response)}`, {
          cause: response,
        })
      }
      await sleep(pauseMs, undefined, signal ? { signal } : {})
    }
  }

  function send(method: string, path: string, body: unknown): Promise<Response> {
    const sent = body === undefined ? undefined : isFile(body) ? body : toJson(body)
    return fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        accept: 'application/json',
        ...(sent && { 'content-type': sent.mediaType }),
      },
      ...(sent && { body: sent.bytes as Uint8Array<ArrayBuffer> | string }),
      ...(signal ? { signal } : {}),
    })
  }
}

interface FileBody {
  readonly mediaType: string
  readonly bytes: Uint8Array
}

function isFile(body: unknown): body is FileBody {
  return typeof body === 'object' && body !== null && 'bytes' in body && body.bytes instanceof Uint8Array
}

function toJson(body: unknown): { mediaType: string; bytes: string } {
  return { mediaType: 'application/json', bytes: JSON.stringify(body) }
}

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? 0)
  return Number.isFinite(seconds) ? Math.min(seconds, 60) * 1000 : 0
}

async function failureOf(method: string, path: string, response: Response): Promise<KerbsideError> {
  const text = (await response.text()).slice(0, 2_000)
  const code =
    response.status === 401 ? 'UNAUTHORIZED' : response.status === 403 ? 'FORBIDDEN' : 'INVALID_REQUEST'
  return new KerbsideError(code, `${method} ${path} was answered with ${response.status}: ${text}`)
}

// fetch says only "fetch failed" and hides why in the cause.
function causeOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error)
}
