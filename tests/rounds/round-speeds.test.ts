import { expect, it } from 'vitest'
import { planRound } from '../../rounds/plan-round.ts'
import { createStraightRoads } from '../../rounds/roads/straight-roads.ts'
import type { RoundInput } from '../../rounds/round-input.ts'
import { createRoundSpeeds } from '../../rounds/round-speeds.ts'
import { createTrafficHistory, observeTraffic } from '../../rounds/traffic/traffic-history.ts'
import { solve } from '../../rounds/vrp/solve.ts'
import { findFaults } from './evaluate-round.ts'
import { makeLorry, makeTown } from './round-town.ts'

const HOUR_MS = 3_600_000
const NOW = Date.parse('2026-06-30T18:00:00Z')

/** A counter that has measured for six weeks: half as fast from 7 to 9 o'clock in Berlin's summer as at any other hour. */
function makeCounter(): NonNullable<RoundInput['counters']>[number] {
  const history = createTrafficHistory()
  for (let time = NOW - 42 * 24 * HOUR_MS; time < NOW; time += HOUR_MS) {
    const hour = (new Date(time).getUTCHours() + 2) % 24
    const isRush = hour === 7 || hour === 8
    observeTraffic(history, { time, intervalSeconds: 3_600, count: 300, meanSpeedKph: isRush ? 25 : 50 })
  }
  return { longitude: 13.4, latitude: 52.5, history }
}

it('knows the usual speed of the day and how much slower the rush hour is', () => {
  const input = makeTown(1, 1, { counters: [makeCounter()], now: NOW })
  const day = createRoundSpeeds(input, null)
  const ratios = day?.ratios ?? []
  expect(day?.sliceCount).toBe(24)
  // One counter does not speak for the whole town: its say is shrunk.
  expect((ratios[7] as number) / (ratios[11] as number)).toBeLessThan(0.8)
  const times = Array.from(ratios.slice(6, 20), (ratio) => 1 / ratio)
  expect(times.reduce((sum, time) => sum + time, 0) / times.length).toBeCloseTo(1, 6)
})

it('knows of no speeds without a counter', () => {
  expect(createRoundSpeeds(makeTown(1, 1), null)).toBeUndefined()
})

it('plans a longer drive through the rush hour than after it', async () => {
  const secondsOf = async (shiftStart: string): Promise<number> => {
    const input = makeTown(2, 60, {
      counters: [makeCounter()],
      now: NOW,
      lorries: [makeLorry('a', { shiftStart, shiftEnd: '20:00' })],
    })
    const roads = createStraightRoads()
    const plan = await planRound(input, { roads, solve, iterations: 1_500, elapsedSeconds: () => 0 })
    expect(findFaults(input, plan)).toEqual([])
    const [lorry] = plan.lorries
    return (lorry?.durationSeconds ?? 0) / (lorry?.distanceM ?? 1)
  }
  expect(await secondsOf('07:00')).toBeGreaterThan(1.05 * (await secondsOf('10:00')))
})
