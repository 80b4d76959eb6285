import type { LorryRound, Round } from './round.ts'
import { writeHours, writeKm } from './write-figures.ts'

/** What a mended plan has otherwise than the one that was shown before it. */
export interface PlanShift {
  /** `0.4 km and 3 min more than before.` */
  readonly figures: string
  /** Where lorries went before, of those that go otherwise now. */
  readonly oldWays: readonly LorryRound['geometry'][]
}

export function findShift(before: Round, after: Round): PlanShift {
  const oldWays = before.lorries.flatMap(({ lorryId, geometry }) => {
    const now = after.lorries.find((lorry) => lorry.lorryId === lorryId)
    return JSON.stringify(now?.geometry) === JSON.stringify(geometry) ? [] : [geometry]
  })
  return { oldWays, figures: writeFigures(before, after) }
}

function writeFigures(before: Round, after: Round): string {
  const metres = after.distanceM - before.distanceM
  const seconds = after.durationSeconds - before.durationSeconds
  if (metres === 0 && seconds === 0) return 'As far and as long as before.'
  const [km, hours] = [writeKm(Math.abs(metres)), writeHours(Math.abs(seconds))]
  const [first, second] = [wordOf(metres), wordOf(seconds)]
  return first === second
    ? `${km} and ${hours} ${first} than before.`
    : `${km} ${first} but ${hours} ${second} than before.`
}

function wordOf(difference: number): string {
  return difference < 0 ? 'less' : 'more'
}
