import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const DAY_MS = 86_400_000
const DAYS_A_WEEK = 7

/** How a real bin filled: day by day, in percent, where that was seen. */
export interface GrowthSeries {
  /** The mean of those that were seen. */
  readonly ratePercent: number
  /** By the day since the first: null where days are missing, the bin was emptied or stood full. */
  readonly growths: readonly (number | null)[]
  /** By day of the week, as the days since the first modulo 7: all that were seen on such days. */
  readonly byWeekday: readonly (readonly number[])[]
}

/** Reads how the bins of a folder (`fill.csv.gz` with daily rows of bin, time and level) grew, the slowest first. */
export async function readGrowth(folder: string): Promise<GrowthSeries[]> {
  const text = gunzipSync(await readFile(join(folder, 'fill.csv.gz'))).toString()
  const levels = new Map<string, Map<number, number>>()
  let firstDay = Number.POSITIVE_INFINITY
  for (const line of text.trim().split('\n').slice(1)) {
    const [bin = '', time = '', level = ''] = line.split(',')
    const day = Math.floor(Date.parse(time) / DAY_MS)
    firstDay = Math.min(firstDay, day)
    const ofBin = levels.get(bin) ?? new Map<number, number>()
    levels.set(bin, ofBin.set(day, Number(level)))
  }
  return [...levels.values()]
    .map((ofBin) => createSeries(ofBin, firstDay))
    .sort((a, b) => a.ratePercent - b.ratePercent)
}

function createSeries(levels: ReadonlyMap<number, number>, firstDay: number): GrowthSeries {
  const growths: (number | null)[] = []
  const byWeekday: number[][] = Array.from({ length: DAYS_A_WEEK }, () => [])
  const lastDay = Math.max(...levels.keys())
  for (let day = firstDay; day < lastDay; day++) {
    const growth = growthBetween(levels.get(day), levels.get(day + 1))
    growths.push(growth)
    if (growth !== null) byWeekday[(day - firstDay) % DAYS_A_WEEK]?.push(growth)
  }
  const seen = growths.filter((growth) => growth !== null)
  return { ratePercent: seen.reduce((sum, growth) => sum + growth, 0) / seen.length, growths, byWeekday }
}

/** What fell into a bin that was full, or before it was emptied, was not seen. */
function growthBetween(before: number | undefined, after: number | undefined): number | null {
  if (before === undefined || after === undefined || before >= 100 || after < before) return null
  return after - before
}
