import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { KerbsideError } from '../model/error.ts'
import type { Problem } from '../rounds/vrp/problem.ts'
import type { VrpPlan } from '../rounds/vrp/solution.ts'
import { solve } from '../rounds/vrp/solve.ts'
import { solveThreads } from '../rounds/vrp/solve-threads.ts'
import { readInstance } from './vrp/read-instance.ts'
import { writeSolution } from './vrp/write-solution.ts'

/**
 * The solver on instances of the literature, for so many seconds each: a line of JSON for each, with its cost by the
 * instance's own convention and how far that is above the best known one. An instance of which somebody is left out
 * who must not be has no gap, and `unservedCount` counts them.
 */
export async function benchVrp(
  args: string[],
  print: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Promise<Record<string, number>> {
  const { paths, out, ...budget } = readOptions(args)
  if (out !== undefined) await mkdir(out, { recursive: true })
  const gaps: number[] = []
  let unserved = 0
  for (const path of paths) {
    const instance = readInstance(path)
    const startedAt = performance.now()
    const { plan, iterationsDone } = await solveFor(instance.problem, budget)
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
      iterations: iterationsDone,
    }
    print(JSON.stringify(line))
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
  /** Undefined where the iterations are given. */
  readonly seconds: number | undefined
  readonly iterations: number
  readonly threads: number
  readonly seed: number
  readonly isCpuTime: boolean
}

function readOptions(args: string[]): Budget & { paths: string[]; out: string | undefined } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      iterations: { type: 'string' },
      threads: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      clock: { type: 'string', default: 'wall' },
      out: { type: 'string' },
    },
  })
  if (positionals.length === 0) throw refuse('name the instances to solve')
  if (values.seconds !== undefined && values.iterations !== undefined) {
    throw refuse('--seconds and --iterations exclude each other')
  }
  const clock = values.clock
  if (clock !== 'wall' && clock !== 'cpu') throw refuse(`--clock is ${clock}, and must be wall or cpu`)
  const wholeFrom = (least: number, option: 'iterations' | 'threads' | 'seed'): number => {
    const value = Number(values[option])
    if (Number.isInteger(value) && value >= least) return value
    throw refuse(`--${option} is ${values[option]}, and must be a whole number from ${least}`)
  }
  if (clock === 'cpu' && values.threads !== '1') throw refuse('--clock cpu is of one thread alone')
  const isTimed = values.iterations === undefined
  const seconds = Number(values.seconds ?? 10)
  if (!(seconds > 0)) throw refuse(`--seconds is ${values.seconds}, and must be above 0`)
  return {
    paths: positionals,
    out: values.out,
    seconds: isTimed ? seconds : undefined,
    // All of the time is used, however small the instance.
    iterations: isTimed ? Number.POSITIVE_INFINITY : wholeFrom(1, 'iterations'),
    threads: wholeFrom(1, 'threads'),
    seed: wholeFrom(0, 'seed'),
    isCpuTime: clock === 'cpu',
  }
}

function refuse(message: string): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', `vrp: ${message}`)
}

async function solveFor(
  problem: Problem,
  { seconds, iterations, threads, seed, isCpuTime }: Budget,
): Promise<{ plan: VrpPlan; iterationsDone: number | null }> {
  const elapsedSeconds = isCpuTime ? createCpuClock() : (): number => performance.now() / 1_000
  const options = { seed, seconds, iterations, elapsedSeconds }
  // Islands do not tell how often they tried.
  if (threads > 1) return { plan: await solveThreads(problem, { ...options, threads }), iterationsDone: null }
  let iterationsDone = 0
  const shouldStop = (): boolean => {
    iterationsDone++
    return false
  }
  return { plan: solve(problem, { ...options, shouldStop }), iterationsDone }
}

/**
 * Seconds that this thread itself has computed: on a machine that has other work to do, they say more. It is asked for
 * every few calls alone, as asking takes longer than a look at a clock.
 */
function createCpuClock(): () => number {
  let calls = 0
  let seconds = 0
  return () => {
    if (calls++ % 16 === 0) {
      const { user, system } = process.threadCpuUsage()
      seconds = (user + system) / 1e6
    }
    return seconds
  }
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}
