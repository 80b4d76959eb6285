import { expect, it } from 'vitest'
import { createRandom } from '../../../model/random.ts'
import type { Round } from '../../../model/round.ts'
import type { NewRoundMark } from '../../../model/round-mark.ts'
import type { MendedRound } from '../../../rounds/mend/mend-round.ts'
import type { RoundInput } from '../../../rounds/round-input.ts'
import { makeLorry, makeTip, makeTown } from '../round-town.ts'
import { makeBusyDay } from './busy-day.ts'
import { doneUntil, drawMarks, drawTips, idOf, liftsOf } from './draw-marks.ts'
import { findMendFaults } from './evaluate-mended.ts'
import { mendDay, planDay } from './plan-day.ts'

const LORRIES = ['lorry-1', 'lorry-2', 'lorry-3'].map((id) =>
  makeLorry(id, { dayLimitLifts: 40, breakSeconds: 1_800 }),
)

function makeDay(seed: number, binCount = 120, parts: Partial<RoundInput> = {}): RoundInput {
  const { request: _, ...others } = parts
  return makeTown(seed, binCount, { lorries: LORRIES, tips: [makeTip('tip')], ...others })
}

const lorryOf = ({ lorries }: Round, deviceId: string): string | undefined =>
  lorries.find(({ stops }) => stops.some((stop) => stop.deviceId === deviceId))?.lorryId
async function mend(
  before: Round,
  input: RoundInput,
  now: string,
  marks: readonly NewRoundMark[],
  isLate = false,
) {
  const after = await mendDay(before, input, { now, marks })
  expect(findMendFaults({ before, after, input }, { now, isLate })).toEqual([])
  expect(after.revision).toBe(before.revision + 2)
  return after
}

it('gives the bins of a lorry that breaks down to the others, and keeps what it has done', async () => {
  const input = makeDay(1)
  const round = await planDay(input)
  const now = '2026-07-01T05:00:00.000Z'
  const lorryId = round.lorries[0]?.lorryId as string
  const after = await mend(round, input, now, [
    ...doneUntil(round, now),
    { type: 'breakdown', lorryId, reason: 'a flat tyre' },
  ])
  const broken = after.lorries.find((lorry) => lorry.lorryId === lorryId)
  expect(broken?.stops.every(({ status }) => status === 'done')).toBe(true)
  expect(after.changes).toContainEqual(expect.objectContaining({ type: 'lorry', lorryId }))
  const moved = after.changes.filter(({ type }) => type === 'moved')
  const rest = liftsOf(round, lorryId).filter(({ departureTime }) => departureTime > now)
  expect(moved.map(({ deviceId }) => deviceId).toSorted()).toEqual(rest.map(idOf).toSorted())
  expect(moved[0]?.message).toMatch(/^bin \S+ moves from lorry \S+ to lorry \S+/)
  // Repaired, it may go on.
  const again = await mend(after, input, '2026-07-01T06:30:00.000Z', [{ type: 'reopened', lorryId }])
  expect(again.lorries.find((lorry) => lorry.lorryId === lorryId)?.stops.at(-1)?.type).toBe('end')
})

it('leaves a bin that is marked as impossible, and goes on from there', async () => {
  const input = makeDay(2)
  const round = await planDay(input)
  const lorryId = round.lorries[0]?.lorryId as string
  const lifts = liftsOf(round, lorryId)
  const now = lifts[5]?.departureTime as string
  const after = await mend(round, input, now, [
    ...doneUntil(round, lifts[4]?.departureTime as string),
    { type: 'impossible', deviceId: idOf(lifts[5]), reason: 'a lorry stands before it' },
  ])
  const stop = liftsOf(after, lorryId).find(({ deviceId }) => deviceId === idOf(lifts[5]))
  expect(stop).toMatchObject({ status: 'impossible', departureTime: now })
  expect(after.left.find(({ deviceId }) => deviceId === idOf(lifts[5]))?.reason).toBe(
    'marked as impossible: a lorry stands before it',
  )
})

it('keeps a lorry on its way to its next stop, and most bins with the lorry that they were promised to', async () => {
  const input = makeDay(3)
  const round = await planDay(input)
  const lorryId = round.lorries[0]?.lorryId as string
  const lifts = liftsOf(round, lorryId)
  // A minute after leaving the third.
  const now = new Date(Date.parse(lifts[2]?.departureTime ?? '') + 20_000).toISOString()
  const last = lifts.at(-1)
  const after = await mend(round, input, now, [
    ...doneUntil(round, now),
    { type: 'impossible', deviceId: idOf(last) },
  ])
  expect(idOf(liftsOf(after, lorryId)[3])).toBe(idOf(lifts[3]))
  expect(liftsOf(after).map(idOf)).not.toContain(idOf(last))
  const moved = after.changes.filter(({ type }) => type === 'moved').length
  expect(moved).toBeLessThan(liftsOf(round).length / 5)
})

it('takes a bin in that fills up where that is worth the way, and leaves it with the reason where it is not', async () => {
  const input = makeDay(4)
  const round = await planDay(input)
  const idle = input.bins.find(({ id }) => round.left.some(({ deviceId }) => deviceId === id))
  const now = '2026-07-01T05:00:00.000Z'
  const reading = { type: 'reading', deviceId: idle?.id ?? '', fillPercent: 100 } as const
  const after = await mend(round, input, now, [...doneUntil(round, now), reading])
  expect(liftsOf(after).map(idOf)).toContain(idle?.id)
  expect(after.changes).toContainEqual(expect.objectContaining({ type: 'added', deviceId: idle?.id }))
  const cheap = {
    ...input,
    bins: input.bins.map((bin) => (bin.id === idle?.id ? { ...bin, overflowCostPerDay: 0.01 } : bin)),
  }
  const left = await mend(round, cheap, now, [...doneUntil(round, now), reading])
  expect(left.left.find(({ deviceId }) => deviceId === idle?.id)?.reason).toContain('costs more than waiting')
})

it('does a lift that another lorry did no second time', async () => {
  const input = makeDay(5, 200)
  const round = await planDay(input)
  expect(round.lorries.length).toBeGreaterThan(1)
  const [first, second] = round.lorries.map(({ lorryId }) => lorryId)
  const other = liftsOf(round, second).at(-1)
  const now = '2026-07-01T05:00:00.000Z'
  const after = await mend(round, input, now, [
    ...doneUntil(round, now),
    { type: 'done', deviceId: idOf(other), ...(first && { lorryId: first }) },
  ])
  expect(lorryOf(after, idOf(other))).toBe(first)
})

it('says that straight lines know no closed streets', async () => {
  const input = makeDay(6, 40)
  const round = await planDay(input)
  const after = await mend(round, input, '2026-07-01T05:00:00.000Z', [{ type: 'blocked', wayId: 1 }])
  expect(after.changes[0]).toEqual({
    type: 'note',
    message: 'the closed street could not be avoided, as ways are estimated by straight lines',
  })
})

it('leaves bins with the reason where no lorry is left, and plans them again once one is', async () => {
  const input = makeDay(7, 40, { lorries: LORRIES.slice(0, 1) })
  const round = await planDay(input)
  const now = '2026-07-01T05:00:00.000Z'
  const after = await mend(round, input, now, [
    ...doneUntil(round, now),
    { type: 'breakdown', lorryId: 'lorry-1' },
  ])
  const left = after.left.filter(({ reason }) => reason.includes('no lorry is left'))
  expect(left.length).toBeGreaterThan(0)
  const again = await mend(after, input, '2026-07-01T05:10:00.000Z', [
    { type: 'reopened', lorryId: 'lorry-1' },
  ])
  expect(liftsOf(again).map(idOf).toSorted()).toEqual(liftsOf(round).map(idOf).toSorted())
})

it('gives the same plan for the same marks and iterations', async () => {
  const input = makeDay(8, 60)
  const round = await planDay(input)
  const lorryId = round.lorries[0]?.lorryId as string
  const options = { now: '2026-07-01T05:00:00.000Z', marks: [{ type: 'breakdown', lorryId }] } as const
  expect(await mendDay(round, input, options)).toEqual(await mendDay(round, input, options))
})

it('holds all of it over days on which anything happens', { timeout: 120_000 }, async () => {
  for (let seed = 1; seed <= 8; seed++) {
    await walkDay(makeDay(seed, 60 + Math.floor(createRandom(seed)() * 100)), seed)
  }
})

it('holds all of it with depots, tips, streams, hours and skills', { timeout: 120_000 }, async () => {
  for (let seed = 1; seed <= 8; seed++) await walkDay(makeBusyDay(seed), seed)
})

/** Five times somebody marks something, and the day is planned anew. */
async function walkDay(input: RoundInput, seed: number): Promise<void> {
  const random = createRandom(seed)
  let round = await planDay(input, { iterations: 500 })
  let time = Date.parse('2026-07-01T04:10:00Z')
  for (let step = 0; step < 5; step++) {
    time += random() * 4_000_000
    const now = new Date(time).toISOString()
    const after: MendedRound = await mendDay(round, input, {
      now,
      marks: [...drawMarks(round, input, now, random), ...drawTips(round, now, random)],
      iterations: 300,
    })
    const faults = findMendFaults({ before: round, after, input }, { now, isLate: true })
    expect(faults, `seed ${seed}, step ${step}`).toEqual([])
    round = after
  }
}
