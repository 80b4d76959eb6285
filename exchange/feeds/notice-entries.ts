import type { Period } from '../../model/period.ts'
import type { ServiceAlert } from '../../model/service-alert.ts'
import type { ServiceChange } from '../../model/service-change.ts'
import { parseTime } from '../../model/time.ts'
import type { Translation } from '../../model/translation.ts'
import type { Works } from '../../model/works.ts'
import type { Language } from '../texts/texts-for.ts'
import type { AtomEntry } from './write-atom.ts'

/** In whose words, and by whose clock, entries are told. */
export interface EntryContext {
  readonly authority: string
  readonly language: Language
  readonly timeZone: string
  /** In ms since 1970. */
  readonly now: number
  /** When something was entered, or changed last, by its id; in ms since 1970. */
  readonly changedTimes: ReadonlyMap<string, number>
}

/** Service alerts that are not over yet. */
export function listAlertEntries(
  alerts: readonly ServiceAlert[],
  context: EntryContext,
): readonly AtomEntry[] {
  return alerts
    .filter(
      ({ activePeriods }) =>
        activePeriods.length === 0 || activePeriods.some((period) => !isOver(period, context.now)),
    )
    .map(({ id, header, description, url, activePeriods, cause, effect, severity }) => ({
      ...identify('service-alert', id, context),
      title: chooseText(header, context.language),
      summary: joinTexts(
        description && chooseText(description, context.language),
        ...tellPeriods(activePeriods, context),
      ),
      url: url ? chooseText(url, context.language) : undefined,
      categories: [cause, effect, severity].filter((term) => !term.startsWith('UNKNOWN')),
    }))
}

/** Works that are not over yet. */
export function listWorksEntries(works: readonly Works[], context: EntryContext): readonly AtomEntry[] {
  return works
    .map((each) => ({ ...each, period: { start: each.from, end: each.until } }))
    .filter(({ period }) => !isOver(period, context.now))
    .map(({ id, title, description, url, period }) => ({
      ...identify('works', id, context),
      title: chooseText(title, context.language),
      summary: joinTexts(
        description && chooseText(description, context.language),
        ...tellPeriods([period], context),
      ),
      url: url ?? undefined,
      categories: ['works'],
    }))
}

/** Changes of service that passengers are told of, and that are not over yet. */
export function listChangeEntries(
  changes: readonly ServiceChange[],
  context: EntryContext,
): readonly AtomEntry[] {
  const today = new Date(context.now - 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
  return changes.flatMap(({ id, type, header, period, serviceDates }) => {
    const isPast = serviceDates.length > 0 && serviceDates.every((date) => date < today)
    if (header === null || isPast || (period && isOver(period, context.now))) return []
    const entry: AtomEntry = {
      ...identify('service-change', id, context),
      title: chooseText(header, context.language),
      summary: joinTexts(...tellPeriods(period ? [period] : [], context)),
      url: undefined,
      categories: [type],
    }
    return [entry]
  })
}

function identify(kind: string, id: string, { authority, changedTimes }: EntryContext) {
  return { id: `urn:kerbside:${authority}:${kind}:${id}`, updatedTime: changedTimes.get(id) ?? 0 }
}

/** The text in a language; where there is none, the one without a language, else the first. */
function chooseText(texts: readonly Translation[], language: Language): string {
  const isOf = (text: Translation): boolean => text.language?.toLowerCase().split('-', 1)[0] === language
  const chosen = texts.find(isOf) ?? texts.find((text) => text.language === null) ?? texts[0]
  return chosen?.text ?? ''
}

function tellPeriods(periods: readonly Period[], { language, timeZone }: EntryContext): readonly string[] {
  const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    timeZone,
    dateStyle: 'long',
    timeStyle: 'short',
  })
  const tell = (time: Period['start']): string => (time === null ? '' : format.format(parseTime(time)))
  return periods
    .filter(({ start, end }) => start !== null || end !== null)
    .map(({ start, end }) => `${tell(start)} – ${tell(end)}`.trim())
}

function isOver({ end }: Period, now: number): boolean {
  return end !== null && (parseTime(end) ?? 0) <= now
}

function joinTexts(...texts: readonly (string | null)[]): string {
  return texts.filter((text) => text !== null && text !== '').join('\n')
}
