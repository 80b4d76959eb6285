import { localTime } from './local-time.ts'
import type { RoundInput } from './round-input.ts'

const DAY_MS = 86_400_000
/** Where there is no lorry whose shift would say. */
const USUAL_START = '06:00'

/** When a round begins, and when the next one could. */
export interface RoundTimes {
  /** In ms since 1970: the first shift's start. */
  readonly roundTime: number
  /** The same on the next day on which a lorry could come. */
  readonly nextRoundTime: number
  readonly nextDate: string
}

export function roundTimesOf({
  request,
  lorries,
  timeZone,
}: Pick<RoundInput, 'request' | 'lorries' | 'timeZone'>): RoundTimes {
  const { date, nextDate = dayAfter(date), lorryIds, depotIds } = request
  const starts = lorries.flatMap(({ id, depotId, shiftStart }) =>
    (lorryIds?.includes(id) ?? true) && (depotIds?.includes(depotId) ?? true) ? [shiftStart] : [],
  )
  const start = starts.toSorted()[0] ?? USUAL_START
  return {
    roundTime: localTime(date, start, timeZone),
    nextRoundTime: localTime(nextDate, start, timeZone),
    nextDate,
  }
}

/** "Thursday's round", as long as that is clear. */
export function nameNextRound(date: string, nextDate: string): string {
  const time = Date.parse(`${nextDate}T00:00:00Z`)
  const days = (time - Date.parse(`${date}T00:00:00Z`)) / DAY_MS
  if (days > 6) return `the round of ${nextDate}`
  return `${new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'UTC' }).format(time)}'s round`
}

/** The date of a round after the next one, where all are as far apart. */
export function dateOfRound(date: string, nextDate: string, round: number): string {
  const [from, next] = [date, nextDate].map((day) => Date.parse(`${day}T00:00:00Z`)) as [number, number]
  return new Date(from + round * (next - from)).toISOString().slice(0, 10)
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)
}
