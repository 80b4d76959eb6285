import type { Round } from '../../model/round.ts'
import { fillText, type Language, textsFor } from '../texts/texts-for.ts'
import type { CalendarEvent } from './write-calendar.ts'

/** When each lorry of a planned round is on its way; nothing of one that has no plan. */
export function listRoundEvents(
  authority: string,
  round: Round,
  language: Language,
): readonly CalendarEvent[] {
  return round.lorries.flatMap(({ lorryId, stops }) => {
    const [first, last] = [stops[0], stops.at(-1)]
    if (!first || !last) return []
    const start = Date.parse(first.departureTime)
    const end = Date.parse(last.arrivalTime)
    const event: CalendarEvent = {
      uid: `round-${round.id}-${lorryId}@${authority}.kerbside`,
      when: { start, end: Math.max(start, end) },
      summary: `${fillText(textsFor(language).roundOf, { round: round.request.date })}: ${lorryId}`,
      isCancelled: round.status === 'cancelled',
      sequence: round.revision,
      changedTime: Date.parse(round.createdTime),
    }
    return [event]
  })
}
