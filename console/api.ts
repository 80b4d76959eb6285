import { ApiError, readProblem } from './api-error.ts'
import { type Following, type FollowOptions, followEvents } from './follow-events.ts'

export type { ServerEvent } from './follow-events.ts'

interface Answered<T> {
  readonly value: T
  readonly etag: string | null
}

/** Kerbside's API. Paths begin below its base: `/v1/`, or of a page its authority; what varies in them is written with `pathOf`. */
export interface Api {
  get<T>(path: string, signal?: AbortSignal): Promise<T>
  /** Undefined where what has the ETag is what there is still. */
  getIfChanged<T>(path: string, etag: string | null, signal?: AbortSignal): Promise<Answered<T> | undefined>
  /** Every page of a list, one after another. */
  listAll<T>(path: string, signal?: AbortSignal): Promise<T[]>
  getText(path: string, accept: string, signal?: AbortSignal): Promise<string>
  /** Sends JSON; undefined where the answer has no body. */
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>
  /** Follows server-sent events, again and again after the last one where the connection ends, until it is closed. */
  follow(path: string, options: FollowOptions): Following
  /** A whole address and the headers that it takes, for what asks by itself: map tiles. */
  address(path: string): { readonly url: string; readonly headers: Readonly<Record<string, string>> }
}

/** A path with each part of it encoded: pathOf`devices/${id}/readings`. */
export function pathOf(texts: TemplateStringsArray, ...parts: readonly (string | number)[]): string {
  return texts.reduce(
    (whole, text, index) => whole + encodeURIComponent(String(parts[index - 1] ?? '')) + text,
  )
}

/** The key goes with each request in a header, never in an address. `onUnauthorized` is told where it is not valid. */
export function createApi({
  base,
  key,
  onUnauthorized,
}: {
  /** Ends with a slash. */
  base: string
  key: string | undefined
  onUnauthorized?: () => void
}): Api {
  const authorization: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }

  async function ask(
    path: string,
    init: RequestInit & { headers?: Record<string, string> },
  ): Promise<Response> {
    const { headers = {}, ...rest } = init
    const response = await fetch(new URL(path, base), {
      ...rest,
      headers: { ...authorization, ...headers },
    }).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') throw error
      throw new ApiError(0, {})
    })
    if (response.ok || response.status === 304) return response
    if (response.status === 401 && key !== undefined) onUnauthorized?.()
    throw await readProblem(response)
  }

  return {
    async get<T>(path: string, signal?: AbortSignal) {
      const response = await ask(path, withSignal({}, signal))
      return (await response.json()) as T
    },
    async getIfChanged<T>(path: string, etag: string | null, signal?: AbortSignal) {
      // Past the browser's own cache, which would answer what is already here once more.
      const headers: Record<string, string> = etag === null ? {} : { 'if-none-match': etag }
      const response = await ask(path, withSignal({ headers, cache: 'no-store' }, signal))
      if (response.status === 304) return undefined
      return { value: (await response.json()) as T, etag: response.headers.get('etag') }
    },
    async listAll<T>(path: string, signal?: AbortSignal) {
      const all: T[] = []
      for (let next: string | null = ''; next !== null; ) {
        const separator = path.includes('?') ? '&' : '?'
        const after: string = next === '' ? '' : `${separator}after=${encodeURIComponent(next)}`
        const page = await this.get<{ items: T[]; next: string | null }>(`${path}${after}`, signal)
        all.push(...page.items)
        next = page.next
      }
      return all
    },
    async getText(path, accept, signal) {
      return (await ask(path, withSignal({ headers: { accept } }, signal))).text()
    },
    async send<T>(method: string, path: string, body?: unknown) {
      const response = await ask(path, {
        method,
        ...(body !== undefined && {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      })
      const text = await response.text()
      return (text === '' ? undefined : JSON.parse(text)) as T
    },
    follow: (path, options) => followEvents((init) => ask(path, init), options),
    address: (path) => ({ url: new URL(path, base).href, headers: authorization }),
  }
}

/** An absent signal is left out: exact optional types. */
function withSignal<T extends object>(
  init: T,
  signal: AbortSignal | undefined,
): T & { signal?: AbortSignal } {
  return signal === undefined ? init : { ...init, signal }
}
