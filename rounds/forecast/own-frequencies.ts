import { type FillHistory, type FillState, NO_LEVEL, REMEMBERED_DAYS, WAS_EMPTIED } from './fill-history.ts'
import { HEADS, type HeadName, HORIZONS_DAYS } from './horizons.ts'

/** Days count half after so many. */
const HALF_LIFE_DAYS = 150
const RECENCY = Float64Array.from({ length: REMEMBERED_DAYS }, (_, age) => 0.5 ** (age / HALF_LIFE_DAYS))
/** Levels that differ by so much or more are not alike, where the scale is no coarser. */
const ALIKE_PERCENT = 15
const DAY_MS = 86_400_000
const LAST_HORIZON = HORIZONS_DAYS.at(-1) as number

/** What became of a bin on the days that it stood at a level like its present one: weighted events, of weighted days. */
export interface OwnFrequencies {
  of(head: HeadName, horizonIndex: number, levelIndex: number): { events: number; days: number }
}

/** Of which heads and horizons frequencies are wanted; the others stay at no days. */
export interface FrequencyRange {
  readonly heads?: readonly HeadName[] | undefined
  /** Of `HORIZONS_DAYS`; all where absent. */
  readonly horizonIndex?: number | undefined
}

/** Of the days before that of the state, so that a state of the past is judged by what was known then. */
export function measureOwnFrequencies(
  history: FillHistory,
  state: FillState,
  levelsPercent: readonly number[],
  { heads = HEADS, horizonIndex }: FrequencyRange = {},
): OwnFrequencies {
  const levelCount = levelsPercent.length
  const size = HORIZONS_DAYS.length * levelCount
  const sums = HEADS.map(() => ({ events: new Float64Array(size), days: new Float64Array(size) }))
  const [seen, unemptied, level] = sums as [Sums, Sums, Sums]
  const [hasSeen, hasUnemptied, hasLevel] = HEADS.map((head) => heads.includes(head))
  const longest = horizonIndex === undefined ? LAST_HORIZON : (HORIZONS_DAYS[horizonIndex] as number)
  const today = Math.floor(state.time / DAY_MS)
  const width = Math.max(ALIKE_PERCENT, state.scalePercent)
  for (let age = 1; age < REMEMBERED_DAYS; age++) {
    const start = dayOf(history, today - age)
    if (start === NO_LEVEL) continue
    const likeness = 1 - Math.abs((start & NO_LEVEL) - state.fillPercent) / width
    if (likeness <= 0) continue
    const weight = likeness * (RECENCY[age] as number)
    let peak = start & NO_LEVEL
    let peakUnemptied = peak
    let isEmptied = false
    let horizon = 0
    let earlierPeak = peak
    let earlierUnemptied = peak
    let wasEmptied = false
    for (let days = 1; days <= Math.min(age, longest); days++) {
      const then = dayOf(history, today - age + days)
      if (then === NO_LEVEL) break
      if ((then & WAS_EMPTIED) !== 0) isEmptied = true
      const now = then & NO_LEVEL
      if (now > peak) peak = now
      if (!isEmptied && now > peakUnemptied) peakUnemptied = now
      if (days !== HORIZONS_DAYS[horizon]) continue
      const isAsked = horizonIndex === undefined || horizon === horizonIndex
      for (let index = 0; isAsked && index < levelCount; index++) {
        const asked = levelsPercent[index] as number
        const at = horizon * levelCount + index
        if (hasSeen && asked > earlierPeak) add(seen, at, weight, peak >= asked)
        const isUnemptied = peakUnemptied >= asked
        const isKnown = asked > earlierUnemptied && !wasEmptied && (isUnemptied || !isEmptied)
        if (hasUnemptied && isKnown) add(unemptied, at, weight, isUnemptied)
        if (hasLevel) add(level, at, weight, now >= asked)
      }
      horizon++
      earlierPeak = peak
      earlierUnemptied = peakUnemptied
      wasEmptied = isEmptied
    }
  }
  return {
    of: (head, horizonIndex, levelIndex) => {
      const { events, days } = sums[HEADS.indexOf(head)] as Sums
      const at = horizonIndex * levelCount + levelIndex
      return { events: events[at] as number, days: days[at] as number }
    },
  }
}

interface Sums {
  readonly events: Float64Array
  readonly days: Float64Array
}

function add({ events, days }: Sums, at: number, weight: number, isEvent: boolean): void {
  days[at] = (days[at] as number) + weight
  if (isEvent) events[at] = (events[at] as number) + weight
}

function dayOf({ dayIndex, days }: FillHistory, day: number): number {
  if (day > dayIndex || day <= dayIndex - REMEMBERED_DAYS) return NO_LEVEL
  return days[((day % REMEMBERED_DAYS) + REMEMBERED_DAYS) % REMEMBERED_DAYS] as number
}

/** Remembers a reading under its day; a later one of the same day takes its place. */
export function rememberDay(
  history: FillHistory,
  time: number,
  fillPercent: number,
  isEmptied: boolean,
): void {
  const day = Math.floor(time / DAY_MS)
  const at = ((day % REMEMBERED_DAYS) + REMEMBERED_DAYS) % REMEMBERED_DAYS
  const first = Math.max(history.dayIndex + 1, day - REMEMBERED_DAYS + 1)
  for (let missing = first; missing <= day; missing++) {
    history.days[((missing % REMEMBERED_DAYS) + REMEMBERED_DAYS) % REMEMBERED_DAYS] = NO_LEVEL
  }
  const before = day > history.dayIndex ? NO_LEVEL : (history.days[at] as number)
  const wasEmptied = before !== NO_LEVEL && (before & WAS_EMPTIED) !== 0
  history.days[at] = Math.round(fillPercent) + (isEmptied || wasEmptied ? WAS_EMPTIED : 0)
  history.dayIndex = Math.max(history.dayIndex, day)
}
