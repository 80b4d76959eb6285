import { expect, test } from 'vitest'
import { benchAlerts } from '../../bench/alerts.ts'

test('a quiet town is left alone, what fails is raised, and an outage is one alert', {
  timeout: 300_000,
}, async () => {
  const seed = 3
  const args = [
    '--days',
    '1',
    '--devices',
    '60',
    '--seed',
    `${seed}`,
    '--history-days',
    '22',
    '--faults',
    '1',
  ]
  const result = await benchAlerts([...args, '--look-seconds', '300'])
  const note = `seed ${seed}: ${JSON.stringify(result)}`
  // A day of 60 devices has room for none.
  expect(result['falseAlarms'], note).toBe(0)
  const missed = Object.entries(result).filter(([name]) => name.endsWith('Missed'))
  expect(missed, note).toHaveLength(10)
  expect(
    missed.filter(([, count]) => count !== 0),
    note,
  ).toEqual([])
  expect(result['fireLongestMinutes'], note).toBeLessThanOrEqual(65)
  expect(result['silentBinLongestMinutes'], note).toBeLessThanOrEqual(185)
  expect(result['outageAlerts'], note).toBe(1)
})
