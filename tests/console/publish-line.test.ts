import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { fillAt, findFault } from '../../console/pages/devices/calibration.ts'
import type { Device, Kind } from '../../console/pages/devices/device.ts'
import { writePublishLine } from '../../console/pages/devices/publish-line.ts'
import { PAYLOAD_SCHEMAS } from '../../model/reading.ts'

const KINDS: readonly Kind[] = ['bin', 'traffic', 'display', 'vehicle']

function createDevice(kind: Kind, settings: object = {}): Device {
  const nothing = { name: null, longitude: null, latitude: null, uprn: null, usrn: null, stopIds: [] }
  return { id: 'a-1', kind, ...nothing, settings: { ...settings } }
}

/** The words that a shell makes of the line for a broker at this address. */
async function readWords(url: string | null, device: Device, password = 'secret'): Promise<string[]> {
  const mqtt = { url, topicPrefix: 'kerbside/v1/town' }
  const line = writePublishLine(mqtt, device, { username: 'town/a-1', password })
  const { stdout } = await promisify(execFile)('sh', ['-c', `printf '%s\\n' ${line}`])
  return stdout.trimEnd().split('\n')
}

test('a shell reads every word as it was meant', async () => {
  const words = await readWords('mqtt://broker.example:1884', createDevice('bin'), `it's $HOME "; ls`)
  expect(words).toEqual([
    'mosquitto_pub',
    ...['-h', 'broker.example', '-p', '1884', '-u', 'town/a-1', '-P', `it's $HOME "; ls`, '-q', '1'],
    ...['-t', 'kerbside/v1/town/bin/a-1/reading', '-m', '{"fillPercent":42,"batteryPercent":90}'],
  ])
})

test.each([
  ['mqtt://[::1]', '::1', '1883', false],
  ['mqtts://broker.example', 'broker.example', '8883', true],
  ['wss://broker.example/mqtt', 'broker.example', '8883', true],
  [null, 'HOST', '1883', false],
])(
  'of %s it takes the host and the port, and TLS where that is spoken',
  async (url, host, port, isSecure) => {
    const words = await readWords(url, createDevice('bin'))
    expect(words.slice(1, 5)).toEqual(['-h', host, '-p', port])
    expect(words.includes('--capath')).toBe(isSecure)
  },
)

test.each(KINDS)('the payload is a reading of a %s', async (kind) => {
  const words = await readWords(null, createDevice(kind))
  const payload = JSON.parse(words[words.indexOf('-m') + 1] ?? '')
  expect(PAYLOAD_SCHEMAS[kind].strict().parse(payload)).toEqual(payload)
})

test('a calibrated bin publishes a distance, which is half full', async () => {
  const calibration = { emptyDistanceMm: 1200, fullDistanceMm: 200 }
  const words = await readWords(null, createDevice('bin', calibration))
  const { distanceMm } = JSON.parse(words[words.indexOf('-m') + 1] ?? '')
  expect(fillAt(distanceMm, calibration)).toBe(50)
  expect(fillAt(1500, calibration)).toBe(0)
  expect(fillAt(100, calibration)).toBe(100)
})

test('a calibration says what is wrong with it', () => {
  expect(findFault({ emptyDistanceMm: 1200, fullDistanceMm: 200 })).toBeUndefined()
  expect(findFault({ emptyDistanceMm: 200, fullDistanceMm: 200 })).toContain('has to be larger')
  expect(findFault({ emptyDistanceMm: 240, fullDistanceMm: 200 })).toContain('Only 40 mm')
  expect(findFault({ emptyDistanceMm: Number.NaN, fullDistanceMm: 200 })).toContain('Both')
})
