import type { CollectionRecord } from '../../model/collection.ts'
import { fillText, type Language, textsFor } from '../texts/texts-for.ts'
import { type BinDay, dateOf, dayOf, listBinDays } from './list-bin-days.ts'
import type { CalendarEvent } from './write-calendar.ts'

/** Bin days are told from so long ago, so that a calendar keeps what was. */
const DAYS_BEFORE = 31
/** Until so far ahead. */
const DAYS_AHEAD = 366

/** Collections' days of a year, from `today` (YYYY-MM-DD), as a calendar's events. */
export function listCollectionEvents(
  authority: string,
  records: readonly CollectionRecord[],
  { today, language }: { readonly today: string; readonly language: Language },
): readonly CalendarEvent[] {
  const [from, to] = [dateOf(dayOf(today) - DAYS_BEFORE), dateOf(dayOf(today) + DAYS_AHEAD)]
  return records.flatMap(({ collection, revision, changedTime }) =>
    listBinDays(collection, from, to).map((day): CalendarEvent => {
      const description = tellChange(day, language)
      return {
        uid: `bin-day-${collection.id}-${day.plannedDate}@${authority}.kerbside`,
        when: day.date,
        summary: fillText(textsFor(language).collectionOf, { name: collection.name }),
        ...(description !== '' && { description }),
        isCancelled: day.status === 'cancelled',
        sequence: revision,
        changedTime,
      }
    }),
  )
}

/** What is other than usual; empty where nothing is. */
export function tellChange({ status, plannedDate, note }: BinDay, language: Language): string {
  const { movedFrom, noCollection } = textsFor(language)
  const date = formatDate(plannedDate, language)
  const change =
    status === 'planned' ? undefined : fillText(status === 'moved' ? movedFrom : noCollection, { date })
  return [change, note ?? undefined].filter((part) => part !== undefined).join('. ')
}

/** A date as people write it, such as Monday 16 February. */
export function formatDate(date: string, language: Language): string {
  return createDateFormat(language).format(Date.parse(`${date}T00:00:00Z`))
}

export function createDateFormat(language: Language): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  })
}
