import { describe, expect, it } from 'vitest'
import type { BinForecast } from '../../rounds/choose/forecast-bin.ts'
import { guessPrices } from '../../rounds/choose/guess-prices.ts'
import { chooseBins } from '../../rounds/choose-bins.ts'
import { nameNextRound, roundTimesOf } from '../../rounds/round-times.ts'
import { makeBin, makeLorry, makeTown } from './round-town.ts'

function foresee(fields: Partial<BinForecast> = {}): BinForecast {
  return {
    fillPercent: 81,
    time: Date.parse('2026-06-30T18:00:00Z'),
    expectedPercent: 84,
    chanceOfOverflow: 0.94,
    costOfWaiting: 18,
    worth: 20,
    ahead: null,
    visitCost: 5,
    isOwn: true,
    ...fields,
  }
}

function choose(...bins: Parameters<typeof makeBin>[]) {
  return chooseBins(makeTown(1, 0, { bins: bins.map(([id, fields]) => makeBin(id, fields)) }))
}

describe('with a forecast', () => {
  it('a bin is a candidate for what a visit is worth, above the usual threshold or below it', () => {
    const { due, left } = choose(
      ['above', { fillPercent: 81, forecast: foresee() }],
      ['below', { fillPercent: 40, forecast: foresee({ expectedPercent: 44, worth: 2.5 }) }],
    )
    expect(due.map(({ id, prize }) => [id, prize])).toEqual([
      ['above', 20],
      ['below', 2.5],
    ])
    expect(due[0]?.reason).toBe("81 % now, 94 % chance of overflowing before Thursday's round")
    expect(left).toEqual([])
  })

  it('a bin above the threshold that its settings give must be emptied', () => {
    const { due } = choose([
      'set',
      { fillPercent: 81, thresholdPercent: 80, forecast: foresee({ worth: 0.2 }) },
    ])
    expect(due[0]).toMatchObject({ prize: Number.POSITIVE_INFINITY })
    expect(due[0]?.reason).toMatch(/^at or above its threshold of 80 %; 81 % now, 94 % chance/)
  })

  it('a new bin above the usual threshold must be emptied, whatever similar ones do', () => {
    const forecast = foresee({ worth: 0.2, isOwn: false })
    const { due } = choose(['new', { fillPercent: 81, forecast }], ['low', { fillPercent: 60, forecast }])
    expect(due.map(({ prize }) => prize)).toEqual([Number.POSITIVE_INFINITY, 0.2])
    expect(due[1]?.reason).toMatch(/, as similar bins fill$/)
  })

  it('what is nearly empty, or worth nothing, is left with its numbers', () => {
    const { due, left } = choose(
      [
        'empty',
        { fillPercent: 3, forecast: foresee({ expectedPercent: 9, worth: 0.3, chanceOfOverflow: 0.001 }) },
      ],
      ['nothing', { fillPercent: 30, forecast: foresee({ worth: 0 }) }],
    )
    expect(due).toEqual([])
    expect(left[0]).toEqual({
      deviceId: 'empty',
      reason:
        "3 % now, less than 1 % chance of overflowing before Thursday's round; a visit now saves 0.30 and usually costs 5.00",
      expectedPercent: 9,
      chanceOfOverflow: 0.001,
      costOfWaiting: 18,
      detourM: null,
      detourCost: null,
    })
    expect(left[1]?.deviceId).toBe('nothing')
  })

  it('room is kept for what a bin holds when the round begins', () => {
    const { due } = choose(['growing', { fillPercent: 60, capacityLitres: 1_000, forecast: foresee() }])
    expect(due[0]).toMatchObject({ litres: 840, kg: 100.8 })
  })

  it('of more candidates than a round takes, those worth most are looked at', () => {
    const bins = Array.from({ length: 4_010 }, (_, index) =>
      makeBin(`bin-${index}`, { fillPercent: 60, forecast: foresee({ worth: 1 + (index % 4_010) }) }),
    )
    const must = makeBin('must', { fillPercent: 90, forecast: null })
    const { due, left } = chooseBins(makeTown(1, 0, { bins: [...bins, must] }))
    expect(due).toHaveLength(4_000)
    expect(due.at(-1)?.id).toBe('must')
    expect(left.map(({ deviceId }) => deviceId)).toEqual(bins.slice(0, 11).map(({ id }) => id))
    expect(left[0]?.reason).toContain('others are worth more, and a round takes 4000')
  })
})

it('a reading of last week is not called the present level', () => {
  const time = Date.parse('2026-06-24T04:00:00Z')
  const { due } = choose(['old', { fillPercent: 81, time, forecast: foresee() }])
  expect(due[0]?.reason).toMatch(/^81 % when last read, 7 days before the round, /)
})

describe('the times of rounds', () => {
  it('are the first shift that is asked for, on the day and on the next one', () => {
    const lorries = [makeLorry('a', { shiftStart: '05:00' }), makeLorry('b', { shiftStart: '07:00' })]
    const times = (request: object) => roundTimesOf(makeTown(1, 0, { lorries, request }))
    expect(times({})).toEqual({
      roundTime: Date.parse('2026-07-01T03:00:00Z'),
      nextRoundTime: Date.parse('2026-07-02T03:00:00Z'),
      nextDate: '2026-07-02',
    })
    expect(times({ lorryIds: ['b'], nextDate: '2026-07-06' })).toMatchObject({
      roundTime: Date.parse('2026-07-01T05:00:00Z'),
      nextRoundTime: Date.parse('2026-07-06T05:00:00Z'),
    })
  })

  it('are named by their weekday as long as that is clear', () => {
    expect(nameNextRound('2026-07-01', '2026-07-07')).toBe("Tuesday's round")
    expect(nameNextRound('2026-07-01', '2026-07-08')).toBe('the round of 2026-07-08')
  })
})

describe('prices that nobody gave', () => {
  const lorry = { costPerKm: 1, costPerHour: 40, costPerDay: 120 }

  it('follow from those of the lorries, in any money', () => {
    const inPence = { costPerKm: 100, costPerHour: 4_000, costPerDay: 12_000 }
    const [pounds, pence] = [guessPrices([lorry], 400), guessPrices([inPence], 400)]
    expect(pence.visitCost).toBeCloseTo(100 * pounds.visitCost)
    expect(pence.overflowCostPerDay).toBeCloseTo(100 * pounds.overflowCostPerDay)
    expect(pounds.visitCost).toBeCloseTo(1 + 1.6 + 1 + 2)
  })

  it('make the overflow of a small town worth a lorry', () => {
    expect(guessPrices([lorry], 4).overflowCostPerDay).toBeGreaterThan(lorry.costPerDay)
  })

  it('are there where lorries cost nothing', () => {
    expect(guessPrices([{ costPerKm: 0, costPerHour: 0, costPerDay: 0 }], 400).visitCost).toBe(1)
    expect(guessPrices([], 0).visitCost).toBe(1)
  })
})
