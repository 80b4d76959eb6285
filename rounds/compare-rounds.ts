import { z } from 'zod'
import type { Round } from '../model/round.ts'

/** What of two rounds is set side by side. */
const roundFiguresSchema = z.object({
  cost: z.number(),
  distanceM: z.number(),
  durationSeconds: z.number(),
  lorries: z.int(),
  bins: z.int(),
})
type RoundFigures = z.infer<typeof roundFiguresSchema>

export const roundComparisonSchema = z.object({
  round: z.string(),
  with: z.string(),
  /** In a sentence. */
  summary: z.string(),
  own: roundFiguresSchema,
  other: roundFiguresSchema,
  /** The round's own figures less those of the other: below 0 where it takes less. */
  difference: roundFiguresSchema,
  /** Bins that one empties and the other does not. */
  binsOnlyInOwn: z.array(z.string()),
  binsOnlyInOther: z.array(z.string()),
  lorriesOnlyInOwn: z.array(z.string()),
  lorriesOnlyInOther: z.array(z.string()),
})
export type RoundComparison = z.infer<typeof roundComparisonSchema>

/** Less than these is no difference worth a word. */
const METRES_MIN = 100
const SECONDS_MIN = 60

/** What a round takes more or less than another one. */
export function compareRounds(round: Round, other: Round): RoundComparison {
  const [own, others] = [figuresOf(round), figuresOf(other)]
  const difference: RoundFigures = {
    cost: Math.round((own.cost - others.cost) * 100) / 100,
    distanceM: own.distanceM - others.distanceM,
    durationSeconds: own.durationSeconds - others.durationSeconds,
    lorries: own.lorries - others.lorries,
    bins: own.bins - others.bins,
  }
  const [ownBins, otherBins] = [binsOf(round), binsOf(other)]
  const [ownLorries, otherLorries] = [lorriesOf(round), lorriesOf(other)]
  return {
    round: round.id,
    with: other.id,
    summary: summarise(difference, nameOf(other, round)),
    own,
    other: others,
    difference,
    binsOnlyInOwn: without(ownBins, otherBins),
    binsOnlyInOther: without(otherBins, ownBins),
    lorriesOnlyInOwn: without(ownLorries, otherLorries),
    lorriesOnlyInOther: without(otherLorries, ownLorries),
  }
}

function figuresOf(round: Round): RoundFigures {
  const { cost, distanceM, durationSeconds, lorries } = round
  return { cost, distanceM, durationSeconds, lorries: lorries.length, bins: binsOf(round).length }
}

function binsOf({ lorries }: Round): string[] {
  return lorries.flatMap(({ stops }) =>
    stops.flatMap(({ type, deviceId, status }) =>
      type === 'lift' && status !== 'impossible' ? (deviceId ?? []) : [],
    ),
  )
}

function lorriesOf({ lorries }: Round): string[] {
  return lorries.map(({ lorryId }) => lorryId)
}

function without(ids: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others)
  return ids.filter((id) => !known.has(id)).toSorted()
}

/** Such as "12 km and 40 minutes less than yesterday's, for 3 bins more". */
function summarise({ distanceM, durationSeconds, bins }: RoundFigures, name: string): string {
  const parts = [
    {
      text: formatKm(Math.abs(distanceM)),
      sign: Math.abs(distanceM) < METRES_MIN ? 0 : Math.sign(distanceM),
    },
    {
      text: formatDuration(Math.abs(durationSeconds)),
      sign: Math.abs(durationSeconds) < SECONDS_MIN ? 0 : Math.sign(durationSeconds),
    },
  ].filter(({ sign }) => sign !== 0)
  const [first, second] = parts
  const forBins = bins === 0 ? '' : `, for ${count(Math.abs(bins), 'bin')} ${bins < 0 ? 'fewer' : 'more'}`
  if (!first) return `As far and as long as ${name}${forBins}`
  if (!second) return `${first.text} ${wordOf(first.sign)} than ${name}${forBins}`
  if (first.sign === second.sign) {
    return `${first.text} and ${second.text} ${wordOf(first.sign)} than ${name}${forBins}`
  }
  return `${first.text} ${wordOf(first.sign)} but ${second.text} ${wordOf(second.sign)} than ${name}${forBins}`
}

function wordOf(sign: number): string {
  return sign < 0 ? 'less' : 'more'
}

function nameOf(other: Round, round: Round): string {
  const days = (Date.parse(round.request.date) - Date.parse(other.request.date)) / 86_400_000
  if (days === 1) return "the day before's"
  return days === 0 ? `the earlier one of that day, ${other.id}` : `that of ${other.request.date}`
}

function formatKm(metres: number): string {
  return `${Number((metres / 1000).toFixed(metres < 10_000 ? 1 : 0))} km`
}

function formatDuration(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (hours === 0) return count(minutes, 'minute')
  return minutes % 60 === 0
    ? count(hours, 'hour')
    : `${count(hours, 'hour')} ${count(minutes % 60, 'minute')}`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
