import { describe, expect, it } from 'vitest'
import { createRandom } from '../../model/random.ts'
import { type PlanRoundOptions, planRound } from '../../rounds/plan-round.ts'
import { createStraightRoads } from '../../rounds/roads/straight-roads.ts'
import type { RoundInput, RoundPlan, RoundProgress } from '../../rounds/round-input.ts'
import { solve } from '../../rounds/vrp/solve.ts'
import { solveThreads } from '../../rounds/vrp/solve-threads.ts'
import { findFaults } from './evaluate-round.ts'
import { makeLorry, makeTip, makeTown } from './round-town.ts'

const NO_ROOM = "but the lorries' room and shifts are taken by other bins"

function plan(input: RoundInput, options: Partial<PlanRoundOptions> = {}): Promise<RoundPlan> {
  return planRound(input, {
    roads: createStraightRoads(),
    solve,
    iterations: 2_000,
    elapsedSeconds: () => 0,
    ...options,
  })
}

/** A town whose bins fill up at a round of their own, by seed: before it waiting costs nothing, and then more with each round. */
function makeForeseenTown(seed: number, parts: Parameters<typeof makeTown>[2] = {}): RoundInput {
  const town = makeTown(seed, 90, { tips: [makeTip('dump')], ...parts })
  const random = createRandom(seed + 100)
  return {
    ...town,
    bins: town.bins.map((bin) => {
      const best = Math.floor(4 * random())
      return {
        ...bin,
        fillPercent: Math.round(30 + random() * 50),
        thresholdPercent: random() < 0.1 ? 60 : null,
        collectFrom: random() < 0.2 ? '08:00' : null,
        forecast: {
          fillPercent: 30,
          time: Date.parse('2026-06-30T18:00:00Z'),
          expectedPercent: 30 + random() * 60,
          chanceOfOverflow: random(),
          costOfWaiting: 8 * random(),
          worth: 12 * random(),
          visitCost: 6,
          ahead: {
            byRound: [0, 1, 2, 3].map((round) => (round < best ? 0.4 * (best - round) : 4 * (round - best))),
            left: 8 + 30 * random(),
          },
          isOwn: true,
        },
      }
    }),
  }
}

function idsOf({ lorries }: RoundPlan): string[] {
  return lorries.flatMap(({ stops }) => stops.flatMap(({ deviceId }) => deviceId ?? []))
}

describe('a round that is planned with the next ones', () => {
  it('keeps all limits, and leaves bins for the round that passes by them, with what both ways cost', async () => {
    // In the third town it is cheapest to do all at once.
    for (const seed of [1, 2, 4]) {
      const input = makeForeseenTown(seed)
      const round = await plan(input)
      expect(findFaults(input, round), `seed ${seed}`).toEqual([])
      const later = round.left.filter(({ reason }) => reason.includes('; left for '))
      expect(idsOf(round).length, `seed ${seed}`).toBeGreaterThan(10)
      expect(later.length, `seed ${seed}`).toBeGreaterThan(10)
      for (const { reason, detourM } of later) {
        const days = "(Thursday's|Friday's|Saturday's) round"
        const cost = '-?\\d+\\.\\d km, -?\\d+\\.\\d\\d with its time'
        expect(reason).toMatch(
          new RegExp(
            `; (would cost ${cost}, more than the .+|${NO_ROOM}); left for ${days}, where it costs ${cost}$`,
          ),
        )
        expect(detourM).not.toBeNull()
      }
    }
  })

  it('a bin that must be emptied is not left for later', async () => {
    const input = makeForeseenTown(4)
    const mustEmpty = input.bins.slice(0, 20).map(({ id }) => id)
    const round = await plan({ ...input, request: { ...input.request, mustEmpty } })
    expect(idsOf(round)).toEqual(expect.arrayContaining(mustEmpty))
  })

  it('where rounds are two days apart, names the days of theirs', async () => {
    const input = makeForeseenTown(5)
    const round = await plan({ ...input, request: { ...input.request, nextDate: '2026-07-03' } })
    const named = new Set(round.left.flatMap(({ reason }) => /left for (.*?), where/.exec(reason)?.[1] ?? []))
    expect(named.size).toBeGreaterThan(0)
    expect(["Friday's round", "Sunday's round", "Tuesday's round"]).toEqual(
      expect.arrayContaining([...named]),
    )
  })

  it('is the same for the same seed, in one thread and in two', async () => {
    const input = makeForeseenTown(6, { request: { seed: 4, threads: 2 } })
    expect(await plan(input, { iterations: 400 })).toEqual(await plan(input, { iterations: 400 }))
    const inThreads = { iterations: 400, solve: solveThreads }
    expect(await plan(input, inThreads)).toEqual(await plan(input, inThreads))
  })

  it('tells of its progress from the first look on, and ends when it is told to with a plan that keeps all limits', async () => {
    const input = makeForeseenTown(7, { lorries: [makeLorry('a'), makeLorry('b')] })
    for (const after of [0, 50, 900]) {
      const seen: RoundProgress[] = []
      let asked = 0
      let clock = 0
      const round = await plan(input, {
        elapsedSeconds: () => (clock += 0.01),
        shouldStop: () => ++asked > after,
        onProgress: (progress) => seen.push(progress),
      })
      expect(findFaults(input, round), `after ${after}`).toEqual([])
      expect(asked).toBeLessThan(after + 10)
      expect(seen.length).toBeGreaterThan(0)
      expect(seen.at(-1)).toMatchObject({ distanceM: round.distanceM, bins: idsOf(round).length })
    }
  })
})
