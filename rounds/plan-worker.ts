import { parentPort, workerData } from 'node:worker_threads'
import { planRound } from './plan-round.ts'
import { createRemoteRoads, sendError } from './remote-roads.ts'
import type { PlanWorkerData, PlanWorkerMessage } from './round-planner.ts'
import { solve } from './vrp/solve.ts'
import { solveThreads } from './vrp/solve-threads.ts'

// The entry of a worker thread that plans one round and ends.
const { input, stopFlag, roadsPort, roadsFacts } = workerData as PlanWorkerData
const stop = new Int32Array(stopFlag)
const roads = createRemoteRoads(roadsPort, roadsFacts)

try {
  const plan = await planRound(input, {
    roads,
    solve: (problem, options) =>
      options.threads === 1 ? solve(problem, options) : solveThreads(problem, options),
    elapsedSeconds: () => performance.now() / 1000,
    shouldStop: () => Atomics.load(stop, 0) === 1,
    onProgress: (progress) => send({ type: 'progress', progress }),
  })
  send({ type: 'plan', plan })
} catch (error) {
  send({ type: 'failure', ...sendError(error) })
} finally {
  roadsPort.close()
}

function send(message: PlanWorkerMessage): void {
  parentPort?.postMessage(message)
}
