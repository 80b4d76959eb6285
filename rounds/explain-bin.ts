import { explainRisk } from './choose/explain-choice.ts'
import { explainReport } from './heed-report.ts'
import type { PlannedBin } from './round-input.ts'
import { nameNextRound, type RoundTimes } from './round-times.ts'

const DAY_MS = 86_400_000

interface Circumstances extends RoundTimes {
  readonly date: string
  readonly timeZone: string
  /** Whether the request says that the bin must be emptied. */
  readonly isAsked: boolean
  readonly thresholdPercent: number
}

/** How a bin stands, and what that means for a round, in a sentence with its numbers. */
export function explainBin(bin: PlannedBin, circumstances: Circumstances): string {
  const { isAsked, thresholdPercent } = circumstances
  const { fillPercent, forecast, report } = bin
  if (report) {
    const said = explainReport(report, fillPercent, circumstances)
    return isAsked ? `must be emptied, as asked; ${said}` : said
  }
  const isFull = fillPercent !== null && fillPercent >= thresholdPercent
  if (fillPercent === null && isAsked) return 'must be emptied, as asked; without a reading, so taken as full'
  if (fillPercent === null) {
    return bin.time === null ? 'no reading yet' : 'its latest reading says nothing of its level'
  }
  if (!forecast) {
    const threshold = formatPercent(thresholdPercent)
    const level = isFull
      ? `${formatPercent(fillPercent)}, at or above its threshold of ${threshold}`
      : `${formatPercent(fillPercent)} now, threshold ${threshold}`
    if (!isAsked) return level
    return isFull ? `${level}; and must be emptied, as asked` : `must be emptied, as asked; ${level}`
  }
  const risk = explainRisk({
    fillPercent,
    daysBefore: (circumstances.roundTime - (bin.time ?? circumstances.roundTime)) / DAY_MS,
    chanceOfOverflow: forecast.chanceOfOverflow,
    nextRound: nameNextRound(circumstances.date, circumstances.nextDate),
  })
  const source = forecast.isOwn ? '' : ', as similar bins fill'
  if (isAsked) return `must be emptied, as asked; ${risk}${source}`
  const isOwnThreshold = isFull && (bin.thresholdPercent !== null || !forecast.isOwn)
  if (isOwnThreshold)
    return `at or above its threshold of ${formatPercent(thresholdPercent)}; ${risk}${source}`
  return fillPercent >= 100 ? `must be emptied, as it is full; ${risk}${source}` : `${risk}${source}`
}

/** Rounded down to a tenth: what is below the threshold must not read as if it had reached it. */
function formatPercent(percent: number): string {
  return `${Math.floor(percent * 10 + 1e-9) / 10} %`
}
