import { KerbsideError, messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Round } from '../model/round.ts'
import type { Registry } from '../registry/registry.ts'

/** Tells whoever listens of each revision of a round, whichever process made it. */
export interface RoundRevisions {
  /** A revision that this process made. */
  tell(authority: string, round: Round): void
  /** From the revision after `since` on; the newest where there were several meanwhile. Returns what ends listening. */
  listen(authority: string, id: string, since: number, listener: RevisionListener): () => void
  close(): void
}

interface RevisionListener {
  onRevision(round: Round): void
  /** The round is gone, or the process ends. */
  onEnd(): void
}

/** One question a round, however many listen. */
const LOOK_EVERY_MS = 2_000

interface Topic {
  readonly authority: string
  readonly id: string
  readonly listeners: Map<RevisionListener, number>
  isLooking: boolean
}

export function createRoundRevisions({
  registry,
  logger,
}: {
  readonly registry: Registry
  readonly logger: Logger
}): RoundRevisions {
  const topics = new Map<string, Topic>()
  let timer: NodeJS.Timeout | undefined

  return {
    tell(authority, round) {
      const topic = topics.get(`${authority}/${round.id}`)
      if (topic) send(topic, round)
    },
    listen(authority, id, since, listener) {
      const key = `${authority}/${id}`
      const topic = topics.get(key) ?? { authority, id, listeners: new Map(), isLooking: false }
      topics.set(key, topic)
      topic.listeners.set(listener, since)
      timer ??= setInterval(lookAll, LOOK_EVERY_MS).unref()
      look(topic)
      return () => {
        topic.listeners.delete(listener)
        if (topic.listeners.size === 0) drop(key)
      }
    },
    close() {
      for (const [key, topic] of topics) end(key, topic)
    },
  }

  function send(topic: Topic, round: Round): void {
    for (const [listener, since] of topic.listeners) {
      if (round.revision <= since) continue
      topic.listeners.set(listener, round.revision)
      listener.onRevision(round)
    }
  }

  function lookAll(): void {
    for (const topic of topics.values()) look(topic)
  }

  async function look(topic: Topic): Promise<void> {
    if (topic.isLooking) return
    topic.isLooking = true
    try {
      send(topic, await registry.getRound(topic.authority, topic.id))
    } catch (error) {
      const isGone = error instanceof KerbsideError && error.code === 'NOT_FOUND'
      if (isGone) end(`${topic.authority}/${topic.id}`, topic)
      else logger.warn({ error: messageOf(error) }, 'what becomes of a round cannot be looked up')
    } finally {
      topic.isLooking = false
    }
  }

  function end(key: string, { listeners }: Topic): void {
    for (const listener of [...listeners.keys()]) listener.onEnd()
    listeners.clear()
    drop(key)
  }

  function drop(key: string): void {
    topics.delete(key)
    if (topics.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}
