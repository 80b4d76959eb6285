import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { serialize } from 'node:v8'
import { gunzipSync } from 'node:zlib'
import { createRandom, type Random } from '../model/random.ts'
import type { FillForecast } from '../rounds/forecast/fill-forecast.ts'
import { createFillHistory, type FillHistory } from '../rounds/forecast/fill-history.ts'
import { createFillPool, type FillPool } from '../rounds/forecast/fill-pool.ts'
import { forecastFill } from '../rounds/forecast/forecast-fill.ts'
import { observeFill } from '../rounds/forecast/observe-fill.ts'

const DAY_MS = 86_400_000
const HORIZONS_DAYS = [1, 2, 3]
/** The rows of a bin that are scored: the last 40 %. */
const SCORED_RATIO = 0.4
const TIMED_BINS = 100_000
const MOST_COPIES = 10_000
/** Chances are sorted into so many groups of equal width for the calibration error. */
const GROUPS = 10

type Results = Record<string, number | string>

interface Bin {
  readonly id: string
  readonly thresholdPercent: number
  readonly times: readonly number[]
  readonly levels: readonly number[]
}

/**
 * Forecasts each bin of a folder (`fill.csv.gz`, `sites.csv`) from what came before, strictly in the order of time, and
 * scores what is said of the last 40 % of its rows: whether it reaches its threshold within 1, 2 and 3 days, from below it.
 */
export async function benchFillForecast(args: string[]): Promise<Results> {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string' },
      half: { type: 'string' },
      bins: { type: 'string', default: `${TIMED_BINS}` },
    },
  })
  // Half of the bins, `0` or `1`, shows whether the model is made for the bins that it was found with.
  if (values.data === undefined)
    throw new Error('--data is missing: the folder with fill.csv.gz and sites.csv')
  const all = await readBins(values.data)
  const bins = values.half === undefined ? all : all.filter((_, index) => index % 2 === Number(values.half))
  const pool = createFillPool()
  const histories = new Map(bins.map((bin) => [bin.id, createFillHistory()]))
  const scores = HORIZONS_DAYS.map(() => createScore())
  const random = createRandom(1)
  const rows = bins
    .flatMap((bin) => bin.times.map((time, row) => ({ bin, time, row })))
    .sort((a, b) => a.time - b.time)
  const started = process.cpuUsage()
  for (const { bin, time, row } of rows) {
    const history = histories.get(bin.id) as FillHistory
    observeFill(history, pool, time, bin.levels[row] as number)
    if (row >= Math.floor(bin.times.length * (1 - SCORED_RATIO)))
      score(bin, row, { history, pool, scores, random })
  }
  const { user, system } = process.cpuUsage(started)
  process.stderr.write(
    `forecast: ${rows.length} readings of ${bins.length} bins, ${Math.round((user + system) / 1000)} ms of CPU\n`,
  )
  const results: Results = { bins: bins.length, rows: scores[0]?.chances.length ?? 0 }
  for (const [index, days] of HORIZONS_DAYS.entries()) {
    Object.assign(results, summarize(scores[index] as Score, `${days}Day${days > 1 ? 's' : ''}`))
  }
  return { ...results, ...measureSpeed([...histories.values()], pool, Number(values.bins)) }
}

async function readBins(folder: string): Promise<Bin[]> {
  const rowsOf = (text: string): string[][] =>
    text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
  const sites = rowsOf(await readFile(join(folder, 'sites.csv'), 'utf8'))
  const thresholds = new Map(sites.map((site) => [site[0], Number(site[4])]))
  const byBin = new Map<string, { times: number[]; levels: number[] }>()
  for (const [id = '', time = '', level] of rowsOf(
    gunzipSync(await readFile(join(folder, 'fill.csv.gz'))).toString(),
  )) {
    const bin = byBin.get(id) ?? { times: [], levels: [] }
    byBin.set(id, bin)
    bin.times.push(Date.parse(time))
    bin.levels.push(Number(level))
  }
  return [...byBin].map(([id, bin]) => ({ id, thresholdPercent: thresholds.get(id) ?? 75, ...bin }))
}

interface Score {
  readonly chances: number[]
  readonly baselines: number[]
  readonly outcomes: boolean[]
  /** Randomised probability integral transforms of the level that was seen at the horizon. */
  readonly transforms: number[]
}

function createScore(): Score {
  return { chances: [], baselines: [], outcomes: [], transforms: [] }
}

function score(
  bin: Bin,
  row: number,
  {
    history,
    pool,
    scores,
    random,
  }: { history: FillHistory; pool: FillPool; scores: readonly Score[]; random: Random },
): void {
  const { times, levels, thresholdPercent } = bin
  const now = times[row] as number
  if ((levels[row] as number) >= thresholdPercent) return
  const forecasts = forecastFill(history, pool, {
    now,
    times: HORIZONS_DAYS.map((days) => now + days * DAY_MS),
    thresholdPercent,
    assumption: 'as-usual',
  })
  for (const [index, days] of HORIZONS_DAYS.entries()) {
    const outcome = outcomeOf(bin, row, days)
    if (outcome === undefined) continue
    const { chances, baselines, outcomes, transforms } = scores[index] as Score
    const forecast = forecasts[index] as FillForecast
    chances.push(forecast.chanceOfThreshold)
    baselines.push(ownFrequency(bin, row, days))
    outcomes.push(outcome)
    const at = times.indexOf(now + days * DAY_MS, row)
    if (at !== -1) transforms.push(transform(forecast, levels[at] as number, random))
  }
}

/**
 * Whether a row of the days after is at the threshold; undefined at the end of the rows. Days without a row, which all bins
 * of Wyndham miss at once, count as days on which nothing was seen: so the published figures were made.
 */
function outcomeOf({ times, levels, thresholdPercent }: Bin, row: number, days: number): boolean | undefined {
  const end = (times[row] as number) + days * DAY_MS
  if ((times.at(-1) as number) < end) return undefined
  for (let next = row + 1; next < times.length && (times[next] as number) <= end; next++) {
    if ((levels[next] as number) >= thresholdPercent) return true
  }
  return false
}

/** How often the threshold was reached from rows at the same level before, whose outcome was known by now. */
function ownFrequency(bin: Bin, row: number, days: number): number {
  let [reached, count] = [0, 0]
  const now = bin.times[row] as number
  for (let past = 0; past < row; past++) {
    if (bin.levels[past] !== bin.levels[row] || (bin.times[past] as number) + days * DAY_MS > now) continue
    const outcome = outcomeOf(bin, past, days)
    if (outcome === undefined) continue
    count++
    if (outcome) reached++
  }
  return (reached + 0.5) / (count + 1)
}

/** Where a level falls in its forecast, evenly drawn within the chance of just that level (Czado et al. 2009). */
function transform({ levels }: FillForecast, level: number, random: Random): number {
  const at = levels.findLast(({ levelPercent }) => levelPercent <= level)?.chance ?? 1
  const above = levels.find(({ levelPercent }) => levelPercent > level)?.chance ?? 0
  return 1 - at + random() * (at - above)
}

function summarize({ chances, baselines, outcomes, transforms }: Score, horizon: string): Results {
  const brier = brierOf(chances, outcomes)
  const baseline = brierOf(baselines, outcomes)
  const isInside = (value: number): boolean => value >= 0.1 && value <= 0.9
  return {
    [`brier${horizon}`]: round(brier),
    [`baseline${horizon}`]: round(baseline),
    [`improvementPercent${horizon}`]: round((1 - brier / baseline) * 100),
    [`calibrationErrorRatio${horizon}`]: round(calibrationError(chances, outcomes)),
    [`coverageRatio${horizon}`]: round(transforms.filter(isInside).length / transforms.length),
  }
}

function brierOf(chances: readonly number[], outcomes: readonly boolean[]): number {
  return (
    chances.reduce((sum, chance, index) => sum + (chance - Number(outcomes[index])) ** 2, 0) / chances.length
  )
}

/** The expected calibration error: what is said and what comes, apart by so much in a mean over groups of like chances. */
function calibrationError(chances: readonly number[], outcomes: readonly boolean[]): number {
  const differences = new Float64Array(GROUPS)
  for (const [index, chance] of chances.entries()) {
    const group = Math.min(GROUPS - 1, Math.floor(chance * GROUPS))
    differences[group] = (differences[group] as number) + chance - Number(outcomes[index])
  }
  return differences.reduce((sum, difference) => sum + Math.abs(difference), 0) / chances.length
}

/** How many bins are forecast in a second of CPU time, for all horizons, and what one takes on its way to a worker. */
function measureSpeed(histories: readonly FillHistory[], pool: FillPool, count: number): Results {
  // So many that they are not all in the processor's caches.
  const copies = Array.from({ length: Math.min(count, MOST_COPIES) }, (_, index) =>
    structuredClone(histories[index % histories.length] as FillHistory),
  )
  const started = process.cpuUsage()
  for (let index = 0; index < count; index++) {
    const history = copies[index % copies.length] as FillHistory
    const now = history.time ?? 0
    forecastFill(history, pool, {
      now,
      times: HORIZONS_DAYS.map((days) => now + days * DAY_MS),
      thresholdPercent: 75,
      assumption: 'as-usual',
    })
  }
  const { user, system } = process.cpuUsage(started)
  return {
    serializedBytesPerBin: Math.round(serialize(histories).length / histories.length),
    binsPerSecond: Math.round((count * 1e6) / (user + system)),
  }
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
