import { setTimeout as wait } from 'node:timers/promises'
import { KerbsideError, messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Round } from '../model/round.ts'
import type { Registry } from '../registry/registry.ts'
import type { ServerSentEvent } from './event-stream.ts'

interface RoundListener {
  onEvent(event: ServerSentEvent): void
  /** Nothing more comes. */
  onEnd(): void
}

/** What is told of rounds while they are planned, here or by another process on the same registry. */
export interface RoundEvents {
  /** From now on this process tells of it, as `attempt`, until it is ended or left. */
  begin(authority: string, id: string, attempt: number): void
  tell(authority: string, id: string, name: string, data: unknown): void
  /** This process tells no more of it: what becomes of it is looked up. */
  leave(authority: string, id: string): void
  /** It is over. */
  end(authority: string, round: RoundEnd): void
  /** Events after `lastEventId`, as far as this process has them, and those to come. Returns what ends listening. */
  listen(authority: string, id: string, lastEventId: string | undefined, listener: RoundListener): () => void
  /** Looks up at once what became of the rounds that this process does not plan. */
  look(): void
  /** Every listener's stream ends. */
  close(): Promise<void>
}

export type RoundEnd = Pick<Round, 'id' | 'status' | 'error' | 'cost' | 'distanceM' | 'durationSeconds'>

/** The id of the event that ends a round's stream. */
export const LAST_EVENT_ID = 'done'
/** Events of a round that are kept for who comes late or back; the oldest are let go. */
const EVENTS_MAX = 100
const LOOK_EVERY_MS = 1_000

interface Topic {
  readonly authority: string
  readonly id: string
  /** Of ids, so that those of one process and attempt are not taken for another's; empty where another process plans it. */
  prefix: string
  events: ServerSentEvent[]
  eventCount: number
  readonly listeners: Set<RoundListener>
  /** Of one that is looked up: what has been told of it. */
  hasBegun: boolean
  progress: string
}

export function createRoundEvents({
  registry,
  logger,
}: {
  readonly registry: Registry
  readonly logger: Logger
}): RoundEvents {
  const topics = new Map<string, Topic>()
  const closing = new AbortController()
  let looking: Promise<void> | undefined
  let lookAgain = new AbortController()

  return { begin, tell, leave, end, listen, look, close }

  function begin(authority: string, id: string, attempt: number): void {
    const topic = topicOf(authority, id)
    topic.prefix = `${attempt}.`
    topic.events = []
    topic.eventCount = 0
  }

  function tell(authority: string, id: string, name: string, data: unknown): void {
    const topic = topics.get(keyOf(authority, id))
    if (topic) send(topic, name, data)
  }

  function send(topic: Topic, name: string, data: unknown): void {
    const event: ServerSentEvent = { id: `${topic.prefix}${++topic.eventCount}`, event: name, data }
    topic.events.push(event)
    if (topic.events.length > EVENTS_MAX) topic.events.shift()
    for (const listener of topic.listeners) listener.onEvent(event)
  }

  function leave(authority: string, id: string): void {
    const topic = topics.get(keyOf(authority, id))
    if (!topic) return
    topic.prefix = ''
    topic.events = []
    topic.hasBegun = false
    if (topic.listeners.size === 0) topics.delete(keyOf(authority, id))
    else look()
  }

  function end(authority: string, round: RoundEnd): void {
    const topic = topics.get(keyOf(authority, round.id))
    if (!topic) return
    topics.delete(keyOf(authority, round.id))
    const event: ServerSentEvent = { id: LAST_EVENT_ID, event: 'done', data: endOf(round) }
    for (const listener of topic.listeners) {
      listener.onEvent(event)
      listener.onEnd()
    }
  }

  function listen(
    authority: string,
    id: string,
    lastEventId: string | undefined,
    listener: RoundListener,
  ): () => void {
    const topic = topicOf(authority, id)
    const { prefix } = topic
    const isOfThis = prefix !== '' && lastEventId?.startsWith(prefix)
    const after = isOfThis ? Number(lastEventId?.slice(prefix.length)) || 0 : 0
    for (const event of topic.events) {
      if (Number(event.id.slice(prefix.length)) > after) listener.onEvent(event)
    }
    topic.listeners.add(listener)
    look()
    return () => {
      topic.listeners.delete(listener)
      if (topic.prefix === '' && topic.listeners.size === 0) topics.delete(keyOf(authority, id))
    }
  }

  function look(): void {
    if (closing.signal.aborted) return
    lookAgain.abort()
    looking ??= lookUp().finally(() => {
      looking = undefined
    })
  }

  /** Goes on for as long as somebody listens to a round that another process plans, or none yet. */
  async function lookUp(): Promise<void> {
    while (!closing.signal.aborted) {
      lookAgain = new AbortController()
      const followed = [...topics.values()].filter(isFollowed)
      if (followed.length === 0) return
      try {
        await tellFound(followed)
      } catch (error) {
        logger.warn({ error: messageOf(error) }, 'what becomes of rounds cannot be looked up')
      }
      const signal = AbortSignal.any([closing.signal, lookAgain.signal])
      await wait(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  async function tellFound(followed: readonly Topic[]): Promise<void> {
    const jobs = new Map((await registry.listRoundJobs()).map((job) => [keyOf(job.authority, job.id), job]))
    for (const topic of followed) {
      const { authority, id } = topic
      const job = jobs.get(keyOf(authority, id))
      if (!job) {
        const round = await findRound(authority, id)
        // This process may have begun with it in between.
        if (isFollowed(topic)) end(authority, round ?? endOfNothing(id))
        continue
      }
      if (!isFollowed(topic)) continue
      if (job.isSolving && !topic.hasBegun) send(topic, 'solving', { id, status: 'solving' })
      topic.hasBegun = job.isSolving
      const progress = job.progress === undefined ? '' : JSON.stringify(job.progress)
      if (progress !== '' && progress !== topic.progress) send(topic, 'progress', job.progress)
      topic.progress = progress
    }
  }

  async function findRound(authority: string, id: string): Promise<Round | undefined> {
    try {
      return await registry.getRound(authority, id)
    } catch (error) {
      if (error instanceof KerbsideError && error.code === 'NOT_FOUND') return undefined
      throw error
    }
  }

  async function close(): Promise<void> {
    closing.abort()
    await looking
    for (const { listeners } of topics.values()) for (const listener of listeners) listener.onEnd()
    topics.clear()
  }

  function topicOf(authority: string, id: string): Topic {
    const key = keyOf(authority, id)
    let topic = topics.get(key)
    if (!topic) {
      topic = {
        authority,
        id,
        prefix: '',
        events: [],
        eventCount: 0,
        listeners: new Set(),
        hasBegun: false,
        progress: '',
      }
      topics.set(key, topic)
    }
    return topic
  }
}

/** Whether somebody listens to it, and another process plans it, or none. */
function isFollowed({ prefix, listeners }: Topic): boolean {
  return prefix === '' && listeners.size > 0
}

export function endOf({ id, status, error, cost, distanceM, durationSeconds }: RoundEnd): RoundEnd {
  return { id, status, error, cost, distanceM, durationSeconds }
}

/** What is told where the authority was deleted, and the round with it. */
function endOfNothing(id: string): RoundEnd {
  return { id, status: 'cancelled', error: null, cost: 0, distanceM: 0, durationSeconds: 0 }
}

function keyOf(authority: string, id: string): string {
  return `${authority}/${id}`
}
