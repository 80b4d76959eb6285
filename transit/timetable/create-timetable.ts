import { createServiceCalendar } from './service-calendar.ts'
import type { Timetable } from './timetable.ts'
import type { TimetableData } from './timetable-data.ts'
import { translationKey } from './translation-key.ts'

/** What finds things in the data of a timetable: some 100 ns for each of its trips, stops and routes. */
export function createTimetable(data: TimetableData): Timetable {
  const { stops, routes, trips, translations } = data
  return {
    version: data.version,
    timeZone: data.timeZone,
    agencies: data.agencies,
    stops: { ...stops, indexOf: indexIds(stops.ids) },
    routes: { ...routes, indexOf: indexIds(routes.ids) },
    trips: {
      ...trips,
      indexOf: indexIds(trips.ids),
      headsigns: Array.from(trips.headsigns, (text) => trips.headsignTexts[text] ?? ''),
    },
    stopTimes: data.stopTimes,
    shapes: data.shapes,
    services: createServiceCalendar(data.services),
    frequencies: new Map(data.frequencies),
    translate(table, field, recordId, text, language) {
      if (translations.size === 0) return text
      // A language with a region, such as de-CH, has what there is for the language alone.
      for (const wanted of new Set([language, language.split('-', 1)[0] ?? language])) {
        const found =
          translations.get(translationKey(table, field, wanted, { id: recordId })) ??
          translations.get(translationKey(table, field, wanted, { value: text }))
        if (found !== undefined) return found
      }
      return text
    },
  }
}

function indexIds(ids: readonly string[]): Map<string, number> {
  return new Map(ids.map((id, index) => [id, index]))
}
