import { join } from 'node:path'
import { formatTime } from '../../model/time.ts'
import type { DeviceToRegister } from '../client/register-devices.ts'
import { readCsv } from './read-csv.ts'
import { RECORDED_READINGS_MAX, type RecordedReading, type RecordedRows, tooLong } from './recorded-rows.ts'

/**
 * Fill levels of bins: `fill.csv.gz` with `bin,ts,fill_pct` and `sites.csv` with
 * `bin,lat,lon,stream,threshold_pct,name`, as the City of Wyndham's daily readings come in.
 */
export async function readBinFill(path: string): Promise<RecordedRows> {
  const devices = new Map<string, DeviceToRegister>()
  for await (const row of readCsv(join(path, 'sites.csv'), [
    'bin',
    'lat',
    'lon',
    'stream',
    'threshold_pct',
    'name',
  ])) {
    const id = row.id('bin')
    if (devices.has(id)) row.fail('bin', 'each bin once')
    devices.set(id, {
      id,
      kind: 'bin',
      name: row.text('name') || null,
      longitude: row.number('lon', -180, 180),
      latitude: row.number('lat', -90, 90),
      settings: {
        thresholdPercent: row.number('threshold_pct', 1, 100),
        ...(row.text('stream') === '' ? {} : { stream: row.text('stream') }),
      },
    })
  }
  const readings: RecordedReading[] = []
  const file = join(path, 'fill.csv.gz')
  for await (const row of readCsv(file, ['bin', 'ts', 'fill_pct'])) {
    const device = row.text('bin')
    if (!devices.has(device)) row.fail('bin', 'a bin of sites.csv')
    const time = row.time('ts')
    readings.push({
      kind: 'bin',
      device,
      time,
      sentTime: time,
      payload: { time: formatTime(time), fillPercent: row.number('fill_pct', 0, 100) },
    })
    if (readings.length > RECORDED_READINGS_MAX) throw tooLong(file)
  }
  return { timeZone: 'Australia/Melbourne', devices: [...devices.values()], readings }
}
