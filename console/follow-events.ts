import { ApiError } from './api-error.ts'

export interface ServerEvent {
  readonly id: string
  readonly event: string
  /** Parsed JSON. */
  readonly data: unknown
}

export interface FollowOptions {
  readonly onEvent: (event: ServerEvent) => void
  /** True when the stream is open, false when it was lost and is tried again. */
  readonly onConnected?: (isConnected: boolean) => void
  /** Called once, where trying again would change nothing: it is not allowed, or not there. */
  readonly onRefused?: (error: ApiError) => void
}

export interface Following {
  close(): void
}

/** Without a word for this long, though the server beats each 15 s, a connection is taken for dead. */
const SILENCE_MAX_MS = 45_000
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 30_000

/** Server-sent events by fetch, since EventSource takes no header and so no key. */
export function followEvents(
  ask: (init: RequestInit & { headers: Record<string, string> }) => Promise<Response>,
  { onEvent, onConnected, onRefused }: FollowOptions,
): Following {
  const closed = new AbortController()
  let lastEventId: string | undefined
  let retryMs = FIRST_RETRY_MS
  void keepFollowing()
  return { close: () => closed.abort() }

  async function keepFollowing(): Promise<void> {
    while (!closed.signal.aborted) {
      try {
        await followOnce()
      } catch (error) {
        const isFinal =
          error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429
        if (isFinal && !closed.signal.aborted) return onRefused?.(error)
      }
      if (closed.signal.aborted) return
      onConnected?.(false)
      await pause(retryMs, closed.signal)
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
    }
  }

  async function followOnce(): Promise<void> {
    const lost = new AbortController()
    const signal = AbortSignal.any([closed.signal, lost.signal])
    let watch = setTimeout(() => lost.abort(), SILENCE_MAX_MS)
    try {
      const headers: Record<string, string> = { accept: 'text/event-stream' }
      if (lastEventId !== undefined) headers['last-event-id'] = lastEventId
      const { body } = await ask({ headers, signal, cache: 'no-store' })
      if (!body) return
      onConnected?.(true)
      for await (const { id, event, data } of readBlocks(body, () => {
        clearTimeout(watch)
        watch = setTimeout(() => lost.abort(), SILENCE_MAX_MS)
      })) {
        retryMs = FIRST_RETRY_MS
        if (id !== undefined) lastEventId = id
        if (data !== undefined) onEvent({ id: id ?? '', event: event ?? 'message', data: JSON.parse(data) })
      }
    } finally {
      clearTimeout(watch)
    }
  }
}

type Block = Partial<Record<'id' | 'event' | 'data', string>>

async function* readBlocks(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<Block, void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      onBytes()
      rest += decoder.decode(value, { stream: true })
      const blocks = rest.split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) yield readBlock(block)
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** Lines that begin with a colon are comments: the beats. */
function readBlock(text: string): Block {
  const block: Block = {}
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^(id|event|data):? ?(.*)$/.exec(line) ?? []
    if (name === 'data') block.data = block.data === undefined ? value : `${block.data}\n${value}`
    else if (name !== undefined) block[name as 'id' | 'event'] = value
  }
  return block
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
