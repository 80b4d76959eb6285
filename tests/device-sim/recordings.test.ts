import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { openRecording, type Recording } from '../../device-sim/recordings/recording.ts'
import { summariseRecording } from '../../device-sim/recordings/summarise-recording.ts'
import { newDeviceSchema } from '../../model/device.ts'
import { PAYLOAD_SCHEMAS } from '../../model/reading.ts'
import { findTestData } from '../fixtures/find-test-data.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const wyndham = findTestData('bin-fill/wyndham')
test.skipIf(!wyndham)("Wyndham's bins are read with their streams and thresholds", async () => {
  const recording = await openRecording(wyndham ?? '')
  expectValid(recording)
  const { devices, readings, fields } = summariseRecording(recording)
  expect({ devices, readings, fields }).toEqual({
    devices: 20,
    readings: 16_480,
    fields: { fillPercent: { count: 16_480, sum: 434_180 } },
  })
  expect(recording.format).toBe('bin-fill')
  expect(recording.authority).toEqual({ id: 'wyndham', name: 'wyndham', timeZone: 'Australia/Melbourne' })
  expect(recording.firstTime).toBe(Date.parse('2018-06-26T00:00:00Z'))
  expect(recording.lastTime).toBe(Date.parse('2020-12-31T00:00:00Z'))
  expect(recording.devices.find(({ id }) => id === '1511192')).toMatchObject({
    name: 'General Practice R Werribee',
    settings: { thresholdPercent: 80, stream: 'recycling' },
  })
})

const berlin = findTestData('traffic/berlin-2023')
test.skipIf(!berlin)("Berlin's counters are read, each sent at the end of its hour", async () => {
  const recording = await openRecording(berlin ?? '')
  expectValid(recording)
  const { devices, readings, fields } = summariseRecording(recording)
  expect({ devices, readings }).toEqual({ devices: 26, readings: 50_927 })
  expect(fields['count']).toEqual({ count: 50_927, sum: 23_722_395 })
  expect(fields['meanSpeedKph']).toEqual({ count: 50_636, sum: 2_175_127 })
  expect(recording.readings.every(({ time, sentTime }) => sentTime === time + 3_600_000)).toBe(true)
})

const washington = findTestData('transit/wmata-3routes-2026')
test.skipIf(!washington)("Washington's buses are read, metres a second as km/h", async () => {
  const recording = await openRecording(washington ?? '')
  expectValid(recording)
  const { devices, readings } = summariseRecording(recording)
  expect({ devices, readings }).toEqual({ devices: 31, readings: 20_777 })
  expect(recording.authority.timeZone).toBe('America/New_York')
  const [first] = recording.readings.filter(({ device }) => device === '4582')
  expect(first?.payload).toEqual({
    time: '2026-02-16T15:58:35.000Z',
    longitude: -77.07974243164062,
    latitude: 38.93341827392578,
    bearingDegrees: 133,
    speedKph: 8.839200019836426 * 3.6,
    tripId: '30095100',
    startDate: '20260216',
    routeId: 'D96',
    occupancyStatus: 'NO_DATA_AVAILABLE',
  })
})

describe('a recording', () => {
  const SITES = 'bin,lat,lon,stream,threshold_pct,name\nA1,-37.9,144.7,general,80,First\n'

  test('gives an identity that is in it twice once, with the last values', async () => {
    const recording = await openRecording(
      writeFolder(
        SITES,
        'bin,ts,fill_pct\nA1,2020-01-02T00:00:00Z,20\nA1,2020-01-01T00:00:00Z,40\nA1,2020-01-02T00:00:00Z,60\n',
      ),
    )
    expect(recording.duplicateCount).toBe(1)
    expect(recording.readings.map(({ payload }) => payload['fillPercent'])).toEqual([40, 60])
  })

  test.each([
    [
      'a level out of its range',
      SITES,
      'bin,ts,fill_pct\nA1,2020-01-01T00:00:00Z,40\nA1,2020-01-02T00:00:00Z,140\n',
      /fill\.csv\.gz, row 3, column fill_pct: "140" is not allowed, but a number from 0 to 100/,
    ],
    ['an empty level', SITES, 'bin,ts,fill_pct\nA1,2020-01-01T00:00:00Z,\n', /row 2, column fill_pct: ""/],
    [
      'a time that is none',
      SITES,
      'bin,ts,fill_pct\nA1,yesterday,40\n',
      /row 2, column ts: "yesterday" is not allowed, but a time/,
    ],
    [
      'a bin that is nowhere',
      SITES,
      'bin,ts,fill_pct\nB9,2020-01-01T00:00:00Z,40\n',
      /row 2, column bin: "B9" is not allowed, but a bin of sites.csv/,
    ],
    [
      'a missing column',
      SITES,
      'bin,ts\nA1,2020-01-01T00:00:00Z\n',
      /row 1: the column fill_pct is missing; there are bin, ts/,
    ],
    [
      'a row that is too short',
      SITES,
      'bin,ts,fill_pct\nA1,2020-01-01T00:00:00Z\n',
      /fill\.csv\.gz.*Invalid Record Length/,
    ],
    [
      'a latitude that cannot be',
      SITES.replace('-37.9', '-137.9'),
      'bin,ts,fill_pct\n',
      /sites\.csv, row 2, column lat: "-137.9"/,
    ],
    ['no readings', SITES, 'bin,ts,fill_pct\n', /has no readings/],
  ])('with %s is refused, and says where', async (_, sites, fill, message) => {
    await expect(openRecording(writeFolder(sites, fill))).rejects.toThrow(message)
  })

  test('that is cut off in its compressed file is refused', async () => {
    const folder = writeFolder(SITES, '')
    const whole = gzipSync(`bin,ts,fill_pct\n${'A1,2020-01-01T00:00:00Z,40\n'.repeat(1_000)}`)
    writeFileSync(join(folder, 'fill.csv.gz'), whole.subarray(0, whole.length - 20))
    await expect(openRecording(folder)).rejects.toMatchObject({ code: 'INVALID_FILE' })
  })

  test('of an unknown format is refused with what is allowed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kerbside-recording-'))
    folders.push(folder)
    await expect(openRecording(folder)).rejects.toThrow(/fill\.csv\.gz and sites\.csv \(bin-fill\)/)
    await expect(openRecording(join(folder, 'nowhere'))).rejects.toThrow(/is no folder/)
  })

  function writeFolder(sites: string, fill: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'kerbside-recording-'))
    folders.push(folder)
    writeFileSync(join(folder, 'sites.csv'), sites)
    writeFileSync(join(folder, 'fill.csv.gz'), gzipSync(fill))
    return folder
  }
})

function expectValid({ devices, readings }: Recording): void {
  for (const device of devices) newDeviceSchema.parse(device)
  for (const { kind, payload } of readings) PAYLOAD_SCHEMAS[kind].parse(payload)
  let last = 0
  for (const { sentTime } of readings) {
    if (sentTime < last) throw new Error(`${sentTime} comes behind ${last}`)
    last = sentTime
  }
}
