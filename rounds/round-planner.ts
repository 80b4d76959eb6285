import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { KerbsideError } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import { checkPlaces } from './check-places.ts'
import { createRoundMender, type RoundMender } from './mend/round-mender.ts'
import { checkRound } from './plan-round.ts'
import { type RoadsFacts, receiveError, type SentError, serveRoads } from './remote-roads.ts'
import type { Roads } from './roads/roads.ts'
import { createStraightRoads } from './roads/straight-roads.ts'
import type { RoundInput, RoundPlan, RoundProgress } from './round-input.ts'

/** What became of a job: `cancelled` with the best so far. */
interface RoundOutcome {
  readonly status: 'done' | 'cancelled'
  readonly plan: RoundPlan
}

/** A plan that is being made. */
export interface RoundJob {
  /** Rejects with a KerbsideError where planning failed or the planner was closed. */
  readonly result: Promise<RoundOutcome>
  /** Ends the search soon; any number of times, also when it is over. */
  cancel(): void
}

interface RoundListeners {
  onProgress(progress: RoundProgress): void
}

/** Plans rounds off the event loop, a few at a time. */
export interface RoundPlanner {
  /** How many it plans at a time. */
  readonly concurrency: number
  /**
   * Rejects with a KerbsideError with its faults where the input makes no sense, before any solving: also where a place is
   * beside no road.
   */
  check(input: RoundInput): Promise<void>
  /**
   * Throws a KerbsideError where there is nothing that could be planned, and BUSY where it plans `concurrency` rounds
   * already or is closed.
   */
  start(input: RoundInput, listeners: RoundListeners): RoundJob
  /** In threads of its own, so that it waits for no plan that is being made. */
  readonly mend: RoundMender['mend']
  /** Ends what is under way, whose results reject; resolves when no thread is left. */
  close(): Promise<void>
}

export interface RoundPlannerOptions {
  /** Rounds solved at a time, each in a thread of its own. */
  readonly concurrency?: number
  /** Straight lines where absent. The planner does not close them. */
  readonly roads?: Roads | undefined
  readonly logger: Logger
}

export interface PlanWorkerData {
  readonly input: RoundInput
  /** An Int32: 1 asks the search to end. */
  readonly stopFlag: SharedArrayBuffer
  /** Where to ask for the ways. */
  readonly roadsPort: MessagePort
  readonly roadsFacts: RoadsFacts
}

export type PlanWorkerMessage =
  | { readonly type: 'progress'; readonly progress: RoundProgress }
  | { readonly type: 'plan'; readonly plan: RoundPlan }
  | ({ readonly type: 'failure' } & SentError)

const CONCURRENCY = 1

interface Job extends PromiseWithResolvers<RoundOutcome> {
  readonly input: RoundInput
  readonly listeners: RoundListeners
  readonly stopFlag: SharedArrayBuffer
  isCancelled: boolean
  worker: Worker | undefined
}

export function createRoundPlanner({
  concurrency = CONCURRENCY,
  roads = createStraightRoads(),
  logger,
}: RoundPlannerOptions): RoundPlanner {
  const running = new Set<Job>()
  const mender = createRoundMender({ roads, logger })
  let isClosed = false

  return { concurrency, check, start, mend: mender.mend, close }

  async function check(input: RoundInput): Promise<void> {
    await checkPlaces(input, checkRound(input), roads)
  }

  function start(input: RoundInput, listeners: RoundListeners): RoundJob {
    if (isClosed) throw new KerbsideError('BUSY', 'The planner of rounds is shutting down')
    checkRound(input)
    if (running.size >= concurrency) {
      throw new KerbsideError('BUSY', `${running.size} rounds are being planned already: try again later`)
    }
    const job: Job = {
      ...Promise.withResolvers<RoundOutcome>(),
      input,
      listeners,
      stopFlag: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
      isCancelled: false,
      worker: undefined,
    }
    run(job)
    return {
      result: job.promise,
      cancel() {
        job.isCancelled = true
        Atomics.store(new Int32Array(job.stopFlag), 0, 1)
      },
    }
  }

  function run(job: Job): void {
    running.add(job)
    const { port1, port2 } = new MessageChannel()
    serveRoads(port1, roads)
    const workerData: PlanWorkerData = {
      input: job.input,
      stopFlag: job.stopFlag,
      roadsPort: port2,
      roadsFacts: {
        isEstimated: roads.isEstimated,
        attribution: roads.attribution,
        edges: roads.edges,
      },
    }
    const worker = new Worker(new URL('./plan-worker.ts', import.meta.url), {
      workerData,
      transferList: [port2],
    })
    job.worker = worker
    let settle = () => {
      const message = isClosed
        ? 'The process ended while it was solving'
        : 'Planning the round ended without a plan'
      job.reject(new KerbsideError(isClosed ? 'BUSY' : 'INTERNAL', message))
    }
    worker.on('message', (message: PlanWorkerMessage) => {
      if (message.type === 'progress') job.listeners.onProgress(message.progress)
      else if (message.type === 'plan') {
        settle = () => job.resolve({ status: job.isCancelled ? 'cancelled' : 'done', plan: message.plan })
      } else {
        settle = () => job.reject(receiveError(message))
      }
    })
    worker.on('error', (error) => {
      logger.error({ err: error }, 'a thread that planned a round failed')
      settle = () => job.reject(new KerbsideError('INTERNAL', 'Planning the round failed', { cause: error }))
    })
    // Whoever waits for the answer may start the next one then.
    worker.on('exit', () => {
      port1.close()
      running.delete(job)
      settle()
    })
  }

  async function close(): Promise<void> {
    isClosed = true
    await Promise.all([mender.close(), ...[...running].map(({ worker }) => worker?.terminate())])
  }
}
