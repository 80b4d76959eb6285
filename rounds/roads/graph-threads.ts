import { Worker } from 'node:worker_threads'
import { KerbsideError } from '../../model/error.ts'
import type { GraphAnswer, GraphJob, GraphWorkerData } from './graph-job.ts'
import type { RoadGraph } from './road-graph.ts'

/** Threads that search the graph, each one job after the other. They start with their first job. */
export interface GraphThreads {
  readonly count: number
  /** Rejects with a KerbsideError: what the job failed of, or that the threads were closed. */
  run(thread: number, job: GraphJob): Promise<unknown>
  close(): Promise<void>
}

interface Thread {
  readonly worker: Worker
  readonly waiting: Map<number, PromiseWithResolvers<unknown>>
}

export function createGraphThreads(graph: RoadGraph, count: number): GraphThreads {
  const threads = new Map<number, Thread>()
  let lastId = 0
  let isClosed = false

  return { count, run, close }

  function run(number: number, job: GraphJob): Promise<unknown> {
    if (isClosed) return Promise.reject(new KerbsideError('ROADS_UNAVAILABLE', 'The roads were closed'))
    const thread = threads.get(number) ?? start(number)
    const waiting = Promise.withResolvers<unknown>()
    const id = ++lastId
    thread.waiting.set(id, waiting)
    thread.worker.ref()
    thread.worker.postMessage({ id, job })
    return waiting.promise
  }

  function start(number: number): Thread {
    const data: GraphWorkerData = { graph }
    const worker = new Worker(new URL('./graph-worker.ts', import.meta.url), { workerData: data })
    const thread: Thread = { worker, waiting: new Map() }
    threads.set(number, thread)
    worker.on('message', (answer: GraphAnswer) => {
      const waiting = thread.waiting.get(answer.id)
      thread.waiting.delete(answer.id)
      if ('failure' in answer) {
        waiting?.reject(new KerbsideError(answer.failure.code, answer.failure.message))
      } else waiting?.resolve(answer.result)
      // A thread without work does not keep the process.
      if (thread.waiting.size === 0) worker.unref()
    })
    worker.on('error', (error) => fail(number, thread, error))
    worker.on('exit', () => fail(number, thread, new Error('the thread has ended')))
    return thread
  }

  /** The next job starts another thread. */
  function fail(number: number, thread: Thread, cause: Error): void {
    if (threads.get(number) === thread) threads.delete(number)
    const error = new KerbsideError('ROADS_UNAVAILABLE', `The search of roads broke off: ${cause.message}`, {
      cause,
    })
    for (const waiting of thread.waiting.values()) waiting.reject(error)
    thread.waiting.clear()
  }

  async function close(): Promise<void> {
    isClosed = true
    await Promise.all([...threads.values()].map(({ worker }) => worker.terminate()))
  }
}
