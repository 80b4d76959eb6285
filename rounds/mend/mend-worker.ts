import { parentPort, workerData } from 'node:worker_threads'
import { createRemoteRoads, sendError } from '../remote-roads.ts'
import { solve } from '../vrp/solve.ts'
import { mendRound } from './mend-round.ts'
import type { MendWorkerData, MendWorkerMessage } from './round-mender.ts'

// The entry of a worker thread that mends one round and ends.
const { task, roadsPort, roadsFacts } = workerData as MendWorkerData
const { round, input, now, seconds } = task

try {
  const mended = await mendRound(round, input, {
    roads: createRemoteRoads(roadsPort, roadsFacts),
    solve,
    now,
    seconds,
    elapsedSeconds: () => performance.now() / 1000,
  })
  send({ type: 'mended', round: mended })
} catch (error) {
  send({ type: 'failure', ...sendError(error) })
} finally {
  roadsPort.close()
}

function send(message: MendWorkerMessage): void {
  parentPort?.postMessage(message)
}
