import type { FaultList } from './import-fault.ts'
import type { StopTimeReading } from './read-stop-times.ts'
import type { TripColumns } from './read-trips.ts'
import { formatServiceTime } from './service-time.ts'

/** Warns of trips of one block and service that one vehicle cannot both serve, since they overlap. */
export function checkBlocks(
  faults: FaultList,
  trips: TripColumns,
  { order, arrivals, departures }: StopTimeReading,
  tripsWithFrequency: ReadonlySet<number>,
): void {
  const { firsts } = order
  const inBlocks = Array.from({ length: trips.count }, (_, trip) => trip).filter(
    (trip) =>
      (trips.blocks[trip] as number) >= 0 &&
      (firsts[trip] as number) < (firsts[trip + 1] as number) &&
      !tripsWithFrequency.has(trip),
  )
  const startOf = (trip: number): number => departures[firsts[trip] as number] as number
  const endOf = (trip: number): number => arrivals[(firsts[trip + 1] as number) - 1] as number
  inBlocks.sort(
    (a, b) =>
      (trips.blocks[a] as number) - (trips.blocks[b] as number) ||
      (trips.services[a] as number) - (trips.services[b] as number) ||
      startOf(a) - startOf(b),
  )
  let latest = -1
  for (const trip of inBlocks) {
    const isSame =
      latest !== -1 &&
      trips.blocks[latest] === trips.blocks[trip] &&
      trips.services[latest] === trips.services[trip]
    if (isSame && startOf(trip) < endOf(latest)) {
      faults.warn(
        { file: 'trips.txt', row: trip + 2, column: 'block_id' },
        'block_trips_with_overlapping_stop_times',
        `the trip ${trips.ids[trip]} begins at ${formatServiceTime(startOf(trip))}; ${trips.ids[latest]} of the same block and service ends at ${formatServiceTime(endOf(latest))}`,
      )
    }
    if (!isSame || endOf(trip) > endOf(latest)) latest = trip
  }
}
