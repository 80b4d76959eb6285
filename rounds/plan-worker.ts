import { parentPort, workerData } from 'node:worker_threads'
import { KerbsideError, messageOf } from '../model/error.ts'
import { planRound } from './plan-round.ts'
import type { PlanWorkerData, PlanWorkerMessage } from './round-planner.ts'

// The entry of a worker thread that plans one round and ends.
const { input, stopFlag } = workerData as PlanWorkerData
const stop = new Int32Array(stopFlag)

try {
  const plan = planRound(input, {
    elapsedSeconds: () => performance.now() / 1000,
    shouldStop: () => Atomics.load(stop, 0) === 1,
    onProgress: (progress) => send({ type: 'progress', progress }),
  })
  send({ type: 'plan', plan })
} catch (error) {
  // Errors lose their class and fields on the way to another thread.
  const failure = error instanceof KerbsideError ? error : undefined
  send({
    type: 'failure',
    code: failure?.code ?? 'INTERNAL',
    message: messageOf(error),
    faults: failure?.faults ?? [],
  })
}

function send(message: PlanWorkerMessage): void {
  parentPort?.postMessage(message)
}
