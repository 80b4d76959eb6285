import { describe, expect, test } from 'vitest'
import { termsOfDataset } from '../../exchange/dataset-terms.ts'
import { createPublishedView } from '../../exchange/published-view.ts'
import { roundPlace } from '../../exchange/round-place.ts'
import type { Device } from '../../model/device.ts'
import { measureMetres } from '../../model/measure-metres.ts'
import { createRandom } from '../../model/random.ts'
import { createReading } from '../fixtures/create-reading.ts'

const NOON = Date.UTC(2026, 1, 16, 12)

const BIN: Device = {
  id: 'bin-1',
  kind: 'bin',
  name: 'Market square',
  longitude: -1.5491,
  latitude: 53.8008,
  uprn: null,
  usrn: '123',
  stopIds: [],
  settings: { emptyDistanceMm: 1200, thresholdPercent: 80, stream: 'paper', makersOwn: 'secret' },
}
const HOUSEHOLD: Device = { ...BIN, id: 'bin-2', name: '12 Mill Lane', uprn: '100012345' }

describe('without a key', () => {
  test('a bin is where it stands, with what its settings say of its use', () => {
    const view = createPublishedView({}, 'bins', NOON)
    const shown = view.findDevice(BIN)
    expect(shown).toEqual({ ...BIN, settings: { stream: 'paper' } })
    expect(view.findDevice(BIN)).toBe(shown)
  })

  test('a bin of a household is not there, unless its authority has its place rounded', () => {
    expect(createPublishedView({}, 'bins', NOON).findDevice(HOUSEHOLD)).toBeUndefined()
    const rounded = (roundPlacesM: number) =>
      createPublishedView({ publication: { bins: { roundPlacesM } } }, 'bins', NOON).findDevice(HOUSEHOLD)
    const shown = rounded(500)
    expect(shown).toMatchObject({ id: 'bin-2', name: null, uprn: null, usrn: null })
    expect([shown?.longitude, shown?.latitude]).not.toContain(HOUSEHOLD.longitude)
    // Another grid is another answer, though the device is the same object.
    expect(rounded(1000)?.latitude).not.toBe(shown?.latitude)
  })

  test('readings are told without what concerns only those who keep the device', () => {
    const reading = createReading({
      time: '2026-02-16T11:00:00Z',
      fields: { fillPercent: 60, batteryPercent: 12, tiltDegrees: 3, sequence: 9, temperatureC: 4 },
    })
    const view = createPublishedView({}, 'bins', NOON)
    expect(view.findReading(reading)?.fields).toEqual({ fillPercent: 60, temperatureC: 4 })
  })

  test('what is younger than the delay is not told, counted from the end of what a counter counted', () => {
    const view = createPublishedView({ publication: { counters: { delaySeconds: 3600 } } }, 'counters', NOON)
    const counted = (time: string) =>
      createReading({ kind: 'traffic', time, fields: { intervalSeconds: 900, count: 1 } })
    expect(view.toldUntil).toBe(NOON - 3_600_000)
    expect(view.findReading(counted('2026-02-16T10:45:00Z'))).toBeDefined()
    expect(view.findReading(counted('2026-02-16T10:45:01Z'))).toBeUndefined()
  })
})

describe('a rounded place', () => {
  test('is the same for all of a cell, and never further away than its corner', () => {
    const random = createRandom(7)
    for (let count = 0; count < 2_000; count += 1) {
      const place = { longitude: random() * 360 - 180, latitude: random() * 160 - 80 }
      const gridM = 50 + random() * 5_000
      const rounded = roundPlace(place, gridM)
      expect(roundPlace(rounded, gridM), JSON.stringify({ place, gridM })).toEqual(rounded)
      const away = measureMetres(place.longitude, place.latitude, rounded.longitude, rounded.latitude)
      expect(away, JSON.stringify({ place, gridM })).toBeLessThan(gridM * 0.75)
    }
  })

  test.each([
    [180, 90],
    [-180, -90],
    [0, 89.9999],
    [179.9999, 0],
  ])('of %d, %d is on the earth', (longitude, latitude) => {
    const rounded = roundPlace({ longitude, latitude }, 10_000)
    expect(Math.abs(rounded.longitude)).toBeLessThanOrEqual(180)
    expect(Math.abs(rounded.latitude)).toBeLessThanOrEqual(90)
  })
})

test('a dataset has its own terms, and where it has none, the usual ones', () => {
  const authority = {
    id: 'alpha',
    name: 'Alpha',
    timeZone: 'UTC',
    published: [],
    licence: 'https://licence.example/all',
    attribution: 'Town of Alpha',
    publication: { bins: { licence: 'https://licence.example/bins', delaySeconds: 60 } },
  }
  expect(termsOfDataset(authority, 'bins')).toMatchObject({
    title: 'Bins',
    licence: 'https://licence.example/bins',
    attribution: 'Town of Alpha',
    delaySeconds: 60,
  })
  expect(termsOfDataset(authority, 'gtfs')).toMatchObject({ licence: authority.licence, delaySeconds: 0 })
})
