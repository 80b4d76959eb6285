import { timeZoneSchema } from '../../model/time-zone.ts'
import { type Feed, quote, readTable } from './read-table.ts'
import type { Agencies } from './timetable.ts'

const FILE = 'agency.txt'
/** Every row is compared with all of them. */
const AGENCIES_MAX = 1_000

export function readAgencies(feed: Feed): { agencies: Agencies; timeZone: string } {
  const ids: string[] = []
  const names: string[] = []
  let timeZone: string | undefined
  readTable(
    feed,
    {
      file: FILE,
      isRequired: true,
      rowsMax: AGENCIES_MAX,
      required: ['agency_name', 'agency_timezone'],
      optional: ['agency_id'],
    },
    (table) => (row) => {
      const id = row.text(table.columns.agency_id)
      if (ids.includes(id)) {
        const what = id === '' ? 'a second agency without one' : `${quote(id)}, which is there already`
        table.error(row, 'agency_id', 'duplicate_key', `agency_id is ${what}; each is allowed once`)
      }
      ids.push(id)
      names.push(table.requireText(row, 'agency_name') ?? '')
      const zone = table.requireText(row, 'agency_timezone')
      if (zone === undefined) return
      const parsed = timeZoneSchema.safeParse(zone)
      if (!parsed.success) {
        const message = `agency_timezone is ${quote(zone)}; it ${parsed.error.issues[0]?.message}`
        table.error(row, 'agency_timezone', 'invalid_timezone', message)
        return
      }
      timeZone ??= parsed.data
      if (timeZone === parsed.data) return
      table.error(
        row,
        'agency_timezone',
        'inconsistent_agency_timezone',
        `agency_timezone is ${parsed.data}; that of the first agency, ${timeZone}, is allowed`,
      )
    },
  )
  return { agencies: { count: ids.length, ids, names }, timeZone: timeZone ?? 'UTC' }
}
