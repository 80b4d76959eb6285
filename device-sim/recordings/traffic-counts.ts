import { join } from 'node:path'
import { formatTime } from '../../model/time.ts'
import type { DeviceToRegister } from '../client/register-devices.ts'
import { readCsv } from './read-csv.ts'
import { RECORDED_READINGS_MAX, type RecordedReading, type RecordedRows, tooLong } from './recorded-rows.ts'

const INTERVAL_SECONDS = 3_600

/**
 * Hourly counts of traffic detectors: `counts.csv.gz` with `site,ts,count,speed_kph` (`ts` is the hour's start, the
 * speed empty where nobody passed) and `sites.csv` with `site,lat,lon,road,direction,lanes`, as Berlin's come in.
 */
export async function readTrafficCounts(path: string): Promise<RecordedRows> {
  const devices = new Map<string, DeviceToRegister & { direction: string }>()
  for await (const row of readCsv(join(path, 'sites.csv'), [
    'site',
    'lat',
    'lon',
    'road',
    'direction',
    'lanes',
  ])) {
    const id = row.id('site')
    if (devices.has(id)) row.fail('site', 'each site once')
    const direction = row.text('direction')
    if (direction.length > 64) row.fail('direction', 'at most 64 characters')
    devices.set(id, {
      id,
      kind: 'traffic',
      name: [row.text('road'), direction].filter((part) => part !== '').join(', ') || null,
      longitude: row.number('lon', -180, 180),
      latitude: row.number('lat', -90, 90),
      settings: { laneCount: row.number('lanes', 1, 99), reportIntervalSeconds: INTERVAL_SECONDS },
      direction,
    })
  }
  const readings: RecordedReading[] = []
  const file = join(path, 'counts.csv.gz')
  for await (const row of readCsv(file, ['site', 'ts', 'count', 'speed_kph'])) {
    const device = devices.get(row.text('site')) ?? row.fail('site', 'a site of sites.csv')
    const time = row.time('ts')
    const count = row.number('count', 0, 1_000_000)
    if (!Number.isInteger(count)) row.fail('count', 'a whole number')
    const meanSpeedKph = row.optionalNumber('speed_kph', 0, 400)
    readings.push({
      kind: 'traffic',
      device: device.id,
      time,
      sentTime: time + INTERVAL_SECONDS * 1000,
      payload: {
        time: formatTime(time),
        intervalSeconds: INTERVAL_SECONDS,
        ...(device.direction === '' ? {} : { direction: device.direction }),
        count,
        ...(meanSpeedKph === undefined ? {} : { meanSpeedKph }),
      },
    })
    if (readings.length > RECORDED_READINGS_MAX) throw tooLong(file)
  }
  return {
    timeZone: 'Europe/Berlin',
    devices: [...devices.values()].map(({ direction: _direction, ...device }) => device),
    readings,
  }
}
