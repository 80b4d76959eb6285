import { afterEach, expect, it } from 'vitest'
import { silentLogger } from '../../model/logger.ts'
import type { RoundProgress } from '../../rounds/round-input.ts'
import {
  createRoundPlanner,
  type RoundPlanner,
  type RoundPlannerOptions,
} from '../../rounds/round-planner.ts'
import { findFaults } from './evaluate-round.ts'
import { makeTown } from './round-town.ts'

const planners: RoundPlanner[] = []
afterEach(async () => {
  await Promise.all(planners.splice(0).map((planner) => planner.close()))
})

function createPlanner(options: Partial<RoundPlannerOptions> = {}): RoundPlanner {
  const planner = createRoundPlanner({ logger: silentLogger, ...options })
  planners.push(planner)
  return planner
}

const LISTENERS = { onProgress() {} }

it('plans in a thread while the event loop goes on, and tells how it is getting on', async () => {
  const input = makeTown(1, 150, { request: { seconds: 1.5 } })
  const progress: RoundProgress[] = []
  const job = createPlanner().start(input, { onProgress: (better) => progress.push(better) })
  let ticks = 0
  const timer = setInterval(() => ticks++, 10)
  const { status, plan } = await job.result.finally(() => clearInterval(timer))
  expect(status).toBe('done')
  expect(findFaults(input, plan)).toEqual([])
  expect(ticks).toBeGreaterThan(20)
  const costs = progress.map(({ cost }) => cost)
  expect(costs).toEqual(costs.toSorted((a, b) => b - a))
  expect(progress.at(-1)).toMatchObject({ cost: plan.cost, distanceM: plan.distanceM })
})

it('gives the best so far when it is cancelled', async () => {
  const input = makeTown(2, 150, { request: { seconds: 600 } })
  const begun = Promise.withResolvers<void>()
  const job = createPlanner().start(input, { onProgress: () => begun.resolve() })
  await begun.promise
  job.cancel()
  job.cancel()
  const { status, plan } = await job.result
  expect(status).toBe('cancelled')
  expect(findFaults(input, plan)).toEqual([])
})

it('takes no more at a time than it is told, and the next when one is over', async () => {
  const planner = createPlanner({ concurrency: 1 })
  const long = makeTown(3, 100, { request: { seconds: 600 } })
  const first = planner.start(long, LISTENERS)
  expect(() => planner.start(long, LISTENERS)).toThrow(expect.objectContaining({ code: 'BUSY' }))
  first.cancel()
  expect((await first.result).status).toBe('cancelled')
  const next = planner.start(makeTown(3, 20, { request: { seconds: 0.1 } }), LISTENERS)
  expect((await next.result).status).toBe('done')
})

it('refuses nonsense at once', () => {
  const planner = createPlanner()
  expect(() => planner.start(makeTown(1, 5, { lorries: [] }), LISTENERS)).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUEST' }),
  )
})

it('rejects what it has not finished when it is closed, and takes nothing more', async () => {
  const planner = createPlanner()
  const begun = Promise.withResolvers<void>()
  const input = makeTown(4, 100, { request: { seconds: 600 } })
  const outcome = Promise.allSettled([planner.start(input, { onProgress: () => begun.resolve() }).result])
  await begun.promise
  await planner.close()
  expect(await outcome).toMatchObject([{ status: 'rejected' }])
  expect(() => planner.start(input, LISTENERS)).toThrow(expect.objectContaining({ code: 'BUSY' }))
})
