import { ByteIndex } from './byte-index.ts'
import { GrowingArray } from './growing-array.ts'
import { addOwnId } from './read-ids.ts'
import { type Feed, quote, readTable } from './read-table.ts'
import { sharedInt32 } from './shared-array.ts'
import type { Agencies } from './timetable.ts'
import type { TimetableData } from './timetable-data.ts'

export function readRoutes(
  feed: Feed,
  agencies: Agencies,
): { routes: TimetableData['routes']; routeIds: ByteIndex } {
  const routeIds = new ByteIndex()
  const shortNames: string[] = []
  const longNames: string[] = []
  const ofAgencies = new GrowingArray(sharedInt32)
  const types = new GrowingArray(sharedInt32)
  readTable(
    feed,
    {
      file: 'routes.txt',
      isRequired: true,
      required: ['route_id', 'route_type'],
      optional: ['agency_id', 'route_short_name', 'route_long_name', 'route_color', 'route_text_color'],
    },
    (table) => (row) => {
      if (addOwnId(table, row, 'route_id', routeIds) === undefined) return
      const shortName = row.text(table.columns.route_short_name)
      const longName = row.text(table.columns.route_long_name)
      if (shortName === '' && longName === '') {
        const message = 'route_short_name and route_long_name are empty; one of them is needed'
        table.error(row, 'route_short_name', 'route_both_short_and_long_name_missing', message)
      }
      for (const column of ['route_color', 'route_text_color'] as const) {
        const color = row.text(table.columns[column])
        if (color === '' || /^[0-9a-f]{6}$/i.test(color)) continue
        const message = `${column} is ${quote(color)}; six hexadecimal digits are allowed`
        table.error(row, column, 'invalid_color', message)
      }
      shortNames.push(shortName)
      longNames.push(longName)
      const type = row.text(table.columns.route_type)
      if (!isRouteType(type)) {
        const message = `route_type is ${quote(type)}; 0 to 7, 11, 12 and the extended 100 to 1702 are allowed`
        table.error(row, 'route_type', 'unexpected_enum_value', message)
      }
      types.push(Number(type))
      const agencyId = row.text(table.columns.agency_id)
      const agency = agencyId === '' && agencies.count === 1 ? 0 : agencies.ids.indexOf(agencyId)
      if (agency === -1) {
        const message = `agency_id is ${quote(agencyId)}, which agency.txt does not have`
        table.error(row, 'agency_id', 'foreign_key_violation', message)
      }
      ofAgencies.push(agency)
    },
  )
  const routes = {
    count: routeIds.count,
    ids: routeIds.texts(),
    agencies: ofAgencies.view(),
    shortNames,
    longNames,
    types: types.view(),
  }
  return { routes, routeIds }
}

/** Of GTFS, and of the hierarchy that Google's extension takes from the Transmodel of 2003. */
function isRouteType(text: string): boolean {
  if (!/^\d{1,4}$/.test(text)) return false
  const type = Number(text)
  return type <= 7 || type === 11 || type === 12 || (type >= 100 && type <= 1702)
}
