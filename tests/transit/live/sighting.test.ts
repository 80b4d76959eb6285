import { expect, test } from 'vitest'
import type { Reading } from '../../../model/reading.ts'
import { toSighting } from '../../../transit/live/sighting.ts'

const RECEIVED = Date.UTC(2026, 1, 16, 10)
const reading = (change: Partial<Reading>): Reading => ({
  authority: 'town',
  kind: 'vehicle',
  device: 'bus-1',
  part: '',
  time: RECEIVED,
  receivedTime: RECEIVED,
  fields: { longitude: -2.4, latitude: 51.4, tripId: '', routeId: 'R1' },
  ...change,
})

test('a vehicle whose clock is ahead was seen when its message came, and one whose message was late when it says', () => {
  expect(toSighting(reading({ time: RECEIVED + 300_000 }))?.time).toBe(RECEIVED)
  expect(toSighting(reading({ time: RECEIVED - 300_000 }))?.time).toBe(RECEIVED - 300_000)
})

test('what is empty is not said, and who has no place is not seen', () => {
  expect(toSighting(reading({}))).toMatchObject({ vehicle: 'bus-1', tripId: null, routeId: 'R1' })
  expect(toSighting(reading({ fields: { longitude: 0, latitude: 0 } }))).toBeUndefined()
  expect(toSighting(reading({ fields: { longitude: -2.4 } }))).toBeUndefined()
})
