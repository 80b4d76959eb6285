import type { Departure } from '../../model/departure.ts'
import { fillText, type Language, textsFor } from '../texts/texts-for.ts'
import { escapeHtml } from './write-widget-page.ts'

/** What leaves a stop next, as a table; `now` in ms since 1970, `formatTime` writes a time of day. */
export function writeDeparturesTable(
  departures: readonly Departure[],
  {
    language,
    now,
    formatTime,
  }: { readonly language: Language; readonly now: number; formatTime(time: number): string },
): string {
  const texts = textsFor(language)
  if (departures.length === 0) return `<p>${escapeHtml(texts.noDepartures)}</p>`
  const head = [texts.service, texts.destination, texts.departs]
    .map((name) => `<th scope="col">${escapeHtml(name)}</th>`)
    .join('')
  const rows = departures.map(({ routeShortName, headsign, ...departure }) => {
    const cells = `<th scope="row">${escapeHtml(routeShortName)}</th><td>${escapeHtml(headsign)}</td>`
    return `<tr>${cells}<td>${tellTime(departure)}</td></tr>`
  })
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>`

  function tellTime({
    state,
    aimedDepartureTime,
    expectedDepartureTime,
  }: Pick<Departure, 'state' | 'aimedDepartureTime' | 'expectedDepartureTime'>): string {
    if (state === 'cancelled') {
      return `<s>${escapeHtml(formatTime(aimedDepartureTime))}</s><small>${escapeHtml(texts.cancelled)}</small>`
    }
    const time = expectedDepartureTime ?? aimedDepartureTime
    const isLive = state === 'live' && expectedDepartureTime !== null
    const minutes = Math.floor((time - now) / 60_000)
    const wait = minutes < 1 ? texts.now : fillText(texts.inMinutes, { minutes })
    const shown = isLive && minutes < 60 ? wait : formatTime(time)
    return `${escapeHtml(shown)}<small>${escapeHtml(isLive ? texts.live : texts.byTimetable)}</small>`
  }
}
