import { expect, test } from 'vitest'
import { readVisitPrices } from '../../api/visit-prices.ts'
import type { Round } from '../../model/round.ts'
import { guessPrices } from '../../rounds/choose/guess-prices.ts'
import { makeBin, makeLorry } from '../rounds/round-town.ts'

const BINS = [makeBin('near'), makeBin('far'), makeBin('priced', { overflowCostPerDay: 7 })]
const TOWN = { bins: BINS, lorries: [makeLorry('a')] }
const GUESS = guessPrices(TOWN.lorries, BINS.length)

/** A registry with rounds, newest first, in pages. */
function keep(rounds: readonly Partial<Round>[]) {
  return {
    async listRounds(_: string, { limit, after }: { limit: number; after?: string | undefined }) {
      const first = after === undefined ? 0 : Number(after)
      const items = rounds.slice(first, first + limit) as Round[]
      return { items, next: first + limit < rounds.length ? String(first + limit) : null }
    },
  }
}

function makeRound(day: number, cost: number, parts: Partial<Round> = {}): Partial<Round> {
  const stop = (deviceId: string, detourCost: number) => ({ deviceId, detourCost })
  return {
    status: 'done',
    request: { date: `2026-01-${String(day).padStart(2, '0')}` },
    cost,
    lorries: [{ lorryId: 'a', stops: [stop('near', 1), stop('far', 9)] }] as unknown as Round['lorries'],
    ...parts,
  }
}

test('before any round a visit costs what the prices of the lorries suggest', async () => {
  expect(await readVisitPrices(keep([]), 'alpha', TOWN)).toEqual([
    GUESS,
    GUESS,
    { ...GUESS, overflowCostPerDay: 7 },
  ])
})

test('rounds that were done show what it costs, of each bin and of a lift of a whole round', async () => {
  const rounds = Array.from({ length: 18 }, (_, index) => makeRound(28 - index, 20))
  const [near, far, never] = await readVisitPrices(keep(rounds), 'alpha', TOWN)
  expect(near?.visitCost).toBeLessThan(far?.visitCost as number)
  expect(near?.visitCost).toBeLessThan(GUESS.visitCost)
  expect(never?.visitCost).toBeGreaterThan(near?.visitCost as number)
  expect(far?.overflowCostPerDay).toBe(GUESS.overflowCostPerDay)
})

test('cancelled rounds, and earlier plans of the same day, do not count', async () => {
  const others = [makeRound(5, 900, { status: 'cancelled' }), makeRound(4, 20), makeRound(4, 900)]
  expect(await readVisitPrices(keep(others), 'alpha', TOWN)).toEqual(
    await readVisitPrices(keep([makeRound(4, 20)]), 'alpha', TOWN),
  )
})

test('rounds of an earlier version, which tell no detours, teach nothing', async () => {
  const lorries = [{ lorryId: 'a', stops: [{ deviceId: 'near' }] }] as unknown as Round['lorries']
  expect(await readVisitPrices(keep([makeRound(4, 900, { lorries })]), 'alpha', TOWN)).toEqual([
    GUESS,
    GUESS,
    { ...GUESS, overflowCostPerDay: 7 },
  ])
})
