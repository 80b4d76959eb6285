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

/** Less than these is no difference worth a word. */
const [METRES_MIN, SECONDS_MIN] = [50, 60]

function writeFigures(before: Round, after: Round): string {
  const metres = after.distanceM - before.distanceM
  const seconds = after.durationSeconds - before.durationSeconds
  const km = Math.abs(metres) < METRES_MIN ? undefined : writeKm(Math.abs(metres))
  const hours = Math.abs(seconds) < SECONDS_MIN ? undefined : writeHours(Math.abs(seconds))
  if (km === undefined && hours === undefined) return 'As far and as long as before.'
  if (hours === undefined) return `${km} ${wordOf(metres)} than before.`
  if (km === undefined) return `${hours} ${wordOf(seconds)} than before.`
  const [first, second] = [wordOf(metres), wordOf(seconds)]
  return first === second
    ? `${km} and ${hours} ${first} than before.`
    : `${km} ${first} but ${hours} ${second} than before.`
}

function wordOf(difference: number): string {
  return difference < 0 ? 'less' : 'more'
}
