import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { KerbsideError } from '../model/error.ts'
import type { Round, RoundRequest } from '../model/round.ts'
import { formatTime } from '../model/time.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import type { ApiParts } from './parts.ts'
import { createRoundEvents, type RoundEvents } from './round-events.ts'
import { createRoundWorker } from './round-worker.ts'

/**
 * The rounds that are to be planned, by this process or another one on the same registry, which keeps them: whatever ends,
 * somebody goes on with them.
 */
export interface LiveRounds {
  /** Begins to plan what is to be planned. */
  start(): void
  /**
   * Resolves with the round once it is kept as queued; `shares` are others' bins that it may be planned with. Rejects with NOT_FOUND where the authority of that incarnation is
   * gone, and with BUSY where too many of its rounds are unfinished.
   */
  create(
    authority: string,
    incarnation: string,
    request: RoundRequest,
    shares?: Round['shares'],
  ): Promise<Round>
  /** Ends the search, whoever does it, and resolves with the round as it stays; CONFLICT where it is over already. */
  cancel(authority: string, id: string): Promise<Round>
  /** Of an authority that is gone. */
  cancelAll(authority: string): void
  listen: RoundEvents['listen']
  /** Gives back what is being planned here; all streams of events end. */
  close(): Promise<void>
}

/** How long whoever cancels waits for the process that plans the round, which hears of it at its next heartbeat. */
const CANCEL_PATIENCE_MS = 20_000

export function createLiveRounds(parts: ApiParts): LiveRounds {
  const { registry, clock, logger } = parts
  const unfinishedMax = parts.limits?.unfinishedRounds ?? DEFAULT_LIMITS.unfinishedRounds
  const events = createRoundEvents({ registry, logger })
  const worker = createRoundWorker(parts, events)

  return {
    start: worker.start,
    async create(authority, incarnation, request, shares) {
      const round: Round = {
        id: `${request.date}-${randomBytes(6).toString('hex')}`,
        status: 'queued',
        error: null,
        request,
        createdTime: formatTime(clock.now()),
        revision: 0,
        estimated: true,
        attribution: null,
        cost: 0,
        distanceM: 0,
        durationSeconds: 0,
        lorries: [],
        left: [],
        ...(shares && { shares }),
      }
      await registry.createRound(authority, round, { incarnation, unfinishedMax })
      worker.wake()
      return round
    },
    cancel,
    cancelAll(authority) {
      worker.cancelAll(authority)
      events.look()
    },
    listen: events.listen,
    async close() {
      await worker.close()
      await events.close()
    },
  }

  async function cancel(authority: string, id: string): Promise<Round> {
    const { outcome, round } = await registry.cancelRound(authority, id, clock.now())
    if (outcome === 'over') {
      throw new KerbsideError('CONFLICT', `The round ${id} is not being planned: it is ${round.status}`)
    }
    if (outcome === 'cancelled') {
      events.end(authority, round)
      return round
    }
    const patience = AbortSignal.timeout(CANCEL_PATIENCE_MS)
    const ended = Promise.withResolvers<void>()
    const stopListening = events.listen(authority, id, undefined, { onEvent() {}, onEnd: ended.resolve })
    try {
      worker.cancel(authority, id)
      await Promise.race([ended.promise, once(patience, 'abort')])
    } finally {
      stopListening()
    }
    const now = await registry.getRound(authority, id)
    if (now.status === 'queued' || now.status === 'solving') {
      throw new KerbsideError('BUSY', `The round ${id} will end soon: whoever plans it has been asked to`)
    }
    return now
  }
}
