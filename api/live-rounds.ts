import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../model/clock.ts'
import { KerbsideError, messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Round } from '../model/round.ts'
import { formatTime } from '../model/time.ts'
import type { Registry } from '../registry/registry.ts'
import type { RoundInput, RoundProgress } from '../rounds/round-input.ts'
import type { RoundJob, RoundOutcome, RoundPlanner } from '../rounds/round-planner.ts'
import type { ServerSentEvent } from './event-stream.ts'

/** The rounds that are being planned in this process: kept in the registry at each step, and told to who listens. */
export interface LiveRounds {
  /** Resolves with the round once it is kept as queued; throws what the planner throws. */
  start(authority: string, input: RoundInput): Promise<Round>
  /** Ends the search and resolves when the round is kept as cancelled; undefined where it is not being planned. */
  cancel(authority: string, id: string): Promise<Round> | undefined
  /** Ends the search for all rounds of an authority that is gone; what becomes of them is kept nowhere. */
  cancelAll(authority: string): void
  /** Past and coming events of a round; undefined where it is not being planned. Returns what ends listening. */
  listen(authority: string, id: string, after: number, listener: RoundListener): (() => void) | undefined
  /** Fails the rounds that an earlier process left unfinished. */
  failInterrupted(): Promise<void>
  /** Fails the rounds that are not finished; resolves when all are kept. */
  close(): Promise<void>
}

interface RoundListener {
  onEvent(event: ServerSentEvent): void
  onEnd(): void
}

/** Events of a round that are kept for who comes late or back; the oldest are let go. */
const EVENTS_MAX = 100
/** More rounds than a planner takes at a time: an unfinished one is not further down the list, newest first. */
const UNFINISHED_MAX = 100
const SAVE_TRIES = 60
const SAVE_AGAIN_MS = 5_000
/** The id of the event that ends a round's stream. */
export const LAST_EVENT_ID = 'done'
const INTERRUPTED = 'the process ended while it was solving'

interface LiveRound {
  readonly authority: string
  round: Round
  readonly job: RoundJob
  readonly events: ServerSentEvent[]
  eventCount: number
  readonly listeners: Set<RoundListener>
  /** The end of the chain of what is being kept: saves of one round never overtake each other. */
  saved: Promise<void>
  readonly finished: PromiseWithResolvers<Round>
}

export function createLiveRounds(parts: {
  readonly registry: Registry
  readonly planner: RoundPlanner
  readonly clock: Clock
  readonly logger: Logger
}): LiveRounds {
  const { registry, planner, clock, logger } = parts
  const rounds = new Map<string, LiveRound>()
  const closing = new AbortController()

  return { start, cancel, cancelAll, listen, failInterrupted, close }

  async function start(authority: string, input: RoundInput): Promise<Round> {
    const job = planner.start(input, {
      onSolving: () => {
        live.round = { ...live.round, status: 'solving' }
        live.saved = live.saved.then(() => save(live, 1))
        tell(live, 'solving', { id: live.round.id, status: 'solving' })
      },
      onProgress: (progress: RoundProgress) => tell(live, 'progress', progress),
    })
    const live: LiveRound = {
      authority,
      round: {
        id: `${input.request.date}-${randomBytes(6).toString('hex')}`,
        status: 'queued',
        error: null,
        request: input.request,
        createdTime: formatTime(clock.now()),
        estimated: true,
        cost: 0,
        distanceM: 0,
        durationSeconds: 0,
        lorries: [],
        left: [],
      },
      job,
      events: [],
      eventCount: 0,
      listeners: new Set(),
      saved: Promise.resolve(),
      finished: Promise.withResolvers(),
    }
    const queued = live.round
    rounds.set(keyOf(authority, queued.id), live)
    const queuedSave = registry.createRound(authority, queued)
    live.saved = queuedSave.catch(() => undefined)
    job.result.then(
      (outcome) => finish(live, outcomeFields(outcome)),
      (error: unknown) => finish(live, { status: 'failed', error: messageOf(error) }),
    )
    try {
      await queuedSave
    } catch (error) {
      job.cancel()
      throw error
    }
    return queued
  }

  function cancel(authority: string, id: string): Promise<Round> | undefined {
    const live = rounds.get(keyOf(authority, id))
    live?.job.cancel()
    return live?.finished.promise
  }

  function cancelAll(authority: string): void {
    for (const live of rounds.values()) if (live.authority === authority) live.job.cancel()
  }

  function listen(
    authority: string,
    id: string,
    after: number,
    listener: RoundListener,
  ): (() => void) | undefined {
    const live = rounds.get(keyOf(authority, id))
    if (!live) return undefined
    for (const event of live.events) if (Number(event.id) > after) listener.onEvent(event)
    live.listeners.add(listener)
    return () => live.listeners.delete(listener)
  }

  async function failInterrupted(): Promise<void> {
    for (let after: string | undefined; ; ) {
      const page = await registry.listAuthorities({ limit: 1_000, after })
      for (const { id: authority } of page.items) {
        const { items } = await registry.listRounds(authority, { limit: UNFINISHED_MAX })
        for (const round of items) {
          if (round.status !== 'queued' && round.status !== 'solving') continue
          try {
            await registry.updateRound(authority, { ...round, status: 'failed', error: INTERRUPTED })
          } catch (error) {
            if (isGone(error)) continue
            throw error
          }
          logger.warn({ authority, round: round.id }, `a round failed: ${INTERRUPTED}`)
        }
      }
      if (page.next === null) return
      after = page.next
    }
  }

  async function close(): Promise<void> {
    closing.abort()
    const unfinished = [...rounds.values()]
    await Promise.all(unfinished.map((live) => finish(live, { status: 'failed', error: INTERRUPTED })))
    for (const { job } of unfinished) job.cancel()
  }

  /** The first call for a round decides what becomes of it. */
  async function finish(live: LiveRound, fields: Partial<Round>): Promise<void> {
    if (live.round.status !== 'queued' && live.round.status !== 'solving') return
    live.round = { ...live.round, ...fields }
    live.saved = live.saved.then(() => save(live, SAVE_TRIES))
    await live.saved
    const { id, status, error, cost, distanceM, durationSeconds } = live.round
    const event: ServerSentEvent = {
      id: LAST_EVENT_ID,
      event: 'done',
      data: { id, status, error, cost, distanceM, durationSeconds },
    }
    rounds.delete(keyOf(live.authority, id))
    for (const listener of live.listeners) {
      listener.onEvent(event)
      listener.onEnd()
    }
    live.finished.resolve(live.round)
  }

  /** A round that could not be kept would look unfinished for ever, so this tries for some minutes. */
  async function save({ authority, round, job }: LiveRound, tries: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await registry.updateRound(authority, round)
      } catch (error) {
        if (isGone(error)) {
          // Its authority was deleted, perhaps by another process: nobody is there who would want the plan.
          job.cancel()
          return
        }
        const mayRetry = error instanceof KerbsideError && error.canRetry
        if (!mayRetry || attempt >= tries || closing.signal.aborted) {
          logger.error({ err: error, authority, round: round.id }, 'a round could not be kept')
          return
        }
        await wait(SAVE_AGAIN_MS, undefined, { signal: closing.signal, ref: false }).catch(() => undefined)
      }
    }
  }

  function tell(live: LiveRound, name: string, data: unknown): void {
    const event: ServerSentEvent = { id: String(++live.eventCount), event: name, data }
    live.events.push(event)
    if (live.events.length > EVENTS_MAX) live.events.shift()
    for (const listener of live.listeners) listener.onEvent(event)
  }
}

function outcomeFields({ status, plan }: RoundOutcome): Partial<Round> {
  return { ...plan, status }
}

function isGone(error: unknown): boolean {
  return error instanceof KerbsideError && error.code === 'NOT_FOUND'
}

function keyOf(authority: string, id: string): string {
  return `${authority}/${id}`
}
