import { formatDate, tellChange } from '../calendars/collection-calendar.ts'
import type { BinDay } from '../calendars/list-bin-days.ts'
import { type Language, textsFor } from '../texts/texts-for.ts'
import { escapeHtml } from './write-widget-page.ts'

/** A household's next bin days, as a list, and where its calendar is. */
export function writeBinDaysList(
  days: readonly (BinDay & { readonly name: string })[],
  { language, calendarUrl }: { readonly language: Language; readonly calendarUrl: string },
): string {
  const texts = textsFor(language)
  if (days.length === 0) return `<p>${escapeHtml(texts.noBinDays)}</p>`
  const items = days.map((day) => {
    const text = escapeHtml(`${formatDate(day.date, language)}: ${day.name}`)
    const change = tellChange(day, language)
    const remark = change === '' ? '' : `<small>${escapeHtml(change)}</small>`
    return `<li>${day.status === 'cancelled' ? `<s>${text}</s>` : text}${remark}</li>`
  })
  const calendar = `<a href="${escapeHtml(calendarUrl)}" target="_blank">${escapeHtml(texts.addToCalendar)}</a>`
  return `<ul>\n${items.join('\n')}\n</ul>\n<p>${calendar}</p>`
}
