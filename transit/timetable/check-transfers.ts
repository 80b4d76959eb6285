import type { ByteIndex } from './byte-index.ts'
import { findReference } from './read-ids.ts'
import { type Feed, readTable } from './read-table.ts'

/** Checks transfers, which nothing here needs: they are served back with the rest of the feed. */
export function checkTransfers(
  feed: Feed,
  { stopIds, routeIds, tripIds }: { stopIds: ByteIndex; routeIds: ByteIndex; tripIds: ByteIndex },
): void {
  readTable(
    feed,
    {
      file: 'transfers.txt',
      required: ['transfer_type'],
      optional: [
        'from_stop_id',
        'to_stop_id',
        'from_route_id',
        'to_route_id',
        'from_trip_id',
        'to_trip_id',
        'min_transfer_time',
      ],
    },
    (table) => (row) => {
      findReference(table, row, 'from_stop_id', stopIds, 'stops.txt')
      findReference(table, row, 'to_stop_id', stopIds, 'stops.txt')
      findReference(table, row, 'from_route_id', routeIds, 'routes.txt')
      findReference(table, row, 'to_route_id', routeIds, 'routes.txt')
      findReference(table, row, 'from_trip_id', tripIds, 'trips.txt')
      findReference(table, row, 'to_trip_id', tripIds, 'trips.txt')
      table.choice(row, 'transfer_type', 5, 0)
      table.decimal(row, 'min_transfer_time', 0, Number.POSITIVE_INFINITY)
    },
  )
}
