import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { KerbsideError } from '../../model/error.ts'
import type { Logger } from '../../model/logger.ts'
import type { Round } from '../../model/round.ts'
import { type RoadsFacts, receiveError, type SentError, serveRoads } from '../remote-roads.ts'
import type { Roads } from '../roads/roads.ts'
import type { RoundInput } from '../round-input.ts'
import type { MendedRound } from './mend-round.ts'

/** Mends rounds off the event loop, beside those that are planned: a crew does not wait for tomorrow's plan. */
export interface RoundMender {
  /** As `mendRound`. Rejects with BUSY where too many wait already, and once it is closed. */
  mend(task: MendTask): Promise<MendedRound>
  /** Ends what is under way, which rejects; resolves when no thread is left. */
  close(): Promise<void>
}

interface MendTask {
  readonly round: Round
  readonly input: RoundInput
  /** In ms since 1970. */
  readonly now: number
  readonly seconds?: number | undefined
}

export interface MendWorkerData {
  readonly task: MendTask
  readonly roadsPort: MessagePort
  readonly roadsFacts: RoadsFacts
}

export type MendWorkerMessage =
  | { readonly type: 'mended'; readonly round: MendedRound }
  | ({ readonly type: 'failure' } & SentError)

/** Threads at a time, each for a few seconds. */
const CONCURRENCY = 2
/** One more is refused, and mended when it is looked for the next time. */
const WAITING_MAX = 20

export function createRoundMender({
  roads,
  logger,
}: {
  readonly roads: Roads
  readonly logger: Logger
}): RoundMender {
  const running = new Set<Worker>()
  const waiting: { task: MendTask; answer: PromiseWithResolvers<MendedRound> }[] = []
  let isClosed = false

  return {
    mend(task) {
      if (isClosed) return Promise.reject(shuttingDown())
      if (waiting.length >= WAITING_MAX) {
        const message = `${waiting.length} rounds wait to be mended already: try again later`
        return Promise.reject(new KerbsideError('BUSY', message))
      }
      const answer = Promise.withResolvers<MendedRound>()
      waiting.push({ task, answer })
      runNext()
      return answer.promise
    },
    async close() {
      isClosed = true
      for (const { answer } of waiting.splice(0)) answer.reject(shuttingDown())
      await Promise.all([...running].map((worker) => worker.terminate()))
    },
  }

  function runNext(): void {
    while (running.size < CONCURRENCY) {
      const next = waiting.shift()
      if (!next) return
      run(next.task, next.answer)
    }
  }

  function run(task: MendTask, answer: PromiseWithResolvers<MendedRound>): void {
    const { port1, port2 } = new MessageChannel()
    serveRoads(port1, roads)
    const workerData: MendWorkerData = {
      task,
      roadsPort: port2,
      roadsFacts: {
        isEstimated: roads.isEstimated,
        attribution: roads.attribution,
        edges: roads.edges,
      },
    }
    const worker = new Worker(new URL('./mend-worker.ts', import.meta.url), {
      workerData,
      transferList: [port2],
    })
    running.add(worker)
    let settle = () => {
      const failure = new KerbsideError('INTERNAL', 'Mending the round ended without a plan')
      answer.reject(isClosed ? shuttingDown() : failure)
    }
    worker.on('message', (message: MendWorkerMessage) => {
      settle =
        message.type === 'mended'
          ? () => answer.resolve(message.round)
          : () => answer.reject(receiveError(message))
    })
    worker.on('error', (error) => {
      logger.error({ err: error }, 'a thread that mended a round failed')
      settle = () =>
        answer.reject(new KerbsideError('INTERNAL', 'Mending the round failed', { cause: error }))
    })
    worker.on('exit', () => {
      port1.close()
      running.delete(worker)
      settle()
      if (!isClosed) runNext()
    })
  }
}

function shuttingDown(): KerbsideError {
  return new KerbsideError('BUSY', 'The planner of rounds is shutting down')
}
