import { formatTime, parseTime } from '../../model/time.ts'

/**
 * A moment, whose start is its end, or the interval of what is from `start` on and before `end`; both in ms since 1970. As JSON it is
 * ISO 8601.
 */
export interface TimeSpan {
  readonly start: number
  readonly end: number
  toJSON(): string
}

export function createTimeSpan(start: number, end: number = start): TimeSpan {
  return {
    start,
    end,
    toJSON: () => (start === end ? formatTime(start) : `${formatTime(start)}/${formatTime(end)}`),
  }
}

/** Undefined where a text is neither a time nor two with a slash between them. */
export function parseTimeSpan(text: string): TimeSpan | undefined {
  const [start, end, ...more] = text.split('/').map(parseTime)
  if (start === undefined || more.length > 0) return undefined
  if (end !== undefined) return end >= start ? createTimeSpan(start, end) : undefined
  return text.includes('/') ? undefined : createTimeSpan(start)
}

export function isTimeSpan(value: unknown): value is TimeSpan {
  return typeof value === 'object' && value !== null && 'start' in value && 'toJSON' in value
}

/** Whether all of a span is over before another one begins. */
export function isBefore(a: TimeSpan, b: TimeSpan): boolean {
  return a.end < b.start || (a.end === b.start && a.start < a.end)
}
