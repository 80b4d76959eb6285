import { Worker } from 'node:worker_threads'
import { type Leg, listLegs } from './cycles.ts'
import type { Problem } from './problem.ts'
import type { VrpPlan } from './solution.ts'
import type { SolveOptions } from './solve.ts'
import { createThrottle } from './throttle.ts'

/** What an island finds in a leg. */
interface IslandResult {
  readonly plan: VrpPlan
  /** With what the absent cost. */
  readonly cost: number
}

export interface IslandData {
  readonly problem: Problem
  readonly seed: number
  readonly start: VrpPlan | undefined
  /** An Int32: 1 asks the search to end. */
  readonly stopFlag: SharedArrayBuffer
}

/** Goes on with a leg: from a plan, where one is given. */
export interface IslandTask extends Leg {
  readonly seconds: number
  readonly from: VrpPlan | undefined
}

export type IslandMessage = { readonly type: 'better'; readonly result: IslandResult } | IslandDone

interface IslandDone {
  readonly type: 'done'
  readonly result: IslandResult
  readonly wasStopped: boolean
}

/** So often in a cycle the islands learn of each other's best. */
const LEGS_PER_CYCLE = 6

/**
 * As `solve`, in several threads: islands that search side by side with seeds of their own. After each leg those that are
 * behind go on from the best of all. For a number of iterations, which each island has, the plan is the same each time.
 * `shouldStop` is asked about ten times a second. Rejects where a thread fails.
 */
export async function solveThreads(
  problem: Problem,
  options: SolveOptions & { readonly threads: number },
): Promise<VrpPlan> {
  const { seed, threads, start, seconds = Number.POSITIVE_INFINITY, elapsedSeconds, onBetter } = options
  const startedAt = elapsedSeconds()
  const stopFlag = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const shared = shareMatrices(problem)
  let best: IslandResult | undefined
  let shown: IslandResult | undefined
  const report = createThrottle(elapsedSeconds, () => shown && onBetter?.(shown.plan))
  const islands = Array.from({ length: threads }, (_, index) =>
    startIsland({ problem: shared, seed: seed + index, start, stopFlag }, show),
  )
  const asking = setInterval(() => {
    if (options.shouldStop?.()) Atomics.store(new Int32Array(stopFlag), 0, 1)
  }, 100)
  try {
    const legs = listLegs(options, problem.customers.length, {
      isWarm: start !== undefined,
      legsPerCycle: LEGS_PER_CYCLE,
    })
    for (const leg of legs) {
      const left = Math.max(0, seconds * leg.until - (elapsedSeconds() - startedAt))
      const results = await Promise.all(
        islands.map((island, index) => island.run({ ...leg, seconds: left, from: choose(leg, index) })),
      )
      // In the order of the islands, whichever was done first: ties always fall the same way.
      for (const { result } of results) if (isBetter(result, best)) best = result
      if (results.some(({ wasStopped }) => wasStopped)) break
    }
    report.last()
    if (!best) throw new Error('no island found a plan')
    return best.plan
  } finally {
    clearInterval(asking)
    await Promise.all(islands.map((island) => island.close()))
  }

  function show(result: IslandResult): void {
    if (!isBetter(result, shown)) return
    shown = result
    report.soon()
  }

  /** A new cycle begins with the best of all, and so do the worse half of the islands after each leg. */
  function choose({ isNewCycle }: Leg, index: number): VrpPlan | undefined {
    if (isNewCycle) return best?.plan
    const costs = islands.map(({ cost }) => cost).sort((a, b) => a - b)
    const middle = costs[Math.floor((costs.length - 1) / 2)] as number
    return (islands[index]?.cost as number) > middle + COST_TOLERANCE ? best?.plan : undefined
  }
}

const COST_TOLERANCE = 1e-6

function isBetter({ cost }: IslandResult, than: IslandResult | undefined): boolean {
  return than === undefined || cost < than.cost - COST_TOLERANCE
}

interface Island {
  /** Of its best plan so far. */
  cost: number
  run(task: IslandTask): Promise<IslandDone>
  close(): Promise<unknown>
}

function startIsland(data: IslandData, onResult: (result: IslandResult) => void): Island {
  const worker = new Worker(new URL('./island-worker.ts', import.meta.url), { workerData: data })
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined)
  worker.on('error', failed.reject)
  worker.on('exit', () => failed.reject(new Error('a thread of the solver has ended')))
  const island: Island = {
    cost: Number.POSITIVE_INFINITY,
    run(task) {
      const done = Promise.withResolvers<IslandDone>()
      worker.removeAllListeners('message')
      worker.on('message', (message: IslandMessage) => {
        if (message.type === 'done') {
          island.cost = message.result.cost
          done.resolve(message)
        }
        onResult(message.result)
      })
      worker.postMessage(task)
      return Promise.race([done.promise, failed.promise])
    },
    close: () => worker.terminate(),
  }
  return island
}

/** Tables that all threads read, once. */
function shareMatrices(problem: Problem): Problem {
  return {
    ...problem,
    matrices: problem.matrices.map(({ distances, durations, profiles }) => ({
      distances: shareInts(distances),
      durations: shareInts(durations),
      profiles,
    })),
  }
}

function shareInts(numbers: Int32Array): Int32Array {
  if (numbers.buffer instanceof SharedArrayBuffer) return numbers
  const shared = new Int32Array(new SharedArrayBuffer(numbers.byteLength))
  shared.set(numbers)
  return shared
}
