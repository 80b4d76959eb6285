import { describe, expect, it } from 'vitest'
import { createRandom } from '../../model/random.ts'
import type { RoundStop } from '../../model/round.ts'
import { planRound } from '../../rounds/plan-round.ts'
import { createStraightRoads } from '../../rounds/roads/straight-roads.ts'
import type { RoundInput, RoundPlan } from '../../rounds/round-input.ts'
import { solve } from '../../rounds/vrp/solve.ts'
import { findFaults } from './evaluate-round.ts'
import { makeBin, makeLorry, makeTip, makeTown } from './round-town.ts'

/** What a straight line is taken times, for want of roads. */
const DETOUR_FACTOR = 1.4

function plan(input: RoundInput, iterations = 1_500): Promise<RoundPlan> {
  return planRound(input, { roads: createStraightRoads(), solve, iterations, elapsedSeconds: () => 0 })
}

/** A town whose bins are worth anything from nothing to two usual visits, by seed; some must be emptied. */
function makeForeseenTown(seed: number, parts: Parameters<typeof makeTown>[2] = {}): RoundInput {
  const town = makeTown(seed, 90, { tips: [makeTip('dump')], ...parts })
  const random = createRandom(seed + 100)
  return {
    ...town,
    bins: town.bins.map((bin) => ({
      ...bin,
      fillPercent: Math.round(20 + random() * 60),
      thresholdPercent: random() < 0.1 ? 60 : null,
      forecast: {
        fillPercent: 30,
        time: Date.parse('2026-06-30T18:00:00Z'),
        expectedPercent: 30 + random() * 60,
        chanceOfOverflow: random(),
        costOfWaiting: 8 * random(),
        worth: 12 * random(),
        ahead: null,
        visitCost: 6,
        isOwn: true,
      },
    })),
  }
}

function worthOf({ bins }: RoundInput, id: string | null): number {
  return bins.find((bin) => bin.id === id)?.forecast?.worth ?? Number.NaN
}

function distanceM(a: RoundStop, b: RoundStop): number {
  const radians = Math.PI / 180
  const h =
    Math.sin(((b.latitude - a.latitude) * radians) / 2) ** 2 +
    Math.cos(a.latitude * radians) *
      Math.cos(b.latitude * radians) *
      Math.sin(((b.longitude - a.longitude) * radians) / 2) ** 2
  return DETOUR_FACTOR * 2 * 6_371_000 * Math.asin(Math.sqrt(h))
}

describe('a round that is planned by forecasts', () => {
  it('empties what saves more than it costs, leaves what does not, and says so with both numbers', async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const input = makeForeseenTown(seed)
      const round = await plan(input)
      expect(findFaults(input, round), `seed ${seed}`).toEqual([])
      const lifts = round.lorries.flatMap(({ stops }) => stops.filter(({ type }) => type === 'lift'))
      const byPrice = round.left.filter(({ reason }) => reason.includes('would cost'))
      expect(lifts.length).toBeGreaterThan(10)
      expect(byPrice.length).toBeGreaterThan(3)
      for (const { reason, deviceId, detourCost } of lifts) {
        expect(reason).toMatch(
          /^.*\d+ % now, .+ chance of overflowing before Thursday's round; costs \d+\.\d km$/,
        )
        if (reason?.startsWith('at or above')) continue
        expect(detourCost, `${deviceId} of seed ${seed}`).toBeLessThanOrEqual(worthOf(input, deviceId) + 0.02)
      }
      for (const { reason, deviceId, detourCost } of byPrice) {
        expect(reason).toMatch(
          /; would cost \d+\.\d km, \d+\.\d\d with its time, more than the \d+\.\d\d that a visit now saves$/,
        )
        expect(detourCost).toBeGreaterThan(worthOf(input, deviceId) - 0.02)
      }
    }
  })

  it('tells of each lift by how much its way is longer for it', async () => {
    const { lorries } = await plan(
      makeForeseenTown(5, { lorries: [makeLorry('a', { breakSeconds: 1_800 })] }),
    )
    for (const { stops } of lorries) {
      const driven = stops.filter(({ type }) => type !== 'break')
      for (const [index, stop] of driven.entries()) {
        if (stop.type !== 'lift') continue
        const [before, after] = [driven[index - 1] as RoundStop, driven[index + 1] as RoundStop]
        const expected = distanceM(before, stop) + distanceM(stop, after) - distanceM(before, after)
        expect(Math.abs((stop.detourM as number) - expected)).toBeLessThan(5)
      }
    }
  })

  it('sends no lorry out where that costs more than all that waits, and says what it would cost', async () => {
    const forecast = {
      fillPercent: 66,
      time: Date.parse('2026-06-30T18:00:00Z'),
      expectedPercent: 70,
      chanceOfOverflow: 0.4,
      costOfWaiting: 3,
      worth: 4,
      ahead: null,
      visitCost: 6,
      isOwn: true,
    }
    const bins = ['a', 'b'].map((id) => makeBin(id, { fillPercent: 66, forecast }))
    const round = await plan(makeTown(1, 0, { bins }))
    expect(round).toMatchObject({ lorries: [], cost: 0 })
    expect(round.left).toHaveLength(2)
    // A day of the lorry, the lift and unloading.
    expect(round.left[0]?.reason).toMatch(/would cost 0\.0 km, 111\.00 with its time, more than the 4\.00/)
    expect(round.left[0]).toMatchObject({ chanceOfOverflow: 0.4, costOfWaiting: 3, detourCost: 111 })
  })

  it('is the same for the same seed', async () => {
    const input = makeForeseenTown(6, { request: { seed: 4 } })
    expect(await plan(input, 400)).toEqual(await plan(input, 400))
  })
})
