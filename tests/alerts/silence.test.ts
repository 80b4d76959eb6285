import { describe, expect, test } from 'vitest'
import { createUsualIntervals } from '../../alerts/usual-intervals.ts'
import type { Kind } from '../../model/device.ts'
import { createDevice, HOUR_MS, MINUTE_MS, START, type WatchedDevices, watchDevices } from './create-town.ts'

/** Devices that report every `everyMs`, evenly apart, but when they are silent; and what is told by looks each five minutes. */
function live(
  town: WatchedDevices,
  ids: readonly string[],
  {
    from,
    to,
    everyMs,
    isSilent = () => false,
  }: { from: number; to: number; everyMs: number; isSilent?: (id: string, time: number) => boolean },
): string[] {
  const told: string[] = []
  for (let time = from; time < to; time += 5 * MINUTE_MS) {
    for (const [index, id] of ids.entries()) {
      const offset = Math.floor((index * everyMs) / ids.length / MINUTE_MS) * MINUTE_MS
      for (let at = time; at < time + 5 * MINUTE_MS; at += MINUTE_MS) {
        if ((at - START - offset) % everyMs === 0 && !isSilent(id, at)) town.send(id, at)
      }
    }
    for (const change of town.look(time + 5 * MINUTE_MS))
      told.push(`${(time + 5 * MINUTE_MS - START) / HOUR_MS} ${change}`)
  }
  return told
}

function idsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `bin-${index}`)
}

const HOURLY = { reportIntervalSeconds: 3_600 }

describe('silence', () => {
  test('is raised of a device after three of its own intervals, once, and cleared as it is heard', () => {
    const ids = idsOf(20)
    const town = watchDevices(ids.map((id) => createDevice(id, 'bin', HOURLY)))
    const isSilent = (id: string, time: number) =>
      id === 'bin-0' && time > START && time < START + 8 * HOUR_MS
    const told = live(town, ids, { from: START, to: START + 12 * HOUR_MS, everyMs: HOUR_MS, isSilent })
    expect(told.map((line) => line.replace(/^(\d+)(\.\d+)? /, '$1 '))).toEqual([
      '3 +device-silent bin-0',
      '8 -device-silent bin-0',
    ])
  })

  test('is by what is usual of each where nothing is set: often, daily, or with pauses', () => {
    const intervals = createUsualIntervals()
    const limitOf = (id: string, kind: Kind = 'bin') => intervals.limitOf(createDevice(id, kind)).limitSeconds
    expect([limitOf('often'), limitOf('bus', 'vehicle')]).toEqual([26 * 3_600, 4 * 86_400])
    for (let minute = 0; minute < 5 * 1_440; minute += 10) intervals.hear('often', START + minute * MINUTE_MS)
    for (let day = 0; day < 20; day++) intervals.hear('daily', START + day * 24 * HOUR_MS)
    for (let day = 0; day < 20; day++) {
      for (let hour = 6; hour < 22; hour++) {
        intervals.hear('pauses', START + (day * 24 + hour) * HOUR_MS)
        intervals.hear('bus', START + (day * 24 + hour) * HOUR_MS)
      }
    }
    expect(limitOf('often')).toBe(1_800)
    expect(limitOf('daily')).toBe(48 * 3_600)
    expect(limitOf('pauses')).toBe(1.5 * 9 * 3_600)
    expect(limitOf('bus', 'vehicle')).toBe(26 * 3_600)
    const restored = createUsualIntervals(intervals.pack())
    expect(restored.limitOf(createDevice('pauses', 'bin'))).toEqual(
      intervals.limitOf(createDevice('pauses', 'bin')),
    )
    expect(
      createUsualIntervals(Buffer.from('nonsense')).limitOf(createDevice('daily', 'bin')).usualSeconds,
    ).toBeUndefined()
  })

  test('a long silence is not taken for what is usual, a new interval is', () => {
    const intervals = createUsualIntervals()
    const device = createDevice('bin-1', 'bin')
    let time = START
    const hearEvery = (hours: number, times: number) => {
      for (let count = 0; count < times; count++) {
        time += hours * HOUR_MS
        intervals.hear('bin-1', time)
      }
    }
    hearEvery(1, 60)
    // Whether it rests overnight is not known yet.
    expect(intervals.limitOf(device)).toEqual({ usualSeconds: 3_600, limitSeconds: 26 * 3_600 })
    hearEvery(1, 60)
    expect(intervals.limitOf(device).limitSeconds).toBe(3 * 3_600)
    hearEvery(72, 1)
    hearEvery(1, 1)
    expect(intervals.limitOf(device).limitSeconds).toBe(3 * 3_600)
    hearEvery(24, 6)
    expect(intervals.limitOf(device)).toMatchObject({ usualSeconds: 86_400, limitSeconds: 48 * 3_600 })
  })

  test('of thousands at once is one alert, which clears when they are back, and none of them is raised', () => {
    const ids = idsOf(2_000)
    const town = watchDevices(ids.map((id) => createDevice(id, 'bin', HOURLY)))
    const isSilent = (_: string, time: number) => time >= START + 2 * HOUR_MS && time < START + 10 * HOUR_MS
    const told = live(town, ids, { from: START, to: START + 16 * HOUR_MS, everyMs: HOUR_MS, isSilent })
    expect(told.map((line) => line.split(' ')[1])).toEqual(['+device-silent', '-device-silent'])
    const [raised, cleared] = told.map((line) => Number(line.split(' ')[0])) as [number, number]
    expect(raised).toBeGreaterThanOrEqual(4)
    expect(raised).toBeLessThanOrEqual(5)
    expect(cleared).toBeGreaterThan(10)
    expect(cleared).toBeLessThanOrEqual(11.1)
  })

  test('of a gateway that serves a part of the town is one alert, too; who stays silent after it is raised', () => {
    const ids = idsOf(400)
    const town = watchDevices(ids.map((id) => createDevice(id, 'bin', HOURLY)))
    const isOfGateway = (id: string) => Number(id.slice(4)) % 4 === 0
    const isSilent = (id: string, time: number) =>
      (isOfGateway(id) && time >= START + 2 * HOUR_MS && time < START + 8 * HOUR_MS) ||
      (id === 'bin-40' && time >= START + 2 * HOUR_MS)
    const told = live(town, ids, { from: START, to: START + 16 * HOUR_MS, everyMs: HOUR_MS, isSilent })
    expect(told.map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      '+device-silent',
      '-device-silent',
      '+device-silent bin-40',
    ])
  })

  test('says nothing while readings wait to be stored, or nobody was there to hear them', () => {
    const ids = idsOf(5)
    const town = watchDevices(ids.map((id) => createDevice(id, 'bin', HOURLY)))
    for (const id of ids) town.send(id, START)
    expect(town.look(START + 9 * HOUR_MS, { isBehind: true })).toEqual([])
    expect(town.look(START + 11 * HOUR_MS)).toEqual([])
    const restarted = watchDevices(ids.map((id) => createDevice(id, 'bin', HOURLY)))
    for (const id of ids) restarted.send(id, START)
    expect(restarted.look(START + 9 * HOUR_MS)).toEqual([])
    for (const id of ids.slice(1)) restarted.send(id, START + 9 * HOUR_MS)
    expect(restarted.look(START + 9 * HOUR_MS + MINUTE_MS)).toEqual([])
    for (const id of ids.slice(1)) restarted.send(id, START + 11 * HOUR_MS)
    expect(restarted.look(START + 12 * HOUR_MS + MINUTE_MS)).toEqual(['+device-silent bin-0'])
  })
})
