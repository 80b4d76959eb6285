import { parentPort, workerData } from 'node:worker_threads'
import { anneal, createSearch, restart } from './search.ts'
import type { IslandData, IslandMessage, IslandTask } from './solve-threads.ts'
import { createThrottle } from './throttle.ts'

// The entry of a thread that searches on its own, leg by leg.
const { problem, seed, start, stopFlag } = workerData as IslandData
const stop = new Int32Array(stopFlag)
const startedAt = performance.now()
const elapsedSeconds = (): number => (performance.now() - startedAt) / 1000
const search = createSearch(problem, seed, start)
const report = createThrottle(elapsedSeconds, () =>
  send({ type: 'better', result: { plan: search.best, cost: search.bestCost } }),
)

parentPort?.on('message', ({ from, ...leg }: IslandTask) => {
  if (from) restart(search, from)
  const goesOn = anneal(search, {
    ...leg,
    elapsedSeconds,
    shouldStop: () => Atomics.load(stop, 0) === 1,
    onBetter: () => report.soon(),
  })
  send({ type: 'done', result: { plan: search.best, cost: search.bestCost }, wasStopped: !goesOn })
})

function send(message: IslandMessage): void {
  parentPort?.postMessage(message)
}
