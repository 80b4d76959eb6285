import { describe, expect, it } from 'vitest'
import { interpolateAt } from '../../../bench/rounds/curve.ts'
import { createFixedRounds } from '../../../bench/rounds/policies/fixed-rounds.ts'
import { createThresholdRounds } from '../../../bench/rounds/policies/threshold-rounds.ts'
import type { GrowthSeries } from '../../../bench/rounds/read-growth.ts'
import { type Outcome, SETTLING_DAYS, simulate } from '../../../bench/rounds/simulate.ts'
import { createTown } from '../../../bench/rounds/town.ts'
import { createFillPool } from '../../../rounds/forecast/fill-pool.ts'

const DAYS = 4
const STEADY: GrowthSeries = {
  ratePercent: 10,
  growths: Array.from({ length: 70 }, (_, day) => (day % 2 === 0 ? 20 : 0)),
  byWeekday: Array.from({ length: 7 }, () => [20, 0]),
}

function makeTown(seed: number): ReturnType<typeof createTown> {
  return createTown([STEADY], { seed, dayCount: SETTLING_DAYS + DAYS })
}

function run(seed: number, thresholdPercent: number): Outcome {
  const town = makeTown(seed)
  const period = { from: SETTLING_DAYS, to: SETTLING_DAYS + DAYS, start: new Float64Array(town.binCount) }
  return simulate(town, createThresholdRounds({ cadence: 1 }, thresholdPercent), period)
}

describe('the simulated town', () => {
  it('the same seed gives the same outcome, another one another', () => {
    expect(run(3, 60)).toEqual(run(3, 60))
    expect(run(3, 60)).not.toEqual(run(4, 60))
  })

  it('what falls in does not depend on the policy', () => {
    const before = makeTown(3).growths.map((growths) => [...growths])
    run(3, 60)
    expect(makeTown(3).growths.map((growths) => [...growths])).toEqual(before)
  })

  it('waiting for fuller bins takes fewer lifts and lets more of them overflow', () => {
    const [early, late] = [run(3, 40), run(3, 90)]
    expect(late.lifts).toBeLessThan(early.lifts)
    expect(late.km).toBeLessThan(early.km)
    expect(late.overflowPercent).toBeGreaterThan(early.overflowPercent)
  })

  it('every bin is lifted once in each period of a fixed round', () => {
    const town = makeTown(3)
    const known = { town, start: new Float64Array(town.binCount), histories: [], pool: createFillPool() }
    for (const isZoned of [true, false]) {
      const policy = createFixedRounds(known, { isZoned }, 3)
      const bins = [7, 8, 9].flatMap((day) => policy.visit(day, known.start).visits.map(({ bin }) => bin))
      expect(bins.toSorted((a, b) => a - b)).toEqual(Array.from({ length: town.binCount }, (_, bin) => bin))
    }
  })
})

describe('a curve', () => {
  it('is read in straight lines between its points, and not beyond them', () => {
    const point = (overflowPercent: number, km: number): Outcome => ({
      km,
      lifts: 1,
      crewHours: 1,
      overflowPercent,
    })
    const curve = [point(4, 80), point(1, 110)]
    expect(interpolateAt(curve, 2)?.km).toBeCloseTo(100)
    expect(interpolateAt(curve, 0.5)).toBeNull()
    expect(interpolateAt(curve, 5)).toBeNull()
  })
})
