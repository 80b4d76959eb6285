import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { KerbsideError, messageOf } from '../model/error.ts'
import type { Round } from '../model/round.ts'
import type { Registry, RoundLease, RoundStage } from '../registry/registry.ts'
import type { RoundInput, RoundProgress } from '../rounds/round-input.ts'
import type { RoundJob } from '../rounds/round-planner.ts'
import { foreseeBins } from './foresee-bins.ts'
import type { ApiParts } from './parts.ts'
import { recordRound } from './record-round.ts'
import { addCounters } from './round-counters.ts'
import type { RoundEvents } from './round-events.ts'
import { readRoundInput } from './round-input.ts'
import { PLANNING_ACTOR } from './shared-bins.ts'
import { leaveUnshared, withoutUnshared } from './unshared-bins.ts'

/** Takes what is to be done for rounds from the registry, as far as this process has room, and does it. */
export interface RoundWorker {
  start(): void
  /** There is something new to be done. */
  wake(): void
  /** Ends the search for a round at once, if it is this process that plans it. */
  cancel(authority: string, id: string): void
  cancelAll(authority: string): void
  /** Gives back what it has not finished, so that the next process goes on with it; resolves when that is kept. */
  close(): Promise<void>
}

/** How long a process that says nothing is taken to be alive, in ms of the clock's at speed 1. */
const LEASE_MS = 20_000
const HEARTBEAT_MS = 4_000
/** How often it is looked for rounds that other processes took in, or left. */
const POLL_MS = 2_000
/** A round that so many processes ended over is planned no more. */
const ATTEMPTS_MAX = 3
/** While the registry or the store is away. */
const TRIES_MAX = 60
const TRY_AGAIN_MS = 5_000

interface Running {
  readonly lease: RoundLease
  isCancelled: boolean
  /** Another process has it, or it is gone with its authority: what comes out is nobody's. */
  isLost: boolean
  job: RoundJob | undefined
  progress: RoundProgress | undefined
}

export function createRoundWorker(parts: ApiParts, events: RoundEvents): RoundWorker {
  const { registry, roundPlanner: planner, clock, logger } = parts
  const owner = randomUUID()
  const solving = new Map<Running, Promise<void>>()
  let recording: Promise<void> | undefined
  const closing = new AbortController()
  let looking: Promise<void> | undefined
  let isLookWanted = false
  let poll: NodeJS.Timeout | undefined

  return { start, wake, cancel, cancelAll, close }

  function start(): void {
    poll = setInterval(wake, POLL_MS)
    poll.unref()
    wake()
  }

  function wake(): void {
    isLookWanted = true
    looking ??= look().finally(() => {
      looking = undefined
    })
  }

  async function look(): Promise<void> {
    while (isLookWanted && !closing.signal.aborted) {
      isLookWanted = false
      try {
        while (solving.size < planner.concurrency) {
          const claimed = await claim('solve')
          if (!claimed) break
          beginSolving(claimed)
        }
        const done = recording ? undefined : await claim('record')
        if (done) recording = beginRecording(done)
      } catch (error) {
        logger.warn({ error: messageOf(error) }, 'it cannot be looked up which rounds are to be planned')
      }
    }
  }

  async function claim(stage: RoundStage) {
    if (closing.signal.aborted) return undefined
    return registry.claimRound({ owner, stage, now: clock.now(), until: leaseEnd() })
  }

  function beginSolving({ lease, round, isCancelled }: Claimed): void {
    const running: Running = { lease, isCancelled, isLost: false, job: undefined, progress: undefined }
    events.begin(lease.authority, lease.id, lease.attempt)
    events.tell(lease.authority, lease.id, 'solving', { id: lease.id, status: 'solving' })
    const heartbeat = setInterval(() => beat(running), HEARTBEAT_MS)
    heartbeat.unref()
    const done = solve(running, round)
      .catch((error: unknown) => logger.error({ err: error, ...lease }, 'planning a round failed'))
      .finally(() => {
        clearInterval(heartbeat)
        events.leave(lease.authority, lease.id)
        solving.delete(running)
        wake()
      })
    solving.set(running, done)
  }

  async function beat(running: Running): Promise<void> {
    const { lease, progress } = running
    try {
      const renewed = await registry.renewRound(lease, { until: leaseEnd(), progress })
      if (renewed?.isCancelled) endSearch(running)
      else if (!renewed && !running.isLost) lose(running)
    } catch (error) {
      // Whether it is still ours the registry says when the plan is to be kept.
      logger.warn({ error: messageOf(error), ...lease }, 'the lease of a round could not be renewed')
    }
  }

  async function solve(running: Running, round: Round): Promise<void> {
    const { lease } = running
    if (lease.attempt > ATTEMPTS_MAX) {
      const error = `planning it was begun ${ATTEMPTS_MAX} times, and each time the process ended over it`
      return finish(running, { ...round, status: 'failed', error })
    }
    let fields: Partial<Round>
    try {
      const input = await persist(() => readInput(round, lease))
      if (running.isLost || closing.signal.aborted) return
      const { authority, id } = lease
      const job = planner.start(input, {
        onProgress(progress) {
          running.progress = progress
          events.tell(authority, id, 'progress', progress)
        },
      })
      running.job = job
      if (running.isCancelled) job.cancel()
      const { status, plan } = await job.result
      fields = { ...plan, ...leaveUnshared(round, input, plan?.left), status }
    } catch (error) {
      // The planner ends its threads with the process: by then the round was given back.
      if (closing.signal.aborted) return
      fields = { status: 'failed', error: messageOf(error) }
      logger.warn({ error: messageOf(error), ...lease }, 'a round failed')
    }
    await finish(running, { ...round, ...fields })
  }

  async function readInput(round: Round, { authority }: RoundLease): Promise<RoundInput> {
    const user = { actor: PLANNING_ACTOR, round: round.id }
    const town = await readRoundInput(parts, await registry.getAuthority(authority), round.request, user)
    const input = withoutUnshared(round, town)
    return addCounters(parts, authority, await foreseeBins(parts, authority, input), round.id)
  }

  async function finish(running: Running, round: Round): Promise<void> {
    if (running.isLost || closing.signal.aborted) return
    const { lease } = running
    if (await persist(() => registry.finishRound(lease, round))) events.end(lease.authority, round)
    else lose(running)
  }

  function lose(running: Running): void {
    running.isLost = true
    running.job?.cancel()
    logger.warn(running.lease, 'a round is planned here no more: another process has it, or it was deleted')
  }

  function endSearch(running: Running): void {
    running.isCancelled = true
    running.job?.cancel()
  }

  async function beginRecording(claimed: Claimed): Promise<void> {
    try {
      await recordRound(parts, claimed)
    } catch (error) {
      // Its lease ends, and it is tried again, here or elsewhere.
      logger.warn({ error: messageOf(error), ...claimed.lease }, 'a round could not be recorded yet')
    }
    recording = undefined
    wake()
  }

  /** For minutes, while the registry or the store is away: what has been solved is worth it. */
  async function persist<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        const mayRetry = error instanceof KerbsideError && error.canRetry
        if (!mayRetry || attempt >= TRIES_MAX || closing.signal.aborted) throw error
        const options = { signal: closing.signal, ref: false }
        await wait(TRY_AGAIN_MS, undefined, options).catch(() => undefined)
      }
    }
  }

  function cancel(authority: string, id: string): void {
    for (const running of solving.keys()) {
      if (running.lease.authority === authority && running.lease.id === id) endSearch(running)
    }
  }

  function cancelAll(authority: string): void {
    for (const running of solving.keys()) if (running.lease.authority === authority) lose(running)
  }

  async function close(): Promise<void> {
    clearInterval(poll)
    closing.abort()
    await looking
    await Promise.all([...solving.keys()].map(giveBack))
    await Promise.all([...solving.values(), recording])
  }

  async function giveBack(running: Running): Promise<void> {
    running.job?.cancel()
    if (running.isLost) return
    try {
      await registry.releaseRound(running.lease)
    } catch (error) {
      // Its lease ends by itself.
      logger.warn({ error: messageOf(error), ...running.lease }, 'a round could not be given back')
    }
  }

  function leaseEnd(): number {
    return clock.now() + LEASE_MS * clock.speed
  }
}

type Claimed = NonNullable<Awaited<ReturnType<Registry['claimRound']>>>
