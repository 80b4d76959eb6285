import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'

/** Where a vehicle was on its trip; the time in ms since 1970. */
export interface Position {
  readonly time: number
  readonly tripId: string
  /** Such as 20260216. */
  readonly serviceDate: string
  readonly vehicleId: string
  readonly longitude: number
  readonly latitude: number
}

const COLUMNS = {
  time: 'vehicle.timestamp',
  tripId: 'vehicle.trip.trip_id',
  serviceDate: 'vehicle.trip.start_date',
  vehicleId: 'vehicle.vehicle.id',
  longitude: 'vehicle.position.longitude',
  latitude: 'vehicle.position.latitude',
} as const

/** A CSV, or one in gzip, with GTFS-Realtime's paths as columns: in the order of time, without rows that lack a value. */
export async function readPositions(path: string): Promise<Position[]> {
  const bytes = await readFile(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  const [header = [], ...rows] = parse(text, { relax_column_count: true }) as string[][]
  const indexes = Object.fromEntries(
    Object.entries(COLUMNS).map(([field, column]) => {
      const index = header.indexOf(column)
      if (index === -1) throw new Error(`${path} has no column ${column}`)
      return [field, index]
    }),
  ) as Record<keyof typeof COLUMNS, number>
  const positions = rows.flatMap((row): Position[] => {
    const [time = '', longitude = '', latitude = ''] = [
      row[indexes.time],
      row[indexes.longitude],
      row[indexes.latitude],
    ]
    const [tripId = '', serviceDate = '', vehicleId = ''] = [
      row[indexes.tripId],
      row[indexes.serviceDate],
      row[indexes.vehicleId],
    ]
    if ([time, longitude, latitude, tripId, serviceDate].includes('')) return []
    const place = { longitude: Number(longitude), latitude: Number(latitude) }
    return [{ time: Number(time) * 1000, tripId, serviceDate, vehicleId, ...place }]
  })
  return positions.sort((a, b) => a.time - b.time)
}
