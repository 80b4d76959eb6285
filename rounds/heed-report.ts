import { DEFAULT_THRESHOLD_PERCENT } from '../model/device.ts'
import type { BinForecast } from './choose/forecast-bin.ts'
import type { VisitPrices } from './choose/value-levels.ts'
import { localDate } from './local-date.ts'
import type { BinReport, PlannedBin } from './round-input.ts'

const DAY_MS = 86_400_000
/** A sensor says otherwise where it is so far below the threshold. */
const WELL_BELOW_PERCENT = 25

/**
 * Whether a bin is emptied on the word of whoever reported it. One report alone, against what the sensor says, sends no lorry across the
 * town: it makes the bin worth what one is that overflows.
 */
export function isTakenAsFull({ report, fillPercent, thresholdPercent, forecast }: PlannedBin): boolean {
  if (!report) return false
  if (report.voices > 1 || fillPercent === null || forecast === null) return true
  return fillPercent > (thresholdPercent ?? DEFAULT_THRESHOLD_PERCENT) - WELL_BELOW_PERCENT
}

/** The forecast of a bin that is said to overflow now: it does until it is emptied, and is worth a visit on this round. */
export function heedReport(
  forecast: BinForecast,
  { visitCost, overflowCostPerDay }: VisitPrices,
  { roundTime, nextRoundTime }: { readonly roundTime: number; readonly nextRoundTime: number },
): BinForecast {
  const costOfWaiting = overflowCostPerDay * Math.max(1, (nextRoundTime - roundTime) / DAY_MS)
  return {
    ...forecast,
    expectedPercent: 100,
    chanceOfOverflow: 1,
    costOfWaiting,
    worth: Math.max(forecast.worth, costOfWaiting + visitCost),
    ahead: null,
  }
}

/** What is reported of a bin and what its sensor says, in words with their numbers. */
export function explainReport(
  { time, voices }: BinReport,
  fillPercent: number | null,
  { date, timeZone }: { readonly date: string; readonly timeZone: string },
): string {
  const day = localDate(time, timeZone) === date ? '' : `on ${formatDay(time, timeZone)} `
  const count = voices > 1 ? ` (${voices} reports)` : ''
  const sensor = fillPercent === null ? 'no reading yet' : `the sensor says ${Math.floor(fillPercent)} %`
  return `reported overflowing ${day}at ${formatTimeOfDay(time, timeZone)}${count}; ${sensor}`
}

function formatTimeOfDay(time: number, timeZone: string): string {
  const format = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const
  return new Intl.DateTimeFormat('en-GB', format).format(time)
}

function formatDay(time: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone }).format(time)
}
