import { expect, test } from 'vitest'
import { createStopBoards } from '../../api/stop-boards.ts'
import { createTransitMoment } from '../../transit/feed/transit-moment.ts'
import { createSnapshot, createTown, NOON, trackTrip } from '../transit/feed/live-town.ts'

test('what left a stop within the hour is told apart from what is late', async () => {
  const { timetable } = createTown()
  const now = NOON + 10 * 60_000
  const late = trackTrip(timetable, { tripId: 'R1-weekday-12-0', now, delaySeconds: 600 })
  const moment = createTransitMoment({
    timetable,
    snapshot: createSnapshot(timetable, [late], now),
    changes: [],
    alerts: [],
    now,
  })
  const source = createStopBoards({ findMoment: async () => moment, onChange: () => () => false } as never)
  const board = (await source.find('town'))?.get('stop-6')
  const tripIds = board?.departures.map(({ tripId }) => tripId)
  expect(tripIds?.slice(0, 2)).toEqual(['R1-weekday-12-0', 'R2-weekday-12-1'])
  const departed = board?.listDeparted?.() ?? []
  expect(departed.at(-1)).toMatch(/^R3-weekday-12-0\./)
  expect(departed.length).toBeGreaterThan(3)
  expect(departed.join()).not.toContain('R1-weekday-12-0.')
  expect(departed.join()).not.toContain('R1-weekday-11-0.')
})
