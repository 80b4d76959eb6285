import { expect, test } from 'vitest'
import type { TimedPayload } from '../../device-sim/behaviour/timed-payload.ts'
import { listTownDevices, type TownDevice } from '../../device-sim/list-town-devices.ts'
import { createTown } from '../../device-sim/town/create-town.ts'
import { type TroubleName, troubleDevices } from '../../device-sim/troubles.ts'
import { PAYLOAD_SCHEMAS } from '../../model/reading.ts'

const HOUR_MS = 3_600_000
const since = Date.parse('2026-11-28T20:00:00Z')
const devices = listTownDevices(createTown({ seed: 1 }))
const suffering = new Map<TroubleName, string>()
const troubled = troubleDevices(devices, { since, onTrouble: (name, id) => suffering.set(name, id) })

function find(list: readonly TownDevice[], name: TroubleName): TownDevice {
  return list.find(({ id }) => id === suffering.get(name)) as TownDevice
}

function readingsOf(device: TownDevice, from: number, to: number): TimedPayload[] {
  return [...device.readings({ from, to })]
}

/** What a device in trouble says from two hours before `since` to an hour after it. */
function payloadsOf(name: TroubleName): TimedPayload['payload'][] {
  const device = find(troubled, name)
  return readingsOf(device, since - 2 * HOUR_MS, since + HOUR_MS).map(({ payload }) => payload)
}

test('one device has each trouble, and none has two', () => {
  expect([...suffering.keys()].sort()).toEqual([
    'batteryLow',
    'darkDisplay',
    'fire',
    'silentBin',
    'silentCounter',
    'tilt',
    'zeroCounter',
  ])
  expect(new Set(suffering.values()).size).toBe(7)
})

test('all others say what they always did, and those in trouble what they did before', () => {
  const ids = new Set(suffering.values())
  for (const [index, device] of troubled.entries()) {
    const before = devices[index] as TownDevice
    const begin = since - 30 * HOUR_MS
    // The fire's bin says beside all else that it does not burn.
    if (device.id === suffering.get('fire')) continue
    const end = ids.has(device.id) ? since - 13 * HOUR_MS : since + HOUR_MS / 4
    expect(readingsOf(device, begin, end), device.id).toEqual(readingsOf(before, begin, end))
  }
})

test('a bin burns for a quarter of an hour, from the first moment on, and says so each minute', () => {
  const readings = readingsOf(find(troubled, 'fire'), since - 2 * HOUR_MS, since + 2 * HOUR_MS)
  const times = readings.map(({ sentTime }) => sentTime)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  const alarms = readings.filter(({ payload }) => payload['fireAlarm'] === true)
  expect(alarms.map(({ time }) => (time - since) / 60_000)).toEqual(Array.from({ length: 15 }, (_, i) => i))
  expect(alarms.every(({ payload }) => Number(payload['temperatureC']) > 75)).toBe(true)
  const after = readings.filter(({ time }) => time >= since + 15 * 60_000)
  expect(after.length).toBeGreaterThan(1)
  expect(after.every(({ payload }) => payload['fireAlarm'] === false)).toBe(true)
  // Asked from the middle on, it says the same.
  const middle = since + 5 * 60_000 + 1
  expect(readingsOf(find(troubled, 'fire'), middle, since + 2 * HOUR_MS)).toEqual(
    readings.filter(({ sentTime }) => sentTime >= middle),
  )
})

test('a bin has fallen over, one has no power left, a display is dark, and a counter counts nobody', () => {
  expect(new Set(payloadsOf('tilt').map(({ tiltDegrees }) => tiltDegrees))).toEqual(new Set([78]))
  expect(new Set(payloadsOf('batteryLow').map(({ batteryPercent }) => batteryPercent))).toEqual(new Set([6]))
  expect(new Set(payloadsOf('darkDisplay').map(({ state }) => state))).toEqual(new Set(['dark']))
  const zeros = payloadsOf('zeroCounter')
  expect(zeros.length).toBeGreaterThan(2)
  expect(new Set(zeros.flatMap(({ counts }) => Object.values(counts as object)))).toEqual(new Set([0]))
  expect(zeros.some((payload) => 'meanSpeedKph' in payload)).toBe(false)
})

test.each(['silentBin', 'silentCounter'] as const)('%s has said its last word', (name) => {
  const device = find(troubled, name)
  expect(readingsOf(device, since - 30 * HOUR_MS, since - 10 * HOUR_MS).length).toBeGreaterThan(10)
  expect(payloadsOf(name)).toEqual([])
  // Also where nobody says when to end.
  expect([...device.readings({ from: since, to: Number.POSITIVE_INFINITY })]).toEqual([])
})

test('what they say is what a device may say', () => {
  for (const name of suffering.keys()) {
    const { kind } = find(troubled, name)
    for (const payload of payloadsOf(name)) PAYLOAD_SCHEMAS[kind].parse(payload)
  }
})
