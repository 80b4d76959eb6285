/** What happens at a time, or on a day. */
export interface CalendarEvent {
  /** The same for the same event for ever, whatever becomes of it. */
  readonly uid: string
  /** A whole day as YYYY-MM-DD; or its start and end in ms since 1970. */
  readonly when: string | { readonly start: number; readonly end: number }
  readonly summary: string
  readonly description?: string | undefined
  readonly isCancelled?: boolean | undefined
  /** How often it was changed. */
  readonly sequence: number
  /** In ms since 1970. */
  readonly changedTime: number
}

export interface Calendar {
  readonly name: string
  readonly description?: string | undefined
  readonly language: string
  /** How long it is good for before somebody has to ask again. */
  readonly refreshHours: number
  /** Where it is kept. */
  readonly url?: string | undefined
  readonly events: readonly CalendarEvent[]
}

/** iCalendar (RFC 5545), with the properties of a published calendar (RFC 7986) and those that came before them. */
export function writeCalendar({ name, description, language, refreshHours, url, events }: Calendar): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Kerbside//Kerbside//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `NAME;LANGUAGE=${language}:${escapeText(name)}`,
    `X-WR-CALNAME:${escapeText(name)}`,
    ...(description === undefined ? [] : [`DESCRIPTION:${escapeText(description)}`]),
    ...(url === undefined ? [] : [`URL:${url}`]),
    `REFRESH-INTERVAL;VALUE=DURATION:PT${refreshHours}H`,
    `X-PUBLISHED-TTL:PT${refreshHours}H`,
    ...events.flatMap((event) => writeEvent(event, language)),
    'END:VCALENDAR',
  ]
  return lines.map((line) => `${foldLine(line)}\r\n`).join('')
}

function writeEvent(
  { uid, when, summary, description, isCancelled = false, sequence, changedTime }: CalendarEvent,
  language: string,
): string[] {
  return [
    'BEGIN:VEVENT',
    `UID:${escapeText(uid)}`,
    // Of what is published, when it was last changed: it says nothing else, and the file stays the same.
    `DTSTAMP:${formatUtc(changedTime)}`,
    `LAST-MODIFIED:${formatUtc(changedTime)}`,
    `SEQUENCE:${sequence}`,
    ...writeTimes(when),
    `SUMMARY;LANGUAGE=${language}:${escapeText(summary)}`,
    ...(description === undefined ? [] : [`DESCRIPTION;LANGUAGE=${language}:${escapeText(description)}`]),
    `STATUS:${isCancelled ? 'CANCELLED' : 'CONFIRMED'}`,
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ]
}

function writeTimes(when: CalendarEvent['when']): string[] {
  if (typeof when !== 'string') return [`DTSTART:${formatUtc(when.start)}`, `DTEND:${formatUtc(when.end)}`]
  const next = new Date(Date.parse(`${when}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
  return [`DTSTART;VALUE=DATE:${when.replaceAll('-', '')}`, `DTEND;VALUE=DATE:${next.replaceAll('-', '')}`]
}

function formatUtc(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

/** RFC 5545, 3.3.11. What no line may have at all is left out. */
function escapeText(text: string): string {
  return (
    text
      .replaceAll(/[\\;,]/g, (character) => `\\${character}`)
      .replaceAll(/\r\n?|\n/g, '\\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
      .replaceAll(/[\x00-\x08\x0b-\x1f\x7f]/g, '')
  )
}

const LINE_BYTES_MAX = 75

/** RFC 5545, 3.1: at most 75 octets, the space that goes on with it included, and no character taken apart. */
function foldLine(line: string): string {
  const folded: string[] = []
  let current = ''
  let bytes = 0
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (bytes + size > LINE_BYTES_MAX) {
      folded.push(current)
      current = ' '
      bytes = 1
    }
    current += character
    bytes += size
  }
  return [...folded, current].join('\r\n')
}
