import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Problem } from '../rounds/vrp/problem.ts'
import type { VrpPlan } from '../rounds/vrp/solution.ts'
import { solve } from '../rounds/vrp/solve.ts'
import { readInstance } from './vrp/read-instance.ts'
import { writeSolution } from './vrp/write-solution.ts'

/**
 * The solver on instances of the literature, for so many seconds each: a line of JSON for each, with its cost by the
 * instance's own convention and how far that is above the best known one. An instance of which somebody is left out
 * who must not be has no gap, and `unservedCount` counts them.
 */
export async function benchVrp(args: string[]): Promise<Record<string, number>> {
  const { paths, out, ...budget } = readOptions(args)
  if (out !== undefined) await mkdir(out, { recursive: true })
  const gaps: number[] = []
  let unserved = 0
  for (const path of paths) {
    const instance = readInstance(path)
    const startedAt = performance.now()
    const { plan, iterations } = solveFor(instance.problem, budget)
    const seconds = (performance.now() - startedAt) / 1_000
    const { name, problem, bestKnown } = instance
    const cost = Number(instance.costOf(plan).toFixed(instance.costDecimals))
    const left = plan.absent.filter(
      (customer) => problem.customers[customer]?.prize === Number.POSITIVE_INFINITY,
    )
    const gap = bestKnown === undefined || left.length > 0 ? undefined : 100 * (cost / bestKnown - 1)
    if (gap !== undefined) gaps.push(gap)
    unserved += left.length
    if (out !== undefined) await writeFile(join(out, `${name}.sol`), writeSolution(instance, plan))
    const line = {
      instance: name,
      cost,
      bestKnown: bestKnown ?? null,
      gapPercent: gap === undefined ? null : round(gap, 3),
      vehicles: plan.routes.length,
      unservedCount: left.length,
      seconds: round(seconds, 2),
      seed: budget.seed,
      iterations,
    }
    process.stdout.write(`${JSON.stringify(line)}\n`)
  }
  return {
    ...(gaps.length > 0 && {
      meanGapPercent: round(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length, 3),
      worstGapPercent: round(Math.max(...gaps), 3),
    }),
    instances: paths.length,
    unservedCount: unserved,
  }
}

interface Budget {
  readonly seconds: number
  readonly threads: number
  readonly seed: number
  readonly isCpuTime: boolean
}

function readOptions(args: string[]): Budget & { paths: string[]; out: string | undefined } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '10' },
      threads: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      clock: { type: 'string', default: 'wall' },
      out: { type: 'string' },
    },
  })
  const [seconds, threads, seed] = [Number(values.seconds), Number(values.threads), Number(values.seed)]
  if (positionals.length === 0) throw new Error('vrp: name the instances to solve')
  if (!(seconds > 0)) throw new Error(`--seconds is ${values.seconds}, and must be above 0`)
  if (threads !== 1) throw new Error(`--threads is ${values.threads}, and must be 1`)
  if (!Number.isInteger(seed)) throw new Error(`--seed is ${values.seed}, and must be a whole number`)
  if (values.clock !== 'wall' && values.clock !== 'cpu') {
    throw new Error(`--clock is ${values.clock}, and must be wall or cpu`)
  }
  return { paths: positionals, out: values.out, seconds, threads, seed, isCpuTime: values.clock === 'cpu' }
}

function solveFor(
  problem: Problem,
  { seconds, seed, isCpuTime }: Budget,
): { plan: VrpPlan; iterations: number } {
  let iterations = 0
  const plan = solve(problem, {
    seed,
    seconds,
    // All of the time is used, however small the instance.
    iterations: Number.POSITIVE_INFINITY,
    // On a machine that has other work to do, the time that the thread itself had says more.
    elapsedSeconds: isCpuTime ? () => process.threadCpuUsage().user / 1e6 : () => performance.now() / 1_000,
    shouldStop: () => {
      iterations++
      return false
    },
  })
  return { plan, iterations }
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}
