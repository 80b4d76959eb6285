import { describe, expect, it } from 'vitest'
import { createVisitCosts, learnVisitCosts, usualVisitCost } from '../../../rounds/choose/visit-costs.ts'
import { type BinChoice, foreseeBin, weighBin } from '../../../rounds/choose/weigh-bin.ts'
import { createFillHistory } from '../../../rounds/forecast/fill-history.ts'
import { watchBin } from './watch-bin.ts'

const DAY_MS = 86_400_000

function weigh(
  bin: { rate: number; level: number },
  {
    overflowCostPerDay = 12,
    visitCost = 4,
    days = 1,
    mustEmpty = false,
  }: { overflowCostPerDay?: number; visitCost?: number; days?: number; mustEmpty?: boolean } = {},
): BinChoice {
  const { history, pool, now } = watchBin(bin)
  const times = { now, nextRoundTime: now + days * DAY_MS }
  const outlook = foreseeBin(history, pool, { ...times, prices: { visitCost, overflowCostPerDay } })
  return weighBin(history, pool, { ...times, outlook, mustEmpty })
}

describe('weighing a bin', () => {
  it('a fuller bin is worth more, and a full one is pressing', () => {
    const prizes = [10, 40, 70, 100].map((level) => weigh({ rate: 12, level }).prize)
    expect(prizes).toEqual(prizes.toSorted((a, b) => a - b))
    expect(weigh({ rate: 12, level: 100 })).toMatchObject({ isPressing: true, chanceOfOverflow: 1 })
    expect(weigh({ rate: 12, level: 10 }).isPressing).toBe(false)
  })

  it('at the same level, the bin that fills faster is worth more', () => {
    expect(weigh({ rate: 18, level: 60 }).prize).toBeGreaterThan(weigh({ rate: 4, level: 60 }).prize)
  })

  it('the longer until the next round, the more a visit is worth now', () => {
    const [soon, late] = [1, 4].map((days) => weigh({ rate: 12, level: 60 }, { days }))
    expect(late?.chanceOfOverflow).toBeGreaterThan(soon?.chanceOfOverflow as number)
    expect(late?.costOfWaiting).toBeGreaterThan(soon?.costOfWaiting as number)
    expect(late?.prize).toBeGreaterThan(soon?.prize as number)
  })

  it('dearer overflow makes visits worth more', () => {
    const bin = { rate: 12, level: 70 }
    expect(weigh(bin, { overflowCostPerDay: 24 }).prize).toBeGreaterThan(
      weigh(bin, { overflowCostPerDay: 6 }).prize,
    )
  })

  it('a bin that must be emptied is mandatory, however empty', () => {
    const choice = weigh({ rate: 12, level: 5 }, { mustEmpty: true })
    expect(choice).toMatchObject({ isMandatory: true, isPressing: true, prize: Number.POSITIVE_INFINITY })
  })

  it('a bin that was never read is weighed as an empty one', () => {
    const { pool, now } = watchBin({ rate: 12, level: 0 })
    const history = createFillHistory()
    const times = { now, nextRoundTime: now + DAY_MS }
    const outlook = foreseeBin(history, pool, { ...times, prices: { visitCost: 4, overflowCostPerDay: 12 } })
    const choice = weighBin(history, pool, { ...times, outlook, mustEmpty: false })
    expect(choice.isPressing).toBe(false)
  })
})

describe('what visits usually cost', () => {
  it('a guess holds until rounds have shown better, and remote bins come to cost more', () => {
    const costs = createVisitCosts(2, 3)
    expect(usualVisitCost(costs, 0)).toBeCloseTo(3)
    for (let round = 0; round < 50; round++) {
      learnVisitCosts(costs, 10, [
        { bin: 0, detourCost: 2 },
        { bin: 1, detourCost: 6 },
      ])
    }
    expect(usualVisitCost(costs, 0)).toBeCloseTo(0.6 * 5 + 0.4 * 2, 1)
    expect(usualVisitCost(costs, 1)).toBeCloseTo(0.6 * 5 + 0.4 * 6, 1)
  })

  it('a day without a lift teaches nothing', () => {
    const costs = createVisitCosts(1, 3)
    learnVisitCosts(costs, 0, [])
    expect(usualVisitCost(costs, 0)).toBeCloseTo(3)
  })
})
