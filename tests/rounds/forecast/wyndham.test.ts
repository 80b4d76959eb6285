import { expect, it } from 'vitest'
import { benchFillForecast } from '../../../bench/fill-forecast.ts'
import { findTestData } from '../../fixtures/find-test-data.ts'

const folder = findTestData('bin-fill/wyndham')

it.skipIf(!folder)(
  'beats the own frequency of real bins by 5, 8 and 10 %, and is calibrated',
  async () => {
    const results = await benchFillForecast(['--data', folder as string, '--bins', '500'])
    expect(results['baseline1Day']).toBeCloseTo(0.0856, 3)
    for (const [horizon, leastPercent, published] of [
      ['1Day', 5, 0.0856],
      ['2Days', 8, 0.1397],
      ['3Days', 10, 0.175],
    ] as const) {
      expect(results[`improvementPercent${horizon}`]).toBeGreaterThan(leastPercent)
      expect(results[`brier${horizon}`]).toBeLessThan(published * (1 - leastPercent / 100))
      expect(results[`calibrationErrorRatio${horizon}`]).toBeLessThanOrEqual(0.03)
      expect(results[`coverageRatio${horizon}`]).toBeGreaterThan(0.76)
      expect(results[`coverageRatio${horizon}`]).toBeLessThan(0.84)
    }
  },
  120_000,
)
