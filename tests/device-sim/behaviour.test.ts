import { describe, expect, test } from 'vitest'
import { listTownDevices, type TownDevice } from '../../device-sim/list-town-devices.ts'
import { createTown } from '../../device-sim/town/create-town.ts'
import { distanceM, nearestOnSegment, type Point } from '../../device-sim/town/geometry.ts'
import { PAYLOAD_SCHEMAS } from '../../model/reading.ts'
import { parseTime } from '../../model/time.ts'

const DAY_MS = 86_400_000
const MONDAY = Date.parse('2026-06-01T00:00:00Z')
const town = createTown({ seed: 1 })
const devices = listTownDevices(town)
const ofKind = (kind: TownDevice['kind']): TownDevice[] => devices.filter((device) => device.kind === kind)
const readingsOf = (device: TownDevice, days: number) => [
  ...device.readings({ from: MONDAY, to: MONDAY + days * DAY_MS }),
]

describe.each(['bin', 'traffic', 'display', 'vehicle'] as const)('a %s', (kind) => {
  test('sends only what the model takes, in the order of time', () => {
    for (const device of ofKind(kind).slice(0, 12)) {
      const readings = readingsOf(device, 2)
      expect(readings.length, device.id).toBeGreaterThan(40)
      let last = 0
      for (const { payload, time, sentTime } of readings) {
        PAYLOAD_SCHEMAS[kind].parse(payload)
        expect(parseTime(payload['time'])).toBe(time)
        expect(sentTime).toBeGreaterThanOrEqual(Math.max(time, last))
        last = sentTime
      }
    }
  })

  test('says the same of a day, whenever it is asked', () => {
    for (const device of ofKind(kind).slice(0, 6)) {
      const from = MONDAY + DAY_MS
      const to = from + DAY_MS / 4
      const whole = readingsOf(device, 2).filter(({ sentTime }) => sentTime >= from && sentTime < to)
      expect([...device.readings({ from, to })]).toEqual(whole)
      expect(
        [...listTownDevices(town)]
          .find(({ id }) => id === device.id)
          ?.readings({ from, to })
          .next().value,
      ).toEqual(whole[0])
    }
  })
})

test('bins fill and are emptied several times a week', () => {
  for (const device of ofKind('bin')
    .filter((_, index) => index % 2 === 0)
    .slice(0, 20)) {
    const levels = readingsOf(device, 14).map(({ payload }) => payload['fillPercent'] as number)
    const emptied = levels.filter((level, index) => index > 0 && level < (levels[index - 1] as number) - 8)
    expect(emptied.length, device.id).toBeGreaterThan(2)
    expect(emptied.length, device.id).toBeLessThan(16)
  }
})

test('every other bin measures a distance between empty and full', () => {
  const distances = ofKind('bin').filter(
    ({ toRegister }) => toRegister.settings?.emptyDistanceMm !== undefined,
  )
  expect(distances.length).toBe(100)
  for (const device of distances.slice(0, 10)) {
    const { emptyDistanceMm = 0, fullDistanceMm = 0 } = device.toRegister.settings ?? {}
    for (const { payload } of readingsOf(device, 3)) {
      expect(payload['distanceMm']).toBeLessThan(emptyDistanceMm + 40)
      expect(payload['distanceMm']).toBeGreaterThan(fullDistanceMm - 80)
      expect(payload['fillPercent']).toBeUndefined()
    }
  }
})

test('counters count more by day than by night, about as many as their street carries', () => {
  for (const [index, device] of ofKind('traffic').entries()) {
    const readings = readingsOf(device, 5)
    const total = (isIncluded: (hour: number) => boolean): number =>
      readings
        .filter(({ time }) => isIncluded(new Date(time).getUTCHours()))
        .flatMap(({ payload }) => Object.values(payload['counts'] as Record<string, number>))
        .reduce((a, b) => a + b, 0)
    const perDay = total(() => true) / 5
    const expected = town.counters[index]?.vehiclesPerDay ?? 0
    expect(perDay / expected, device.id).toBeGreaterThan(0.85)
    expect(perDay / expected, device.id).toBeLessThan(1.15)
    expect(total((hour) => hour >= 7 && hour < 18)).toBeGreaterThan(5 * total((hour) => hour < 4))
  }
})

test('buses stay near their line, and no faster than buses', () => {
  for (const [index, device] of ofKind('vehicle').entries()) {
    const vehicle = town.vehicles[index]
    const line = town.lines.find(({ id }) => id === vehicle?.lineId)
    const inMetres = ([lon, lat]: readonly [number, number]) => ({ x: lon * 68_200, y: lat * 111_320 })
    const way = (line?.points ?? []).map(inMetres)
    const offM = (place: Point): number =>
      Math.min(...way.slice(1).map((b, at) => distanceM(place, nearestOnSegment(place, way[at] as Point, b))))
    for (const { payload } of readingsOf(device, 1).slice(0, 100)) {
      const place = [payload['longitude'], payload['latitude']] as [number, number]
      expect(offM(inMetres(place))).toBeLessThan(10)
      expect(payload['speedKph']).toBeLessThan(50)
      if (vehicle?.says !== 'nothing') expect(payload['routeId']).toBe(line?.id)
      if (payload['tripId'] === undefined) continue
      expect(vehicle?.says).toBe('trip')
      expect(payload['tripId']).toMatch(/^\d+-(out|back)-\d{4}-\d+$/)
    }
  }
})
