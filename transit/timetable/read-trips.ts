import { ByteIndex } from './byte-index.ts'
import { GrowingArray } from './growing-array.ts'
import { addOwnId, findReference } from './read-ids.ts'
import { type Feed, readTable } from './read-table.ts'
import { sharedInt8, sharedInt32 } from './shared-array.ts'
import type { TimetableData } from './timetable-data.ts'

/** At 150 bytes each, with their ids. */
const TRIPS_MAX = 2_000_000

/** Trips without their stop times. */
export type TripColumns = Omit<TimetableData['trips'], 'firstStopTimes'>

export function readTrips(
  feed: Feed,
  { routeIds, serviceIds, shapeIds }: { routeIds: ByteIndex; serviceIds: ByteIndex; shapeIds: ByteIndex },
): { trips: TripColumns; tripIds: ByteIndex } {
  const tripIds = new ByteIndex()
  const headsignIds = new ByteIndex()
  const blockIds = new ByteIndex()
  const routes = new GrowingArray(sharedInt32)
  const services = new GrowingArray(sharedInt32)
  const shapes = new GrowingArray(sharedInt32)
  const headsigns = new GrowingArray(sharedInt32)
  const blocks = new GrowingArray(sharedInt32)
  const directions = new GrowingArray(sharedInt8)
  readTable(
    feed,
    {
      file: 'trips.txt',
      rowsMax: TRIPS_MAX,
      isRequired: true,
      required: ['trip_id', 'route_id', 'service_id'],
      optional: [
        'trip_headsign',
        'direction_id',
        'block_id',
        'shape_id',
        'wheelchair_accessible',
        'bikes_allowed',
      ],
    },
    (table) => {
      const { columns } = table
      const hasDirections = columns.direction_id !== -1
      return (row) => {
        if (addOwnId(table, row, 'trip_id', tripIds) === undefined) return
        if (row.isEmpty(columns.route_id)) table.requireText(row, 'route_id')
        if (row.isEmpty(columns.service_id)) table.requireText(row, 'service_id')
        routes.push(findReference(table, row, 'route_id', routeIds, 'routes.txt') ?? -1)
        services.push(
          findReference(table, row, 'service_id', serviceIds, 'calendar.txt or calendar_dates.txt') ?? -1,
        )
        shapes.push(findReference(table, row, 'shape_id', shapeIds, 'shapes.txt') ?? -1)
        directions.push(hasDirections ? table.choice(row, 'direction_id', 1, -1) : -1)
        table.choice(row, 'wheelchair_accessible', 2, 0)
        table.choice(row, 'bikes_allowed', 2, 0)
        const { trip_headsign: headsign, block_id: block } = columns
        headsigns.push(
          row.isEmpty(headsign)
            ? headsignIds.add(row.buffer, 0, 0)
            : headsignIds.add(row.buffer, row.start(headsign), row.end(headsign)),
        )
        blocks.push(row.isEmpty(block) ? -1 : blockIds.add(row.buffer, row.start(block), row.end(block)))
      }
    },
  )
  const trips = {
    count: tripIds.count,
    ids: tripIds.texts(),
    routes: routes.view(),
    services: services.view(),
    shapes: shapes.view(),
    directions: directions.view(),
    headsigns: headsigns.view(),
    headsignTexts: headsignIds.texts(),
    blocks: blocks.view(),
  }
  return { trips, tripIds }
}
