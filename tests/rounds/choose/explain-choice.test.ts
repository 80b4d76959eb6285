import { expect, it } from 'vitest'
import { compareVisit, explainRisk } from '../../../rounds/choose/explain-choice.ts'

const NUMBERS = { fillPercent: 81.9, daysBefore: 0.5, chanceOfOverflow: 0.94, nextRound: "Thursday's round" }

it('tells the level, the chance and the next round', () => {
  expect(explainRisk(NUMBERS)).toBe("81 % now, 94 % chance of overflowing before Thursday's round")
  expect(explainRisk({ ...NUMBERS, fillPercent: null })).toMatch(/^no reading yet, /)
})

it('does not call a level of last week the present one', () => {
  expect(explainRisk({ ...NUMBERS, daysBefore: 6.8 })).toMatch(
    /^81 % when last read, 7 days before the round, /,
  )
})

it('never rounds a chance to what is certain', () => {
  expect(explainRisk({ ...NUMBERS, chanceOfOverflow: 0.997 })).toContain(' more than 99 % chance')
  expect(explainRisk({ ...NUMBERS, chanceOfOverflow: 0.001 })).toContain(' less than 1 % chance')
  expect(explainRisk({ ...NUMBERS, chanceOfOverflow: 1 })).toContain(' 100 % chance')
})

it('compares what a visit saves with what it usually costs', () => {
  expect(compareVisit(3.456, 4)).toBe('a visit now saves 3.46 and usually costs 4.00')
})
