import { KerbsideError, messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Board, BoardQuery, DepartureBoards } from './departure-boards.ts'
import type { ServerSentEvent } from './event-stream.ts'
import type { TransitView } from './transit-view.ts'

/** Departures leave though nothing else happens: looked at this often, by the machine's clock. */
const LOOK_EVERY_MS = 5_000
/** Streams of this process, some 10 kB each; one more is refused. */
const STREAMS_MAX = 5_000

/** Tells listeners of a stop's departures whenever they are others than before. */
export interface DepartureEvents {
  /**
   * Tells at once what is known now, unless that is what `lastEventId` was of. Rejects with NOT_FOUND where there is no such
   * stop, and with BUSY where too many listen. Resolves with what ends it.
   */
  listen(query: BoardQuery, lastEventId: string | undefined, listener: DepartureListener): Promise<() => void>
  /** Every stream ends. */
  close(): void
}

export interface DepartureListener {
  onEvent(event: ServerSentEvent): void
  onEnd(): void
}

interface Topic {
  readonly query: BoardQuery
  readonly listeners: Set<DepartureListener>
  contentHash: string
  isLooking: boolean
  isToLookAgain: boolean
  readonly end: () => void
}

export function createDepartureEvents({
  boards,
  view,
  logger,
}: {
  readonly boards: DepartureBoards
  readonly view: TransitView
  readonly logger: Logger
}): DepartureEvents {
  const topics = new Map<string, Topic>()
  let streamCount = 0
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  return {
    async listen(query, lastEventId, listener) {
      if (streamCount >= STREAMS_MAX) {
        throw new KerbsideError('BUSY', `${STREAMS_MAX} streams are open; ask for the departures instead`)
      }
      streamCount += 1
      try {
        const board = await boards.get(query)
        // Nobody would end a stream that opens now.
        if (isClosed) throw new KerbsideError('BUSY', 'The process is ending; come back in a moment')
        const topic = topicOf(query, board)
        topic.listeners.add(listener)
        if (board.contentHash !== lastEventId) listener.onEvent(eventOf(board))
        // It may have changed for others while this one was being looked up.
        if (board.contentHash !== topic.contentHash) look(topic)
        return () => leave(topic, listener)
      } catch (error) {
        streamCount -= 1
        throw error
      }
    },
    close() {
      isClosed = true
      clearInterval(timer)
      for (const { listeners, end } of topics.values()) {
        end()
        for (const listener of listeners) listener.onEnd()
      }
      topics.clear()
    },
  }

  function topicOf(query: BoardQuery, board: Board): Topic {
    const key = keyOf(query)
    let topic = topics.get(key)
    if (!topic) {
      const made: Topic = {
        query,
        listeners: new Set(),
        contentHash: board.contentHash,
        isLooking: false,
        isToLookAgain: false,
        end: view.onChange(query.authority, () => look(made)),
      }
      topic = made
      topics.set(key, topic)
      timer ??= setInterval(() => {
        for (const one of topics.values()) look(one)
      }, LOOK_EVERY_MS).unref()
    }
    return topic
  }

  function leave(topic: Topic, listener: DepartureListener): void {
    if (!topic.listeners.delete(listener)) return
    streamCount -= 1
    if (topic.listeners.size > 0) return
    topic.end()
    topics.delete(keyOf(topic.query))
    if (topics.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  /** What changes while it is being looked at is looked at once more. */
  function look(topic: Topic): void {
    topic.isToLookAgain = true
    if (topic.isLooking) return
    topic.isLooking = true
    lookUntilCurrent(topic)
      .catch((error: unknown) => {
        logger.warn({ error: messageOf(error) }, 'the departures of a stop cannot be looked up')
      })
      .finally(() => {
        topic.isLooking = false
      })
  }

  async function lookUntilCurrent(topic: Topic): Promise<void> {
    while (topic.isToLookAgain) {
      topic.isToLookAgain = false
      const board = await boards.get(topic.query)
      if (board.contentHash === topic.contentHash) continue
      topic.contentHash = board.contentHash
      for (const listener of topic.listeners) listener.onEvent(eventOf(board))
    }
  }
}

function keyOf({ authority, stop, limit, minutes }: BoardQuery): string {
  return `${authority}/${limit}/${minutes}/${stop}`
}

function eventOf({ contentHash, json }: Board): ServerSentEvent {
  return { id: contentHash, event: 'departures', data: json }
}
