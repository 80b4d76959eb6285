import { expect, test } from 'vitest'
import { judgeAccuracy } from '../../alerts/conditions/judge-accuracy.ts'
import { type IncomingFeed, judgeFeed } from '../../alerts/conditions/judge-feed.ts'
import { judgeJournal } from '../../alerts/conditions/judge-journal.ts'
import { judgeQuarantine } from '../../alerts/conditions/judge-quarantine.ts'
import type { Outcome } from '../../alerts/outcome.ts'

function say(outcome: Outcome): string {
  return typeof outcome === 'string' ? outcome : outcome.summary
}

test('a journal that fills up, or readings that wait for long, are raised until there is room again', () => {
  const levels = [10, 79, 80, 61, 59].map((filledPercent) =>
    say(judgeJournal({ filledPercent, pending: 12, lagSeconds: 0 })),
  )
  expect(levels).toEqual([
    'well',
    'unsure',
    'The journal is 80 % full, with 12 readings that wait: at 100 % nothing more is acknowledged.',
    'unsure',
    'well',
  ])
  const lags = [5, 300, 900, 119].map((lagSeconds) =>
    say(judgeJournal({ filledPercent: undefined, pending: 7, lagSeconds })),
  )
  expect(lags).toEqual(['well', 'unsure', '7 readings wait to be stored, the oldest for 15 minutes.', 'well'])
})

test('a quarantine that rises beyond what is usual is raised, and what was always so is not', () => {
  const judge = (quarantined: number, usual = 0) =>
    say(
      judgeQuarantine(
        { seconds: 1_800, accepted: 1_000, quarantined },
        { seconds: 0, accepted: 100_000, quarantined: usual },
      ),
    )
  expect([judge(0), judge(10), judge(19), judge(20)]).toEqual([
    'well',
    'well',
    'unsure',
    '20 of 1000 readings of the last 30 minutes could not be read, 2 %; usually 0 %.',
  ])
  expect([judge(50, 5_000), judge(90, 5_000), judge(160, 5_000)]).toEqual([
    'well',
    'unsure',
    '160 of 1000 readings of the last 30 minutes could not be read, 16 %; usually 5 %.',
  ])
  expect(
    say(
      judgeQuarantine(
        { seconds: 60, accepted: 0, quarantined: 0 },
        { seconds: 0, accepted: 9, quarantined: 9 },
      ),
    ),
  ).toBe('unsure')
})

test('accuracy that falls far below what is usual is raised, where enough predictions say so', () => {
  const usually = { count: 10_000, good: 8_000 }
  const judge = (good: number, count = 1_000) => say(judgeAccuracy({ count, good }, usually))
  expect([judge(800), judge(700), judge(640), judge(721), judge(0, 100)]).toEqual([
    'well',
    'unsure',
    "64 % of the last hour's 1000 predictions were good; usually 80 % are.",
    'well',
    'unsure',
  ])
  expect(say(judgeAccuracy({ count: 1_000, good: 0 }, { count: 100, good: 100 }))).toBe('unsure')
})

test('a connection that brings nothing, or no vehicle that is due, is a stale feed', () => {
  const feed = (changes: Partial<IncomingFeed>): IncomingFeed => ({
    id: 'metro',
    intervalSeconds: 20,
    knownSeconds: 9_000,
    ageSeconds: 10,
    problem: null,
    ...changes,
  })
  const slow = feed({ intervalSeconds: 3_600, ageSeconds: 7_200 })
  expect(judgeFeed([feed({}), slow], undefined)).toBe('well')
  const stale = feed({ ageSeconds: 601, problem: 'it answered 503' })
  expect(judgeFeed([feed({}), stale], undefined)).toMatchObject({
    summary: 'The connection metro has brought nothing for 10 minutes: it answered 503',
    detail: { ageSeconds: 601, connections: 1 },
  })
  // Where vehicles speak by themselves, nights are quiet.
  const spoken = feed({ intervalSeconds: undefined, ageSeconds: 5_000 })
  const share = { due: 0, live: 0, darkSeconds: 0, wasLive: true }
  expect(judgeFeed([spoken], share)).not.toHaveProperty('summary')
  expect(judgeFeed([spoken], { ...share, due: 5 })).toHaveProperty('summary')
  const dark = { due: 12, live: 0, darkSeconds: 900, wasLive: true }
  expect(judgeFeed([], dark)).toMatchObject({ severity: 'critical', detail: { trips: 12 } })
  expect(judgeFeed([], { ...dark, wasLive: false })).toBe('unsure')
  expect(judgeFeed([], { ...dark, due: 2 })).toBe('unsure')
  expect(judgeFeed([], { ...dark, live: 1, darkSeconds: 0 })).toBe('well')
})
