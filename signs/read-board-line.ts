/** What a line of a sign says, without knowing how its maker words it. */
export interface BoardLine {
  /** In lower case, without its time, a row's number before it and what a sign sets between; '' where there is nothing else. */
  readonly text: string
  readonly shown:
    | { readonly type: 'minutes'; readonly minutes: number }
    /** On the local clock, such as 17:05. */
    | { readonly type: 'clock'; readonly clock: string }
    | { readonly type: 'cancelled' }
    | { readonly type: 'none' }
}

const MINUTES = /(\d{1,3}) ?(?:min|mins|minutes|')\.?$/
const CLOCK = /(?:exp\.? ?)?\b([01]?\d|2[0-3]):?([0-5]\d)$/
const DUE = /\b(?:due|now)$/
const CANCELLED = /\bcancelled$/

export function readBoardLine(line: string): BoardLine {
  const text = line
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^\d+[.)] /, '')
  const minutes = MINUTES.exec(text)
  if (minutes) return { text: before(text, minutes), shown: { type: 'minutes', minutes: Number(minutes[1]) } }
  const due = DUE.exec(text)
  if (due) return { text: before(text, due), shown: { type: 'minutes', minutes: 0 } }
  const cancelled = CANCELLED.exec(text)
  if (cancelled) return { text: before(text, cancelled), shown: { type: 'cancelled' } }
  const clock = CLOCK.exec(text)
  if (clock) {
    const [, hours = '', ofHour = ''] = clock
    return {
      text: before(text, clock),
      shown: { type: 'clock', clock: `${hours.padStart(2, '0')}:${ofHour}` },
    }
  }
  return { text, shown: { type: 'none' } }
}

function before(text: string, match: RegExpExecArray): string {
  return text.slice(0, match.index).replace(/[\s.…-]+$/, '')
}
