import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
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
  'outOfDate',
  'notReached',
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
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== ';' && !line.startsWith('//') && !/^\/\*\*.*\*\/$/.test(line))
  const texts = Object.fromEntries(
    (Object.keys(LANGUAGES) as Language[]).map((language) => [
      language,
      Object.fromEntries(WIDGET_TEXTS.map((name) => [name, textsFor(language)[name]])),
    ]),
  )
  const script = `(() => {\nconst TEXTS = ${JSON.stringify(texts)}\n${lines.join('\n')}\n})()\n`
  return createServedBody({
    mediaType: 'text/javascript; charset=utf-8',
    etag: weakETag(script),
    modifiedTime: undefined,
    plain: Buffer.from(script),
  })
}
