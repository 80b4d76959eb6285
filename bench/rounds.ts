import { parseArgs } from 'node:util'
import { findTestData } from '../tests/fixtures/find-test-data.ts'
import { CANDIDATES, type Candidate, CHOSEN_STYLES } from './rounds/candidates.ts'
import { interpolateAt } from './rounds/curve.ts'
import { type CurvePoint, drawCurve } from './rounds/draw-curve.ts'
import { readGrowth } from './rounds/read-growth.ts'
import { type Outcome, SETTLING_DAYS, simulate } from './rounds/simulate.ts'
import { createTown } from './rounds/town.ts'
import { WARM_UP_DAYS, warmUp } from './rounds/warm-up.ts'

/** Policies are compared where so many of all bin-days end with a full bin. */
const COMPARED_PERCENT = 2

/**
 * A town of simulated bins under several policies, on the same fills, lorries, prices and solver: a line of JSON with the
 * curve of each, and how much less Kerbside's own drives where as many bins overflow. With `--tune`, every style of every
 * policy: what `CHOSEN_STYLES` was settled by, on towns that are not scored.
 */
export async function benchRounds(args: string[]): Promise<Record<string, number | string>> {
  const { values } = parseArgs({
    args,
    options: {
      days: { type: 'string', default: '90' },
      seed: { type: 'string', default: '11' },
      pace: { type: 'string', default: '1' },
      policy: { type: 'string' },
      tune: { type: 'boolean', default: false },
      data: { type: 'string' },
    },
  })
  const [days, seed, pace] = [Number(values.days), Number(values.seed), Number(values.pace)]
  if (!Number.isInteger(days) || days < 1) throw new Error(`--days is ${values.days}, and must be 1 or more`)
  if (!Number.isInteger(seed)) throw new Error(`--seed is ${values.seed}, and must be a whole number`)
  if (!(pace > 0)) throw new Error(`--pace is ${values.pace}, and must be above 0`)
  const folder = values.data ?? findTestData('bin-fill/wyndham')
  if (folder === undefined) throw new Error('--data is missing: the folder with fill.csv.gz')
  const from = WARM_UP_DAYS + SETTLING_DAYS
  const known = warmUp(createTown(await readGrowth(folder), { seed, dayCount: from + days, pace }))
  const compared = new Map<string, Outcome | null>()
  let everyTwoDays: Outcome | undefined
  const driven = new Map<string, Outcome>()
  const drawFor = (policy: string, candidate: Candidate, comparedPercent: number): CurvePoint[] =>
    drawCurve({ ...candidate, comparedPercent }, (dial) => {
      const name = `${policy}, ${candidate.style}, ${dial}`
      const outcome =
        driven.get(name) ??
        simulate(known.town, candidate.create(known, dial), { from, to: from + days, start: known.start })
      driven.set(name, outcome)
      return outcome
    })
  for (const [policy, candidates] of Object.entries(CANDIDATES)) {
    if (values.policy !== undefined && values.policy !== policy) continue
    for (const candidate of candidates) {
      if (!values.tune && candidate.style !== CHOSEN_STYLES[policy]) continue
      const curve = drawFor(policy, candidate, COMPARED_PERCENT)
      const at = interpolateAt(
        curve.map(({ outcome }) => outcome),
        COMPARED_PERCENT,
      )
      compared.set(policy, at)
      if (policy === 'fixed') everyTwoDays = curve.find(({ dial }) => dial === 2)?.outcome
      const line = {
        policy,
        style: candidate.style,
        curve: curve.map(({ dial, outcome }) => ({ dial, ...roundAll(outcome) })),
        atComparedOverflow: at && roundAll(at),
      }
      process.stdout.write(`${JSON.stringify(line)}\n`)
    }
  }
  if (values.tune) return { days, seed, pace }
  return {
    days,
    seed,
    pace,
    ...summarize(compared),
    ...(everyTwoDays && compareWithEveryTwoDays(everyTwoDays, compared.get('kerbside'), drawFor)),
  }
}

/**
 * Fixed rounds every two days have one share of overflow. Kerbside, at the compared one, is held against them as they are: at
 * a pace of 1 they are the seldomest that stay below it. And so it is where as many of its bins overflow as of theirs.
 */
function compareWithEveryTwoDays(
  everyTwoDays: Outcome,
  atCompared: Outcome | null | undefined,
  drawFor: (policy: string, candidate: Candidate, comparedPercent: number) => CurvePoint[],
): Record<string, number> {
  const { km, overflowPercent } = everyTwoDays
  const own = CANDIDATES['kerbside']?.find(({ style }) => style === CHOSEN_STYLES['kerbside'])
  const curve = own ? drawFor('kerbside', own, overflowPercent) : []
  const kerbside = interpolateAt(
    curve.map(({ outcome }) => outcome),
    overflowPercent,
  )
  return {
    everyTwoDaysKm: round(km),
    everyTwoDaysOverflowPercent: round(overflowPercent),
    ...(atCompared && listSavings(atCompared, everyTwoDays, 'OfEveryTwoDays')),
    ...(kerbside && listSavings(kerbside, everyTwoDays, 'AtOverflowOfEveryTwoDays')),
  }
}

function summarize(compared: ReadonlyMap<string, Outcome | null>): Record<string, number> {
  const kerbside = compared.get('kerbside')
  const summary: Record<string, number> = { comparedOverflowPercent: COMPARED_PERCENT }
  if (!kerbside) return summary
  summary['kerbsideKm'] = round(kerbside.km)
  for (const [policy, outcome] of compared) {
    if (policy === 'kerbside' || !outcome) continue
    const name = policy.charAt(0).toUpperCase() + policy.slice(1)
    Object.assign(summary, listSavings(kerbside, outcome, `Of${name}`))
  }
  const fixedKm = ['fixed', 'fixedClasses'].flatMap((policy) => compared.get(policy)?.km ?? [])
  if (fixedKm.length > 0) {
    summary['savedKmPercentOfBestFixedPlan'] = savedPercent(kerbside.km, Math.min(...fixedKm))
  }
  return summary
}

/** How much less Kerbside takes than another policy does; `than` ends their names. */
function listSavings(kerbside: Outcome, other: Outcome, than: string): Record<string, number> {
  return {
    [`savedKmPercent${than}`]: savedPercent(kerbside.km, other.km),
    [`savedCrewHoursPercent${than}`]: savedPercent(kerbside.crewHours, other.crewHours),
  }
}

function savedPercent(less: number, more: number): number {
  return round(100 * (1 - less / more))
}

function roundAll(outcome: Outcome): Outcome {
  const { km, lifts, crewHours, overflowPercent } = outcome
  return {
    km: round(km),
    lifts: round(lifts),
    crewHours: round(crewHours),
    overflowPercent: round(overflowPercent),
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
