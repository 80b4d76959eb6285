import { Worker } from 'node:worker_threads'
import { type ErrorCode, type InputFault, KerbsideError } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import { checkRound } from './plan-round.ts'
import type { RoundInput, RoundPlan, RoundProgress } from './round-input.ts'

/** What became of a job: `cancelled` with the best so far, or with null where the search had not begun. */
export interface RoundOutcome {
  readonly status: 'done' | 'cancelled'
  readonly plan: RoundPlan | null
}

/** A plan that is being made, or waits for its turn. */
export interface RoundJob {
  /** Rejects with a KerbsideError where planning failed or the planner was closed. */
  readonly result: Promise<RoundOutcome>
  /** Ends the search soon; any number of times, also when it is over. */
  cancel(): void
}

interface RoundListeners {
  /** Its turn has come. */
  onSolving(): void
  onProgress(progress: RoundProgress): void
}

/** Plans rounds off the event loop, a few at a time, in the order in which they were started. */
export interface RoundPlanner {
  /**
   * Throws a KerbsideError INVALID_REQUEST with its faults where the input makes no sense, before any solving, and BUSY
   * where too many rounds wait already.
   */
  start(input: RoundInput, listeners: RoundListeners): RoundJob
  /** Ends what is under way and what waits, whose results reject; resolves when no thread is left. */
  close(): Promise<void>
}

export interface RoundPlannerOptions {
  /** Rounds solved at a time, each in a thread of its own. */
  readonly concurrency?: number
  /** Rounds that wait for a thread; one more is refused with BUSY. */
  readonly waitingMax?: number
  readonly logger: Logger
}

export interface PlanWorkerData {
  readonly input: RoundInput
  /** An Int32: 1 asks the search to end. */
  readonly stopFlag: SharedArrayBuffer
}

export type PlanWorkerMessage =
  | { readonly type: 'progress'; readonly progress: RoundProgress }
  | { readonly type: 'plan'; readonly plan: RoundPlan }
  | {
      readonly type: 'failure'
      readonly code: ErrorCode
      readonly message: string
      readonly faults: readonly InputFault[]
    }

const CONCURRENCY = 1
const WAITING_MAX = 20

interface Job extends PromiseWithResolvers<RoundOutcome> {
  readonly input: RoundInput
  readonly listeners: RoundListeners
  readonly stopFlag: SharedArrayBuffer
  isCancelled: boolean
  worker: Worker | undefined
}

export function createRoundPlanner({
  concurrency = CONCURRENCY,
  waitingMax = WAITING_MAX,
  logger,
}: RoundPlannerOptions): RoundPlanner {
  const waiting: Job[] = []
  const running = new Set<Job>()
  let isClosed = false

  return { start, close }

  function start(input: RoundInput, listeners: RoundListeners): RoundJob {
    if (isClosed) throw new KerbsideError('BUSY', 'The planner of rounds is shutting down')
    checkRound(input)
    if (running.size >= concurrency && waiting.length >= waitingMax) {
      throw new KerbsideError('BUSY', `${waiting.length} rounds wait to be planned already: try again later`)
    }
    const job: Job = {
      ...Promise.withResolvers<RoundOutcome>(),
      input,
      listeners,
      stopFlag: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
      isCancelled: false,
      worker: undefined,
    }
    waiting.push(job)
    // Not before the caller has the job in hand.
    queueMicrotask(runNext)
    return { result: job.promise, cancel: () => cancel(job) }
  }

  function cancel(job: Job): void {
    job.isCancelled = true
    Atomics.store(new Int32Array(job.stopFlag), 0, 1)
    const index = waiting.indexOf(job)
    if (index === -1) return
    waiting.splice(index, 1)
    job.resolve({ status: 'cancelled', plan: null })
  }

  function runNext(): void {
    while (running.size < concurrency) {
      const job = waiting.shift()
      if (!job) return
      run(job)
    }
  }

  function run(job: Job): void {
    running.add(job)
    const workerData: PlanWorkerData = { input: job.input, stopFlag: job.stopFlag }
    const worker = new Worker(new URL('./plan-worker.ts', import.meta.url), { workerData })
    job.worker = worker
    worker.on('message', (message: PlanWorkerMessage) => {
      if (message.type === 'progress') job.listeners.onProgress(message.progress)
      else if (message.type === 'plan') {
        job.resolve({ status: job.isCancelled ? 'cancelled' : 'done', plan: message.plan })
      } else {
        job.reject(new KerbsideError(message.code, message.message, { faults: message.faults }))
      }
    })
    worker.on('error', (error) => {
      logger.error({ err: error }, 'a thread that planned a round failed')
      job.reject(new KerbsideError('INTERNAL', 'Planning the round failed', { cause: error }))
    })
    worker.on('exit', () => {
      // After an answer this changes nothing.
      job.reject(
        isClosed ? closedError() : new KerbsideError('INTERNAL', 'Planning the round ended without a plan'),
      )
      running.delete(job)
      if (!isClosed) runNext()
    })
    job.listeners.onSolving()
  }

  async function close(): Promise<void> {
    isClosed = true
    for (const job of waiting.splice(0)) job.reject(closedError())
    await Promise.all([...running].map(({ worker }) => worker?.terminate()))
  }
}

function closedError(): KerbsideError {
  return new KerbsideError('BUSY', 'The process ended while it was solving')
}
