import { expect, test } from 'vitest'
import { ReceivedTimes } from '../../broker/journal-times.ts'

function start(deps: { reservedTime?: number; ahead?: []; devicesMax?: number } = {}) {
  const state = { now: 1_000 }
  const clock = { now: () => state.now, speed: 1 }
  return { state, times: new ReceivedTimes({ clock, reservedTime: 0, ahead: [], ...deps }) }
}

/** The next time of so many readings that tell no time of their own. */
function next(times: ReceivedTimes, authority: string, device: string, readings: number): number {
  const timeless = Array.from({ length: readings }, () => ({ fillPercent: 1 }))
  return times.next(authority, device, readings, Buffer.from(JSON.stringify(timeless)))
}

test('messages of one device in one millisecond get times apart by their readings, other devices are not moved', () => {
  const { times } = start()
  expect([next(times, 'a', 'x', 1), next(times, 'a', 'x', 30), next(times, 'a', 'x', 0)]).toEqual([
    1_000, 1_001, 1_000,
  ])
  expect(next(times, 'a', 'x', 1)).toBe(1_031)
  expect([next(times, 'a', 'y', 1), next(times, 'b', 'x', 1)]).toEqual([1_000, 1_000])
})

test('a clock that is set back gives no time again', () => {
  const { state, times } = start()
  next(times, 'a', 'x', 1)
  state.now = 500
  expect([next(times, 'a', 'x', 1), next(times, 'a', 'x', 1), next(times, 'a', 'y', 1)]).toEqual([
    1_001, 1_002, 1_000,
  ])
})

test('a runaway device is kept apart, so that after a restart it alone waits', () => {
  const { times } = start()
  next(times, 'a', 'quiet', 1)
  for (let count = 0; count < 50; count += 1) next(times, 'a', 'runaway', 1_000)
  const reserved = times.takeReserved()
  expect(reserved).toEqual({
    reservedTime: 1_100,
    ahead: [{ authority: 'a', device: 'runaway', nextTime: 51_000 }],
  })
  const restarted = new ReceivedTimes({ clock: { now: () => 1_010, speed: 1 }, ...reserved })
  expect(next(restarted, 'a', 'quiet', 1)).toBe(1_100)
  expect(next(restarted, 'a', 'runaway', 1)).toBe(51_000)
})

test('with more devices ahead of the clock than are kept, all go on from the last of them', () => {
  const { times } = start({ devicesMax: 20_000 })
  for (let index = 0; index <= 20_000; index += 1) next(times, 'a', `device-${index}`, 1_000)
  expect(next(times, 'a', 'device-0', 1)).toBeGreaterThanOrEqual(2_000)
  expect(times.takeReserved().reservedTime).toBeGreaterThanOrEqual(2_000)
  expect(next(times, 'a', 'newcomer', 1)).toBeGreaterThanOrEqual(2_000)
})

test('readings that tell their time leave the receipt of the device where the clock is', () => {
  const { times } = start()
  const timed = { time: 5, fillPercent: 1 }
  const give = (value: unknown): number =>
    times.next('a', 'x', Array.isArray(value) ? value.length : 1, Buffer.from(JSON.stringify(value)))
  for (let count = 0; count < 100; count += 1) expect(give(Array(1_000).fill(timed))).toBe(1_000)
  for (let count = 0; count < 100; count += 1) expect(give(timed)).toBe(1_000)
  // One that is alone is not looked into while the device is not ahead, and takes a millisecond all the same.
  expect(give({ fillPercent: 2 })).toBe(1_001)
  // Up to the last one without a time.
  expect(give([timed, { fillPercent: 3 }, timed, timed])).toBe(1_002)
  expect(give('no object')).toBe(1_004)
})
