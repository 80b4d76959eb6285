import { setTimeout as delay } from 'node:timers/promises'
import { KerbsideError, messageOf } from '../../model/error.ts'

export interface ServerQuestion {
  readonly url: string
  /** Sent as JSON by POST; without it, GET. */
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

export interface ServerPatience {
  /** For one answer, in ms. */
  readonly timeoutMs?: number | undefined
  /** Before the second try, in ms; it doubles with each. */
  readonly retryMs?: number | undefined
}

const TRIES = 4
const TIMEOUT_MS = 60_000
const RETRY_MS = 250

/**
 * The JSON that a server of routes answers, and its HTTP status: one below 500, as it says itself what is wrong with a
 * question. A server that is away, busy or slow is asked again; then it rejects with a KerbsideError ROADS_UNAVAILABLE.
 */
export async function askServer(
  { url, body, signal }: ServerQuestion,
  { timeoutMs = TIMEOUT_MS, retryMs = RETRY_MS }: ServerPatience,
): Promise<{ status: number; answer: unknown }> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted()
    try {
      const limit = AbortSignal.timeout(timeoutMs)
      const response = await fetch(url, {
        ...(body === undefined
          ? {}
          : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      })
      const text = await response.text()
      if (response.status >= 500 || response.status === 429) throw new Error(`it answers ${response.status}`)
      return { status: response.status, answer: parse(text) }
    } catch (error) {
      signal?.throwIfAborted()
      if (attempt === TRIES) {
        throw new KerbsideError(
          'ROADS_UNAVAILABLE',
          `${new URL(url).origin} gives no routes: ${messageOf(error)}`,
          { cause: error },
        )
      }
    }
    await delay(retryMs * 2 ** (attempt - 1), undefined, signal ? { signal } : {})
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`it answers ${JSON.stringify(text.slice(0, 40))} where JSON is expected`)
  }
}

/** Does one thing after the other, a few at a time. The first failure ends it. */
export async function doBounded<T>(
  things: readonly T[],
  width: number,
  act: (thing: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  let hasFailed = false
  const doNext = async (): Promise<void> => {
    while (next < things.length && !hasFailed) {
      const index = next++
      try {
        await act(things[index] as T, index)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, things.length) }, doNext))
}
