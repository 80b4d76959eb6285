import { describe, expect, it } from 'vitest'
import { KerbsideError } from '../../model/error.ts'
import { planRound } from '../../rounds/plan-round.ts'
import { createStraightRoads } from '../../rounds/roads/straight-roads.ts'
import type { RoundInput, RoundPlan } from '../../rounds/round-input.ts'
import { solve } from '../../rounds/vrp/solve.ts'
import { findFaults } from './evaluate-round.ts'
import { makeBin, makeLorry, makeTip, makeTown } from './round-town.ts'

function plan(input: RoundInput, iterations = 1_500): Promise<RoundPlan> {
  return planRound(input, { roads: createStraightRoads(), solve, iterations, elapsedSeconds: () => 0 })
}

function liftsOf({ lorries }: RoundPlan): string[] {
  return lorries.flatMap(({ stops }) => stops.flatMap(({ deviceId }) => deviceId ?? [])).toSorted()
}

function reasonOf({ left }: RoundPlan, id: string): string | undefined {
  return left.find(({ deviceId }) => deviceId === id)?.reason
}

it('empties each bin at or above its threshold once and leaves the others with their level', async () => {
  const input = makeTown(1, 60)
  const round = await plan(input)
  expect(findFaults(input, round)).toEqual([])
  const due = input.bins.filter(
    ({ fillPercent, thresholdPercent }) => (fillPercent ?? 0) >= (thresholdPercent ?? 75),
  )
  expect(liftsOf(round)).toEqual(due.map(({ id }) => id).toSorted())
  expect(round.estimated).toBe(true)
  expect(round.left).toHaveLength(60 - due.length)
})

it('says why a bin is in or left, in words and numbers', async () => {
  const input = makeTown(1, 0, {
    bins: [
      makeBin('full', { fillPercent: 81 }),
      makeBin('own', { fillPercent: 60, thresholdPercent: 60 }),
      makeBin('low', { fillPercent: 41 }),
      makeBin('almost', { fillPercent: 74.96 }),
      makeBin('new', { fillPercent: null, time: null }),
      makeBin('asked', { fillPercent: 20 }),
      makeBin('unread', { fillPercent: null, time: null }),
      makeBin('nowhere', { longitude: null, latitude: null }),
    ],
    request: { mustEmpty: ['asked', 'unread', 'asked'] },
  })
  const round = await plan(input)
  expect(findFaults(input, round)).toEqual([])
  expect(liftsOf(round)).toEqual(['asked', 'full', 'own', 'unread'])
  const reasons = Object.fromEntries(
    round.lorries.flatMap(({ stops }) => stops.map(({ deviceId, reason }) => [deviceId, reason])),
  )
  expect(reasons).toMatchObject({
    full: '81 %, at or above its threshold of 75 %; costs 0.0 km',
    own: '60 %, at or above its threshold of 60 %; costs 0.0 km',
    asked: 'must be emptied, as asked; 20 % now, threshold 75 %; costs 0.0 km',
    unread: 'must be emptied, as asked; without a reading, so taken as full; costs 0.0 km',
  })
  expect(reasonOf(round, 'low')).toBe('41 % now, threshold 75 %')
  expect(reasonOf(round, 'almost')).toBe('74.9 % now, threshold 75 %')
  expect(reasonOf(round, 'new')).toBe('no reading yet')
  expect(reasonOf(round, 'nowhere')).toContain('has no place')
})

it('tips whenever the lorry is full and once more before it comes home', async () => {
  const input = makeTown(2, 80, { tips: [makeTip('dump')], lorries: [makeLorry('a'), makeLorry('b')] })
  const round = await plan(input)
  expect(findFaults(input, round)).toEqual([])
  const stops = round.lorries.flatMap((lorry) => lorry.stops)
  expect(stops.filter(({ type }) => type === 'tip').length).toBeGreaterThan(round.lorries.length)
  for (const lorry of round.lorries) expect(lorry.stops.at(-2)?.type).toBe('tip')
})

it('unloads at the depot where there is no tip', async () => {
  const round = await plan(makeTown(3, 10))
  const tip = round.lorries[0]?.stops.find(({ type }) => type === 'tip')
  expect(tip).toMatchObject({ tipId: null, longitude: 13.4, latitude: 52.5 })
  expect(tip?.reason).toContain('no tip')
})

it('keeps to shifts, hours of tips, streams, breaks and several depots at once', async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const town = makeTown(seed, 120, {
      depots: [
        { id: 'yard', name: 'Yard', longitude: 13.4, latitude: 52.5 },
        { id: 'north', name: 'North', longitude: 13.42, latitude: 52.55 },
      ],
      tips: [
        makeTip('paper-mill', { streams: ['paper'], opens: '09:00', closes: '12:00' }),
        makeTip('burner', { longitude: 13.3, opens: '06:00', closes: '13:30' }),
      ],
      lorries: [
        makeLorry('early', { shiftStart: '05:00', shiftEnd: '11:00', breakSeconds: 1_800 }),
        makeLorry('late', { depotId: 'north', shiftStart: '09:00', shiftEnd: '17:00', breakSeconds: 2_700 }),
        makeLorry('paper', { streams: ['paper'], capacity: { litres: 5_000, kg: 600 } }),
      ],
    })
    const streams = [null, 'paper', 'residual']
    const input = {
      ...town,
      bins: town.bins.map((bin, i) => ({ ...bin, stream: streams[i % 3] ?? null })),
    }
    expect(findFaults(input, await plan(input, 600)), `seed ${seed}`).toEqual([])
  }
})

it('takes the break in the middle third of the shift, and plans for it', async () => {
  const input = makeTown(4, 140, { lorries: [makeLorry('a', { breakSeconds: 3_600 })] })
  const round = await plan(input)
  expect(findFaults(input, round)).toEqual([])
  const breaks = round.lorries.flatMap(({ stops }) => stops.filter(({ type }) => type === 'break'))
  expect(breaks).toHaveLength(1)
  const [{ arrivalTime, departureTime }] = breaks as [(typeof breaks)[number]]
  expect(Date.parse(departureTime) - Date.parse(arrivalTime)).toBe(3_600_000)
  // Of 06:00 to 14:00 in Berlin's summer.
  expect(arrivalTime >= '2026-07-01T06:40:00.000Z' && arrivalTime <= '2026-07-01T09:20:00.000Z').toBe(true)
})

it('starts by the clock of the place on the day the clocks change', async () => {
  const input = makeTown(5, 12, { request: { date: '2026-03-29' } })
  expect((await plan(input)).lorries[0]?.stops[0]?.departureTime).toBe('2026-03-29T04:00:00.000Z')
})

it('counts what a plan costs by kilometre, hour and day', async () => {
  const input = makeTown(6, 40)
  const round = await plan(input)
  const { distanceM, durationSeconds } = round
  expect(round.lorries).toHaveLength(1)
  expect(round.cost).toBeCloseTo(100 + distanceM / 1000 + (durationSeconds / 3600) * 40, 1)
  // The tip is at the depot.
  expect(round.lorries[0]?.geometry.coordinates).toHaveLength((round.lorries[0]?.stops.length ?? 0) - 1)
})

it('does not send a lorry out for which there is no need', async () => {
  const lorries = ['a', 'b', 'c'].map((id) => makeLorry(id))
  expect((await plan(makeTown(7, 30, { lorries }))).lorries).toHaveLength(1)
})

describe('what cannot be emptied is left with the reason', () => {
  it.each([
    ['in the sea', makeBin('x', { longitude: -30, latitude: 40 }), {}, 'be back within its shift'],
    ['larger than a lorry', makeBin('x', { capacityLitres: 50_000 }), {}, 'more than any lorry holds'],
    [
      'of a stream that no lorry takes',
      makeBin('x', { stream: 'glass' }),
      {},
      'no lorry takes its stream, glass',
    ],
    [
      'of a stream that no tip takes',
      makeBin('x', { stream: 'paper' }),
      { tips: [makeTip('t', { streams: ['glass'] })] },
      'no tip takes its stream, paper',
    ],
    [
      'when every tip is closed',
      makeBin('x', { stream: 'paper' }),
      { tips: [makeTip('t', { opens: '00:00', closes: '05:00' })] },
      'be back within its shift',
    ],
  ])('%s', async (_, bin, parts, words) => {
    const input = makeTown(1, 0, {
      bins: [bin, makeBin('near', { stream: bin.stream === null ? null : 'residual' })],
      lorries: [makeLorry('a', { streams: ['paper', 'residual'] })],
      ...parts,
    })
    const round = await plan(input)
    expect(findFaults(input, round)).toEqual([])
    expect(reasonOf(round, 'x')).toContain(words)
  })

  it('because a shift is too short for all', async () => {
    const input = makeTown(8, 120, { lorries: [makeLorry('a', { shiftEnd: '07:30' })] })
    const round = await plan(input)
    expect(findFaults(input, round)).toEqual([])
    expect(liftsOf(round).length).toBeGreaterThan(5)
    expect(round.left.some(({ reason }) => reason.includes('taken by other bins'))).toBe(true)
  })
})

describe('nonsense is refused by name, before any solving', () => {
  it.each([
    ['no lorry', { lorries: [] }, {}, 'lorryIds', 'no lorry yet'],
    ['an unknown depot', {}, { depotIds: ['moon'] }, 'depotIds.0', 'no depot moon'],
    ['an unknown lorry', {}, { lorryIds: ['lorry-1', 'ufo'] }, 'lorryIds.1', 'no lorry ufo'],
    ['an unknown bin', {}, { deviceIds: ['bin-1', 'nobin'] }, 'deviceIds.1', 'no bin nobin'],
    ['an unknown bin to empty', {}, { mustEmpty: ['nobin'] }, 'mustEmpty.0', 'no bin nobin'],
    [
      'a lorry whose depot is gone',
      { lorries: [makeLorry('a', { depotId: 'gone' })] },
      {},
      'lorryIds',
      'depot gone of lorry a',
    ],
    [
      'a lorry of another depot than asked for',
      {
        depots: [
          { id: 'yard', name: 'Yard', longitude: 13.4, latitude: 52.5 },
          { id: 'other', name: 'Other', longitude: 13.4, latitude: 52.5 },
        ],
      },
      { depotIds: ['other'], lorryIds: ['lorry-1'] },
      'lorryIds.0',
      'not among depotIds',
    ],
  ])('%s', async (_, parts, request, path, words) => {
    const input = makeTown(1, 5, { ...parts, request })
    const error = await plan(input).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(KerbsideError)
    const { code, faults } = error as KerbsideError
    expect(code).toBe('INVALID_REQUEST')
    expect(faults).toEqual([{ path, message: expect.stringContaining(words) }])
  })
})

it('plans nothing where nothing is due', async () => {
  const input = makeTown(1, 0, { bins: [makeBin('low', { fillPercent: 10 })] })
  expect(await plan(input)).toMatchObject({ cost: 0, distanceM: 0, durationSeconds: 0, lorries: [] })
})

it('gives the same plan for the same seed', async () => {
  const input = makeTown(9, 80, { lorries: [makeLorry('a'), makeLorry('b')], request: { seed: 5 } })
  expect(await plan(input, 500)).toEqual(await plan(input, 500))
})
