import { expect, test } from 'vitest'
import { ReceivedTimes } from '../../broker/journal-times.ts'

function start(deps: { reservedTime?: number; ahead?: []; devicesMax?: number } = {}) {
  const state = { now: 1_000 }
  const clock = { now: () => state.now, speed: 1 }
  return { state, times: new ReceivedTimes({ clock, reservedTime: 0, ahead: [], ...deps }) }
}

test('messages of one device in one millisecond get times apart by their readings, other devices are not moved', () => {
  const { times } = start()
  expect([times.next('a', 'x', 1), times.next('a', 'x', 30), times.next('a', 'x', 0)]).toEqual([
    1_000, 1_001, 1_031,
  ])
  expect(times.next('a', 'x', 1)).toBe(1_032)
  expect([times.next('a', 'y', 1), times.next('b', 'x', 1)]).toEqual([1_000, 1_000])
})

test('a clock that is set back gives no time again', () => {
  const { state, times } = start()
  times.next('a', 'x', 1)
  state.now = 500
  expect([times.next('a', 'x', 1), times.next('a', 'x', 1), times.next('a', 'y', 1)]).toEqual([
    1_001, 1_002, 1_000,
  ])
})

test('a runaway device is kept apart, so that after a restart it alone waits', () => {
  const { times } = start()
  times.next('a', 'quiet', 1)
  for (let count = 0; count < 50; count += 1) times.next('a', 'runaway', 1_000)
  const reserved = times.takeReserved()
  expect(reserved).toEqual({
    reservedTime: 1_100,
    ahead: [{ authority: 'a', device: 'runaway', nextTime: 51_000 }],
  })
  const restarted = new ReceivedTimes({ clock: { now: () => 1_010, speed: 1 }, ...reserved })
  expect(restarted.next('a', 'quiet', 1)).toBe(1_100)
  expect(restarted.next('a', 'runaway', 1)).toBe(51_000)
})

test('with more devices ahead of the clock than are kept, all go on from the last of them', () => {
  const { times } = start({ devicesMax: 20_000 })
  for (let index = 0; index <= 20_000; index += 1) times.next('a', `device-${index}`, 1_000)
  const next = times.next('a', 'device-0', 1)
  expect(next).toBeGreaterThanOrEqual(2_000)
  expect(times.takeReserved().reservedTime).toBeGreaterThanOrEqual(2_000)
  expect(times.next('a', 'newcomer', 1)).toBeGreaterThanOrEqual(2_000)
})
