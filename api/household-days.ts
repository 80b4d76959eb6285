import { type BinDay, dateOf, dayOf, listBinDays } from '../exchange/calendars/list-bin-days.ts'
import type { Authority } from '../model/authority.ts'
import { localDate } from '../rounds/local-date.ts'
import { listHouseholdCollections } from './household-collections.ts'
import type { ApiParts } from './parts.ts'

/** How many days ahead the next bin days are told. */
const DAYS_AHEAD = 62

/** A household's next bin days, the first one first. Rejects with NOT_FOUND where none are known. */
export async function listHouseholdDays(
  parts: Pick<ApiParts, 'registry' | 'directory' | 'clock'>,
  { id, timeZone }: Authority,
  uprn: string,
): Promise<readonly (BinDay & { readonly name: string; readonly stream: string })[]> {
  const records = await listHouseholdCollections(parts, id, uprn)
  const today = localDate(parts.clock.now(), timeZone)
  const days = records.flatMap(({ collection }) => {
    const { name, stream } = collection
    return listBinDays(collection, today, dateOf(dayOf(today) + DAYS_AHEAD)).map((day) => ({
      name,
      stream,
      ...day,
    }))
  })
  return days.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
}
