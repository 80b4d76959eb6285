import { ByteIndex } from './byte-index.ts'
import { checkParents } from './check-parents.ts'
import type { CsvRow } from './csv-row.ts'
import { GrowingArray } from './growing-array.ts'
import { addOwnId } from './read-ids.ts'
import { type Feed, quote, readTable } from './read-table.ts'
import { sharedFloat64, sharedInt32, sharedUint8 } from './shared-array.ts'
import type { TimetableData } from './timetable-data.ts'

const FILE = 'stops.txt'
/** Stops, entrances and stations have a name and a place; nodes and boarding areas may. */
const LAST_TYPE_WITH_PLACE = 2
const LAST_TYPE = 4

export function readStops(feed: Feed): { stops: TimetableData['stops']; stopIds: ByteIndex } {
  const stopIds = new ByteIndex()
  const rows: number[] = []
  const codes: (string | null)[] = []
  const names: string[] = []
  const platformCodes: (string | null)[] = []
  const parentIds: string[] = []
  const longitudes = new GrowingArray(sharedFloat64)
  const latitudes = new GrowingArray(sharedFloat64)
  const types = new GrowingArray(sharedUint8)
  readTable(
    feed,
    {
      file: FILE,
      isRequired: true,
      required: ['stop_id'],
      optional: [
        'stop_code',
        'stop_name',
        'stop_lat',
        'stop_lon',
        'location_type',
        'parent_station',
        'platform_code',
        'wheelchair_boarding',
      ],
    },
    (table) => (row) => {
      if (addOwnId(table, row, 'stop_id', stopIds) === undefined) return
      const type = table.choice(row, 'location_type', LAST_TYPE, 0)
      const latitude = table.decimal(row, 'stop_lat', -90, 90)
      const longitude = table.decimal(row, 'stop_lon', -180, 180)
      table.choice(row, 'wheelchair_boarding', 2, 0)
      if (type <= LAST_TYPE_WITH_PLACE) {
        table.requireText(row, 'stop_name')
        table.requireText(row, 'stop_lat')
        table.requireText(row, 'stop_lon')
      }
      if (Math.abs(latitude) < 1 && Math.abs(longitude) < 1) {
        table.warn(row, 'stop_lat', 'point_near_origin', `${latitude}, ${longitude} is in the Gulf of Guinea`)
      }
      rows.push(row.number)
      names.push(row.text(table.columns.stop_name))
      codes.push(textOrNull(row, table.columns.stop_code))
      platformCodes.push(textOrNull(row, table.columns.platform_code))
      parentIds.push(row.text(table.columns.parent_station))
      latitudes.push(latitude)
      longitudes.push(longitude)
      types.push(type)
    },
  )
  const count = rows.length
  const ids = stopIds.texts()
  const indexOf = new Map(ids.map((id, index) => [id, index]))
  const parents = sharedInt32(count).fill(-1)
  for (const [stop, id] of parentIds.entries()) {
    if (id === '') continue
    const parent = indexOf.get(id)
    if (parent !== undefined) parents[stop] = parent
    else {
      feed.faults.error(
        { file: FILE, row: rows[stop] ?? 0, column: 'parent_station' },
        'foreign_key_violation',
        `parent_station is ${quote(id)}, which ${FILE} does not have`,
      )
    }
  }
  checkParents({ faults: feed.faults, rows, ids, types: types.view(), parents })
  const stops = {
    count,
    ids,
    codes,
    names,
    platformCodes,
    longitudes: longitudes.view(),
    latitudes: latitudes.view(),
    locationTypes: types.view(),
    parents,
  }
  return { stops, stopIds }
}

function textOrNull(row: CsvRow, column: number): string | null {
  return row.isEmpty(column) ? null : row.text(column)
}
