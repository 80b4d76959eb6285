import { describe, expect, test } from 'vitest'
import { judgeTry, type TryVerdict } from '../../alerts/judge-try.ts'
import { type HookProgress, NEW_HOOK_PROGRESS } from '../../model/hook.ts'
import { createRandom } from '../../model/random.ts'

const HOUR_MS = 3_600_000
const AWAY = { problem: 'no answer', statusCode: null }
const DELIVERED = { problem: null, statusCode: 204 }

/** Tries as often as it says, from the time 0, until the verdict is one that it looks for. */
function tryUntil(isWanted: (verdict: TryVerdict) => boolean, before: HookProgress = NEW_HOOK_PROGRESS) {
  const random = createRandom(5)
  let progress = before
  const delays: number[] = []
  for (let now = 0, tries = 1; tries <= 2_000; tries += 1) {
    const verdict = judgeTry(progress, AWAY, { now, random })
    if (isWanted(verdict)) return { verdict, now, tries, delays }
    delays.push(verdict.nextTime - now)
    now = verdict.nextTime
    progress = verdict.progress
  }
  return expect.fail('it was not to be')
}

describe('what follows a try', () => {
  test('later and later, never by more than 12 minutes, and no two that failed at once together', () => {
    const { delays } = tryUntil(({ progress }) => progress.attempts === 40)
    for (const [index, delay] of delays.entries()) {
      const middle = Math.min(5_000 * 2 ** index, 600_000)
      expect(Math.abs(delay - middle)).toBeLessThanOrEqual(0.2 * middle)
    }
    expect(new Set(delays).size).toBe(delays.length)
  })

  test('an event is given up after more than a day, with a note, and the next one is tried at once', () => {
    const { verdict, now, tries } = tryUntil(({ status }) => status === 'given-up')
    expect(now).toBeGreaterThanOrEqual(25 * HOUR_MS)
    expect(now).toBeLessThan(25.3 * HOUR_MS)
    expect(verdict).toMatchObject({
      note: `given up after ${tries} tries in 25 hours: no answer`,
      nextTime: now,
      pauseNote: null,
      progress: { attempts: 0, triedSince: null, failingSince: 0, problem: 'no answer' },
    })
  })

  test('a hook that nothing was delivered to for three days is paused, and says so', () => {
    const { verdict, now } = tryUntil(({ pauseNote }) => pauseNote !== null)
    expect(now).toBeGreaterThanOrEqual(72 * HOUR_MS)
    expect(verdict).toMatchObject({ status: 'waiting', pauseNote: 'nothing could be delivered for 72 hours' })
  })

  test('what is delivered ends all that', () => {
    const { verdict } = tryUntil(({ progress }) => progress.attempts === 9)
    const now = 9 * HOUR_MS
    expect(judgeTry(verdict.progress, DELIVERED, { now, random: () => 0.5 })).toEqual({
      status: 'delivered',
      progress: { attempts: 0, triedSince: null, failingSince: null, deliveredTime: now, problem: null },
      nextTime: now,
      note: null,
      pauseNote: null,
    })
  })

  test('410 pauses at once, and who wants to be left alone for a while is', () => {
    const random = () => 0.5
    const gone = { problem: 'it answered 410', statusCode: 410 }
    expect(judgeTry(NEW_HOOK_PROGRESS, gone, { now: 0, random }).pauseNote).toContain('410 Gone')
    const busy = (retryAfterMs: number) => ({ problem: 'it answered 503', statusCode: 503, retryAfterMs })
    expect(judgeTry(NEW_HOOK_PROGRESS, busy(90_000), { now: 0, random }).nextTime).toBe(90_000)
    expect(judgeTry(NEW_HOOK_PROGRESS, busy(1e9), { now: 0, random }).nextTime).toBe(HOUR_MS)
    expect(judgeTry(NEW_HOOK_PROGRESS, busy(1), { now: 0, random }).nextTime).toBe(5_000)
  })
})
