/** What a choice rests on. Chances are from 0 to 1, levels in percent. */
export interface ChoiceNumbers {
  /** The last level that was read; null where nothing was. */
  readonly fillPercent: number | null
  /** How long before the round it was read, in days. */
  readonly daysBefore: number
  readonly chanceOfOverflow: number
  /** What comes after this round, such as "Thursday's round". */
  readonly nextRound: string
}

/** A reading that is older than this is no more how the bin stands "now", in days. */
const NOW_DAYS = 2

/** How a bin stands and what is to be feared of it: the first words of why it is in a round or left. */
export function explainRisk({ fillPercent, daysBefore, chanceOfOverflow, nextRound }: ChoiceNumbers): string {
  return `${explainLevel(fillPercent, daysBefore)}, ${formatChance(chanceOfOverflow)} chance of overflowing before ${nextRound}`
}

/** What a visit is worth against what one usually costs, in the money of the lorries' prices. */
export function compareVisit(worth: number, visitCost: number): string {
  return `a visit now saves ${formatMoney(worth)} and usually costs ${formatMoney(visitCost)}`
}

/** With two decimals, and no currency: it is the one of the lorries' prices. */
export function formatMoney(money: number): string {
  return money.toFixed(2)
}

function explainLevel(fillPercent: number | null, daysBefore: number): string {
  if (fillPercent === null) return 'no reading yet'
  const level = `${Math.floor(fillPercent)} %`
  return daysBefore > NOW_DAYS
    ? `${level} when last read, ${Math.round(daysBefore)} days before the round`
    : `${level} now`
}

/** Never rounded to what is certain. */
function formatChance(chance: number): string {
  if (chance > 0 && chance < 0.01) return 'less than 1 %'
  if (chance < 1 && chance > 0.99) return 'more than 99 %'
  return `${Math.round(chance * 100)} %`
}
