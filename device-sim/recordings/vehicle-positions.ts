import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { strFromU8, unzipSync } from 'fflate'
import { KerbsideError, messageOf } from '../../model/error.ts'
import { OCCUPANCY_STATUSES } from '../../model/reading.ts'
import { formatTime } from '../../model/time.ts'
import type { DeviceToRegister } from '../client/register-devices.ts'
import { type CsvRow, readCsv } from './read-csv.ts'
import { RECORDED_READINGS_MAX, type RecordedReading, type RecordedRows, tooLong } from './recorded-rows.ts'

const COLUMNS = [
  'vehicle.trip.trip_id',
  'vehicle.trip.start_date',
  'vehicle.trip.route_id',
  'vehicle.position.latitude',
  'vehicle.position.longitude',
  'vehicle.position.bearing',
  'vehicle.position.speed',
  'vehicle.timestamp',
  'vehicle.vehicle.id',
  'vehicle.vehicle.label',
  'vehicle.occupancy_status',
]

// GTFS-Realtime gives speeds in metres a second.
const KPH_PER_METRE_A_SECOND = 3.6

/**
 * Vehicle positions of a GTFS-Realtime feed, flattened into the columns of `vehicle_positions_*.csv.gz`. A vehicle's
 * identity is its id, and a position's the id with its timestamp. `gtfs.zip` beside them tells the time zone.
 */
export async function readVehiclePositions(path: string): Promise<RecordedRows> {
  const devices = new Map<string, DeviceToRegister>()
  const readings: RecordedReading[] = []
  const files = (await readdir(path)).filter((name) => /^vehicle_positions_.*\.csv\.gz$/.test(name)).sort()
  for (const file of files) {
    for await (const row of readCsv(join(path, file), COLUMNS)) {
      const device = row.id('vehicle.vehicle.id')
      if (!devices.has(device)) {
        devices.set(device, { id: device, kind: 'vehicle', name: row.text('vehicle.vehicle.label') || null })
      }
      // GTFS-Realtime's timestamps are seconds since 1970; later than 2100 they are milliseconds by mistake.
      const time = row.number('vehicle.timestamp', 946_684_800, 4_102_444_800) * 1000
      readings.push({ kind: 'vehicle', device, time, sentTime: time, payload: payloadOf(row, time) })
      if (readings.length > RECORDED_READINGS_MAX) throw tooLong(join(path, file))
    }
  }
  return { timeZone: await findTimeZone(join(path, 'gtfs.zip')), devices: [...devices.values()], readings }
}

function payloadOf(row: CsvRow, time: number): Record<string, unknown> {
  const bearingDegrees = row.optionalNumber('vehicle.position.bearing', 0, 360)
  const speed = row.optionalNumber('vehicle.position.speed', 0, 600 / KPH_PER_METRE_A_SECOND)
  const startDate = row.text('vehicle.trip.start_date')
  if (!/^(\d{8})?$/.test(startDate)) row.fail('vehicle.trip.start_date', 'a date as YYYYMMDD, or nothing')
  const occupancyIndex = row.optionalNumber('vehicle.occupancy_status', 0, OCCUPANCY_STATUSES.length - 1)
  const payload = {
    time: formatTime(time),
    longitude: row.number('vehicle.position.longitude', -180, 180),
    latitude: row.number('vehicle.position.latitude', -90, 90),
    bearingDegrees,
    speedKph: speed === undefined ? undefined : speed * KPH_PER_METRE_A_SECOND,
    tripId: row.text('vehicle.trip.trip_id') || undefined,
    startDate: startDate || undefined,
    routeId: row.text('vehicle.trip.route_id') || undefined,
    occupancyStatus: occupancyIndex === undefined ? undefined : OCCUPANCY_STATUSES[occupancyIndex],
  }
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined))
}

async function findTimeZone(path: string): Promise<string> {
  if (!existsSync(path)) return 'UTC'
  try {
    const files = unzipSync(await readFile(path), { filter: ({ name }) => name === 'agency.txt' })
    const text = files['agency.txt']
    if (!text) return 'UTC'
    const rows = parse(strFromU8(text), { columns: true, bom: true }) as Record<string, string>[]
    return rows[0]?.['agency_timezone'] || 'UTC'
  } catch (error) {
    throw new KerbsideError('INVALID_FILE', `${path}: agency.txt cannot be read: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
