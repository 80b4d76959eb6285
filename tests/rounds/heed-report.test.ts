import { describe, expect, it } from 'vitest'
import type { BinForecast } from '../../rounds/choose/forecast-bin.ts'
import { chooseBins } from '../../rounds/choose-bins.ts'
import { heedReport } from '../../rounds/heed-report.ts'
import { makeBin, makeTown } from './round-town.ts'

/** 08:12 in Berlin, on the day of the round. */
const TIME = Date.parse('2026-07-01T06:12:00Z')
const FORECAST: BinForecast = {
  fillPercent: 40,
  time: Date.parse('2026-06-30T18:00:00Z'),
  expectedPercent: 44,
  chanceOfOverflow: 0.02,
  costOfWaiting: 0.4,
  worth: 0.3,
  ahead: { byRound: [0, 0], left: -1 },
  visitCost: 5,
  isOwn: true,
}
const TIMES = { roundTime: TIME, nextRoundTime: TIME + 2 * 86_400_000 }
const HEEDED = heedReport(FORECAST, { visitCost: 5, overflowCostPerDay: 20 }, TIMES)

function choose(fields: Parameters<typeof makeBin>[1], request: object = {}) {
  const bins = [makeBin('bin', fields)]
  const { due, left } = chooseBins(makeTown(1, 0, { bins, request }))
  return due[0] ?? left[0]
}

describe('a bin that is reported to overflow', () => {
  it('must be emptied, whatever its forecast, where its sensor does not say otherwise', () => {
    const report = { time: TIME, voices: 1 }
    const near = choose({ fillPercent: 60, capacityLitres: 1_000, forecast: HEEDED, report })
    expect(near).toMatchObject({
      prize: Number.POSITIVE_INFINITY,
      litres: 1_000,
      reason: 'reported overflowing at 08:12; the sensor says 60 %',
    })
    const unread = choose({ fillPercent: null, time: null, report })
    expect(unread).toMatchObject({ prize: Number.POSITIVE_INFINITY })
    expect(unread?.reason).toBe('reported overflowing at 08:12; no reading yet')
    // By thresholds alone nothing could be weighed.
    expect(choose({ fillPercent: 20, report })).toMatchObject({ prize: Number.POSITIVE_INFINITY })
  })

  it('is worth what one is that overflows, where one report stands against its sensor', () => {
    const one = choose({ fillPercent: 40, forecast: HEEDED, report: { time: TIME, voices: 1 } })
    expect(one).toMatchObject({ prize: 45, reason: 'reported overflowing at 08:12; the sensor says 40 %' })
    expect(HEEDED).toMatchObject({
      expectedPercent: 100,
      chanceOfOverflow: 1,
      costOfWaiting: 40,
      worth: 45,
      ahead: null,
    })
    const two = choose({ fillPercent: 40, forecast: HEEDED, report: { time: TIME, voices: 2 } })
    expect(two).toMatchObject({
      prize: Number.POSITIVE_INFINITY,
      reason: 'reported overflowing at 08:12 (2 reports); the sensor says 40 %',
    })
  })

  it('says the day where that is another one, and that it was asked for', () => {
    const report = { time: TIME - 86_400_000, voices: 1 }
    expect(choose({ fillPercent: 90, report }, { mustEmpty: ['bin'] })?.reason).toBe(
      'must be emptied, as asked; reported overflowing on 30 June at 08:12; the sensor says 90 %',
    )
  })
})
