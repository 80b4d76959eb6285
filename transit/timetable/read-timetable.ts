import { type ByteSource, openBytes } from './byte-source.ts'
import { checkBlocks } from './check-blocks.ts'
import { checkStopTimes } from './check-stop-times.ts'
import { checkTransfers } from './check-transfers.ts'
import { createTimetable } from './create-timetable.ts'
import { fillTimes } from './fill-times.ts'
import { createFaultList, FeedRefusal, type ImportFaults } from './import-fault.ts'
import { listFeedFiles } from './list-feed-files.ts'
import { measureStopTimes } from './measure-stop-times.ts'
import { readAgencies } from './read-agencies.ts'
import { readFeedVersion } from './read-feed-info.ts'
import { readFrequencies } from './read-frequencies.ts'
import { readRoutes } from './read-routes.ts'
import { readServices } from './read-services.ts'
import { readShapes } from './read-shapes.ts'
import { readStopTimes } from './read-stop-times.ts'
import { readStops } from './read-stops.ts'
import type { Feed } from './read-table.ts'
import { readTranslations } from './read-translations.ts'
import { readTrips } from './read-trips.ts'
import type { Timetable } from './timetable.ts'
import type { TimetableData } from './timetable-data.ts'
import { openZipArchive, type ZipLimits } from './zip-archive.ts'

export interface ReadOptions {
  readonly limits?: ZipLimits
  /** Called as bytes are unpacked, with all that the feed promises. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void
}

/** `timetable` and `data` are undefined where there are errors. */
export interface TimetableReading extends ImportFaults {
  readonly timetable: Timetable | undefined
}

/** Reads a GTFS feed (gtfs.org/documentation/schedule/reference) from its zip. What is wrong with it is told, never thrown. */
export function readTimetable(zip: Uint8Array | ByteSource, options: ReadOptions = {}): TimetableReading {
  const { data, ...faults } = readTimetableData(zip, options)
  return { ...faults, timetable: data && createTimetable(data) }
}

/** As `readTimetable`, for a thread that hands on what it read. */
export function readTimetableData(
  zip: Uint8Array | ByteSource,
  { limits, onProgress }: ReadOptions = {},
): ImportFaults & { readonly data: TimetableData | undefined } {
  const faults = createFaultList()
  let data: TimetableData | undefined
  try {
    const archive = openZipArchive(zip instanceof Uint8Array ? openBytes(zip) : zip, limits)
    const files = listFeedFiles(archive.entries, faults)
    const totalBytes = [...files.values()].reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0)
    let doneBytes = 0
    data = readFeed({
      archive,
      files,
      faults,
      onBytes(count) {
        doneBytes += count
        onProgress?.(doneBytes, totalBytes)
      },
    })
  } catch (error) {
    if (!(error instanceof FeedRefusal)) throw error
    faults.error(error.place, error.code, error.message)
  }
  return { ...faults.faults, data: faults.faults.errorCount === 0 ? data : undefined }
}

function readFeed(feed: Feed): TimetableData | undefined {
  const { faults } = feed
  const { agencies, timeZone } = readAgencies(feed)
  const version = readFeedVersion(feed)
  const { stops, stopIds } = readStops(feed)
  const { routes, routeIds } = readRoutes(feed, agencies)
  const { services, serviceIds } = readServices(feed)
  const shapeReading = readShapes(feed)
  const { trips, tripIds } = readTrips(feed, { routeIds, serviceIds, shapeIds: shapeReading.shapeIds })
  const frequencies = readFrequencies(feed, tripIds)
  checkTransfers(feed, { stopIds, routeIds, tripIds })
  const translations = readTranslations(feed)
  const stopTimes = readStopTimes(feed, { tripIds, stopIds })
  checkStopTimes(faults, stopTimes, { tripIds, locationTypes: stops.locationTypes })
  // Beyond this there is nothing to say of a feed that is refused.
  if (faults.faults.errorCount > 0) return undefined
  checkBlocks(faults, trips, stopTimes, new Set(frequencies.map(([trip]) => trip)))
  const shapeDistances = measureStopTimes({ faults, stops, trips, stopTimes, shapes: shapeReading })
  const { order, feedDistances, ...columns } = stopTimes
  for (let trip = 0; trip < trips.count; trip += 1) {
    fillTimes(
      { arrivals: columns.arrivals, departures: columns.departures, shapeDistances },
      order.firsts[trip] as number,
      order.firsts[trip + 1] as number,
    )
  }
  return {
    version,
    timeZone,
    agencies,
    stops,
    routes,
    trips: { ...trips, firstStopTimes: order.firsts },
    stopTimes: { count: order.count, ...columns, shapeDistances },
    shapes: shapeReading.shapes,
    services,
    frequencies,
    translations,
  }
}
