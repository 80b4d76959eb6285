import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { createRandom } from '../model/random.ts'
import { createPredictor } from '../transit/predict/predictor.ts'
import { readTimetable } from '../transit/timetable/read-timetable.ts'
import type { Timetable } from '../transit/timetable/timetable.ts'
import { createTownFeed } from './predictions/create-town-feed.ts'
import { driveTown } from './predictions/drive-town.ts'
import type { PredictionScores } from './predictions/prediction-score.ts'
import { readPositions } from './predictions/read-positions.ts'
import { type ReplayScores, scoreReplay } from './predictions/score-replay.ts'
import { traceRuns } from './predictions/trace-runs.ts'

const HORIZONS = ['0To3Minutes', '3To6Minutes', '6To12Minutes', '12To30Minutes']

/** Days of the simulated town, of which the last is scored. */
const TOWN_DATES = ['20260302', '20260303', '20260304', '20260305']
const TOWN_START = Date.UTC(2026, 2, 2)
const DAY_MS = 86_400_000

/**
 * Replays recorded positions and scores what is predicted at every second one, by Transit app's and MBTA's measures, beside
 * five baselines. `--lean PERCENT` says everything earlier; `--town SEED` takes a simulated town, whose buses wait at their
 * timepoints with `--holds`.
 */
export async function benchPredictions(args: string[]): Promise<Record<string, number | string>> {
  const { values } = parseArgs({
    args,
    options: {
      gtfs: { type: 'string' },
      positions: { type: 'string' },
      lean: { type: 'string', default: '0' },
      town: { type: 'string' },
      holds: { type: 'boolean', default: false },
    },
  })
  const leanPercent = Number(values.lean)
  if (values.town !== undefined) return scoreTown(Number(values.town), values.holds, leanPercent)
  if (values.gtfs === undefined || values.positions === undefined) {
    throw new Error('--gtfs and --positions are missing: a timetable and a CSV of positions; or --town SEED')
  }
  const timetable = openTimetable(await readFile(values.gtfs))
  const steps = traceRuns(timetable, await readPositions(values.positions))
  return report(scoreReplay(timetable, steps, createPredictor({ timetable, leanPercent })))
}

function scoreTown(seed: number, holdsAtTimepoints: boolean, leanPercent: number): Record<string, number> {
  const random = createRandom(seed)
  const { zip, trips } = createTownFeed(random)
  const timetable = openTimetable(zip)
  const days = { startTime: TOWN_START, dates: TOWN_DATES, holdsAtTimepoints }
  const steps = traceRuns(timetable, driveTown(trips, days, random))
  const scoredFrom = TOWN_START + (TOWN_DATES.length - 1) * DAY_MS
  return report(scoreReplay(timetable, steps, createPredictor({ timetable, leanPercent }), scoredFrom))
}

function report(scores: ReplayScores): Record<string, number> {
  process.stderr.write(tableOf(scores))
  return summarize(scores)
}

function openTimetable(zip: Uint8Array): Timetable {
  const { timetable, errors } = readTimetable(zip)
  if (!timetable) throw new Error(`the timetable cannot be read: ${errors[0]?.message}`)
  return timetable
}

function tableOf({ ours, baselines, parts }: ReplayScores): string {
  const rows: [string, PredictionScores][] = [...baselines, ['Kerbside', ours], ...parts]
  const lines = rows.map(([name, scores]) =>
    [
      name.padEnd(22),
      ...[scores.maeSeconds, scores.p90Seconds, scores.transitAppMeanPercent, scores.mbtaMeanPercent].map(
        (value) => value.toFixed(1).padStart(8),
      ),
      String(scores.predictions).padStart(9),
    ].join(''),
  )
  return `${' '.repeat(22)}   MAE s   p90 s Transit%   MBTA%    count\n${lines.join('\n')}\n`
}

function summarize({ ours, baselines, parts, predictMicroseconds }: ReplayScores): Record<string, number> {
  const results: Record<string, number> = {
    predictions: ours.predictions,
    ...columnsOf(ours, ''),
    biasSeconds: ours.biasSeconds,
    missedPercent: ours.missedPercent,
    intervalCoveragePercent: ours.intervalCoveragePercent,
    intervalWidthSeconds: ours.intervalWidthSeconds,
    predictMicroseconds,
  }
  for (const [index, name] of HORIZONS.entries()) {
    results[`intervalCoverage${name}Percent`] = ours.coveragePercents[index] ?? Number.NaN
  }
  for (const [name, scores] of baselines) Object.assign(results, columnsOf(scores, name))
  for (const name of ['firstHalf', 'secondHalf']) {
    results[`${name}MaeSeconds`] = parts.get(name)?.maeSeconds ?? Number.NaN
  }
  return Object.fromEntries(
    Object.entries(results).map(([name, value]) => [name, Math.round(value * 10) / 10]),
  )
}

/** Of a method by its name; of ours without one. */
function columnsOf(scores: PredictionScores, method: string): Record<string, number> {
  const { maeSeconds, p90Seconds, transitAppMeanPercent, mbtaMeanPercent } = scores
  return Object.fromEntries(
    Object.entries({ maeSeconds, p90Seconds, transitAppMeanPercent, mbtaMeanPercent }).map(([key, value]) => [
      method === '' ? key : `${method}${key[0]?.toUpperCase()}${key.slice(1)}`,
      value,
    ]),
  )
}
