/** What a choice rests on; costs in the money of the lorries' prices, chances from 0 to 1. */
export interface ChoiceNumbers {
  readonly isMandatory: boolean
  readonly isPressing: boolean
  /** Null where nothing was read. */
  readonly fillPercent: number | null
  readonly chanceOfOverflow: number
  readonly costOfWaiting: number
  /** What a visit now is worth. */
  readonly worth: number
  readonly visitCost: number
}

/** Why a bin is to be emptied, or is only on the way, in a sentence with its numbers. */
export function explainChoice(numbers: ChoiceNumbers): string {
  const { isMandatory, isPressing, fillPercent, chanceOfOverflow, worth, visitCost } = numbers
  const level = fillPercent === null ? 'no reading yet' : `${Math.floor(fillPercent)} % now`
  const chance = `${formatChance(chanceOfOverflow)} chance of overflowing before the next round`
  const what = `${level}, ${chance}`
  if (isMandatory) return `must be emptied, as asked; ${what}`
  const compared = `a visit now saves ${formatMoney(worth)} and usually costs ${formatMoney(visitCost)}`
  return isPressing ? `${what}; ${compared}` : `${what}; ${compared}, so only if it is on the way`
}

/** Never rounded to what is certain. */
function formatChance(chance: number): string {
  if (chance > 0 && chance < 0.01) return 'less than 1 %'
  if (chance < 1 && chance > 0.99) return 'more than 99 %'
  return `${Math.round(chance * 100)} %`
}

function formatMoney(money: number): string {
  return money.toFixed(2)
}
