import type { Departure } from '../model/departure.ts'
import { readBoardLine } from './read-board-line.ts'

/** Where what a sign shows is not what it should show. */
export interface LineFault {
  readonly reason: 'unexpected_line' | 'wrong_time' | 'missing_departure'
  /** As it stands on the sign; null of what does not stand there. */
  readonly line: string | null
  /** Null of a line that is none of the departures'. */
  readonly departureId: string | null
}

/** What a stop's signs should show at a moment. Times are ms since 1970. */
export interface ExpectedBoard {
  /** In the order in which they stand on a sign. */
  readonly departures: readonly Departure[]
  /** Told of, changed or cleared down so lately that a sign may show them as before, or not yet. */
  readonly unsettled: readonly Departure[]
  /** Notices, the stop's name: whatever else a sign may show. */
  readonly texts: readonly string[]
  /** On the authority's own clock, such as 17:05. */
  readonly formatLocal: (time: number) => string
}

/** A sign may count the minutes up, down or to the nearest, and its snapshot takes a moment. */
const MINUTES_OFF = 1.5
/** So much of a text that runs through a line tells which it is. */
const SCROLLED_MIN = 6
/** Those that leave at about the same time stand in any order. */
const SAME_MINUTE_MS = 60_000
/** A departure that is further ahead need not stand on an empty sign. */
const AHEAD_MS = 3_600_000

/**
 * What is wrong with the lines that a sign shows, none where it agrees. A sign may show fewer departures than there are, in
 * pages too, but not one while it leaves out an earlier one. How signs word a line is their own: a line is a departure's
 * where it begins with its line name and destination, as far as it has room for that.
 */
export function compareLines(lines: readonly string[], board: ExpectedBoard, now: number): LineFault[] {
  const faults: LineFault[] = []
  const left = new Set(board.departures)
  const unsettled = new Set(board.unsettled)
  let latest = Number.NEGATIVE_INFINITY
  for (const line of lines) {
    const { text, shown } = readBoardLine(line)
    if (text === '' || isOtherText(text, board.texts)) continue
    const candidates = [...left, ...unsettled].filter((departure) => isNamed(text, departure))
    const departure = nearest(candidates, (candidate) => minutesOff(shown, candidate, board, now))
    if (!departure) {
      faults.push({ reason: 'unexpected_line', line, departureId: null })
      continue
    }
    left.delete(departure)
    latest = Math.max(latest, timeOf(departure))
    const isSettled = !board.unsettled.some(({ departureId }) => departureId === departure.departureId)
    if (isSettled && minutesOff(shown, departure, board, now) > MINUTES_OFF) {
      faults.push({ reason: 'wrong_time', line, departureId: departure.departureId })
    }
    unsettled.delete(departure)
  }
  const isEmpty = latest === Number.NEGATIVE_INFINITY && faults.length === 0
  for (const [index, departure] of board.departures.entries()) {
    const isSoon = timeOf(departure) < now + AHEAD_MS
    const isDue = timeOf(departure) < latest - SAME_MINUTE_MS || (isEmpty && index === 0 && isSoon)
    const isUnsettled = board.unsettled.some(({ departureId }) => departureId === departure.departureId)
    if (isDue && !isUnsettled && left.has(departure)) {
      faults.push({ reason: 'missing_departure', line: null, departureId: departure.departureId })
    }
  }
  return faults
}

function timeOf({ expectedDepartureTime, aimedDepartureTime }: Departure): number {
  return expectedDepartureTime ?? aimedDepartureTime
}

function isNamed(text: string, { routeShortName, headsign }: Departure): boolean {
  const name = routeShortName.toLowerCase()
  if (name !== '' && !(text === name || text.startsWith(`${name} `))) return false
  const rest = text.slice(name.length).trim()
  const destination = normalise(headsign)
  return destination.startsWith(rest) || rest.startsWith(destination)
}

function isOtherText(text: string, texts: readonly string[]): boolean {
  return texts.some((other) => {
    const normal = normalise(other)
    if (normal === '') return false
    return normal === text || text.includes(normal) || (text.length >= SCROLLED_MIN && normal.includes(text))
  })
}

function normalise(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim()
}

function nearest(
  candidates: readonly Departure[],
  distanceOf: (departure: Departure) => number,
): Departure | undefined {
  return candidates.reduce<Departure | undefined>(
    (best, candidate) => (best && distanceOf(best) <= distanceOf(candidate) ? best : candidate),
    undefined,
  )
}

type Shown = ReturnType<typeof readBoardLine>['shown']

/** How far the time on the sign is from the departure's, in minutes; 0 where the sign tells none. */
function minutesOff(shown: Shown, departure: Departure, { formatLocal }: ExpectedBoard, now: number): number {
  const isCancelled = departure.state === 'cancelled'
  if (shown.type === 'cancelled') return isCancelled ? 0 : Number.POSITIVE_INFINITY
  // What shows a time where it should say that no bus comes sends people to wait for it.
  if (isCancelled) return shown.type === 'none' ? 0 : Number.POSITIVE_INFINITY
  const time =
    departure.state === 'live' && departure.expectedDepartureTime !== null
      ? departure.expectedDepartureTime
      : departure.aimedDepartureTime
  if (shown.type === 'minutes') return Math.abs(shown.minutes - (time - now) / 60_000)
  if (shown.type === 'clock') return clockMinutesOff(shown.clock, formatLocal(time))
  return 0
}

function clockMinutesOff(shown: string, expected: string): number {
  const off = Math.abs(minutesOfClock(shown) - minutesOfClock(expected))
  return Math.min(off, 1_440 - off)
}

function minutesOfClock(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}
