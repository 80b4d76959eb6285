import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { createDateFormat } from '../exchange/calendars/collection-calendar.ts'
import type { Texts } from '../exchange/texts/en.ts'
import { LANGUAGES, type Language, textsFor } from '../exchange/texts/texts-for.ts'
import { weakETag } from './conditional-get.ts'
import { createServedBody, type ServedBody } from './served-body.ts'

const SOURCE = new URL('../console/widgets/kerbside.ts', import.meta.url)

/** What the script says; its other texts stay here. */
const WIDGET_TEXTS: readonly (keyof Texts)[] = [
  'departuresFrom',
  'service',
  'destination',
  'departs',
  'now',
  'inMinutes',
  'live',
  'byTimetable',
  'cancelled',
  'noDepartures',
  'noStop',
  'outOfDate',
  'notReached',
  'attributeMissing',
  'notPublished',
  'notAccepted',
  'nextBinDays',
  'noBinDays',
  'addToCalendar',
  'movedFrom',
  'noCollection',
  'licence',
  'source',
]

/** The one script of the widgets, with its texts in every language, and without types, comments and blanks. */
export async function readWidgetScript(): Promise<ServedBody> {
  const source = stripTypeScriptTypes(await readFile(SOURCE, 'utf8'))
  const lines = source
    .split('\n')
    // Where there was a type there are blanks; no text of the script has two in a row.
    .map((line) => line.trim().replaceAll(/ {2,}/g, ' '))
    .filter((line) => line !== '' && line !== ';' && !line.startsWith('//') && !/^\/\*\*.*\*\/$/.test(line))
  const languages = Object.keys(LANGUAGES) as Language[]
  const texts = Object.fromEntries(
    languages.map((language) => [
      language,
      Object.fromEntries(WIDGET_TEXTS.map((name) => [name, textsFor(language)[name]])),
    ]),
  )
  const dates = Object.fromEntries(languages.map((language) => [language, listDateWords(language)]))
  const constants = `const TEXTS = ${JSON.stringify(texts)}\nconst DATES = ${JSON.stringify(dates)}`
  const script = `(() => {\n${constants}\n${lines.join('\n')}\n})()\n`
  return createServedBody({
    mediaType: 'text/javascript; charset=utf-8',
    etag: weakETag(script),
    modifiedTime: undefined,
    plain: Buffer.from(script),
  })
}

/** What dates are written with, Sunday and January first: browsers do not know every language, Chromium no Welsh. */
function listDateWords(language: Language): {
  readonly form: string
  readonly weekdays: readonly string[]
  readonly months: readonly string[]
} {
  const format = createDateFormat(language)
  const partsOf = (month: number, day: number) => format.formatToParts(Date.UTC(2023, month, day))
  const find = (parts: readonly Intl.DateTimeFormatPart[], wanted: string) =>
    parts.find(({ type }) => type === wanted)?.value ?? ''
  return {
    form: partsOf(0, 1)
      .map(({ type, value }) => (type === 'literal' ? value : `{${type}}`))
      .join(''),
    // January 2023 began with a Sunday.
    weekdays: Array.from({ length: 7 }, (_, day) => find(partsOf(0, day + 1), 'weekday')),
    months: Array.from({ length: 12 }, (_, month) => find(partsOf(month, 1), 'month')),
  }
}
