import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import gtfsRealtime from 'gtfs-realtime-bindings'
import { describe, expect, test } from 'vitest'
import { checkFeed, type FeedCheck, type FeedQuality } from '../../../transit/quality/check-feed.ts'
import { readTimetable } from '../../../transit/timetable/read-timetable.ts'
import { findTestData } from '../../fixtures/find-test-data.ts'
import { createTown, NOON } from '../feed/live-town.ts'

const { FeedMessage } = gtfsRealtime.transit_realtime
const { timetable } = createTown()
const SECONDS = NOON / 1000

type Loose = Record<string, unknown>

function run(check: FeedCheck): FeedQuality {
  const steps = checkFeed(check)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

function check(entities: readonly Loose[], changes: { header?: Loose; check?: Partial<FeedCheck> } = {}) {
  const header = {
    gtfsRealtimeVersion: '2.0',
    incrementality: 0,
    timestamp: SECONDS - 5,
    feedVersion: 'town-1',
    ...changes.header,
  }
  const bytes = FeedMessage.encode(FeedMessage.create({ header, entity: entities } as never)).finish()
  const { speed, now } = { speed: 1, now: NOON }
  return run({ bytes, hash: 'a', timetable, now, speed, previous: undefined, ...changes.check })
}

function rulesOf({ errors, warnings }: FeedQuality): string[] {
  return [...errors, ...warnings].map(({ rule }) => rule)
}

const TRIP = {
  tripId: 'R1-weekday-12-0',
  routeId: 'R1',
  directionId: 0,
  startDate: '20260216',
  scheduleRelationship: 0,
}
const STOPS = [1, 2, 3].map((sequence) => ({
  stopSequence: sequence,
  stopId: `stop-${sequence}`,
  arrival: { time: SECONDS + sequence * 60 },
  departure: { time: SECONDS + sequence * 60 + 20 },
  scheduleRelationship: 0,
}))

function update(changes: { trip?: Loose; stops?: readonly Loose[] } & Loose = {}): Loose {
  const { trip, stops = STOPS, ...others } = changes
  const tripUpdate = {
    trip: { ...TRIP, ...trip },
    vehicle: { id: 'bus-1' },
    timestamp: SECONDS - 20,
    stopTimeUpdate: stops,
    ...others,
  }
  return { id: 'update-1', tripUpdate }
}

function position(changes: Loose = {}): Loose {
  const vehicle = {
    trip: TRIP,
    vehicle: { id: 'bus-1' },
    position: { latitude: 51.5, longitude: 0.02, bearing: 90, speed: 8 },
    currentStopSequence: 2,
    stopId: 'stop-2',
    timestamp: SECONDS - 20,
    ...changes,
  }
  return { id: 'vehicle-1', vehicle }
}

function change(index: number, changes: Loose): Loose[] {
  return STOPS.map((stop, at) => (at === index ? { ...stop, ...changes } : stop))
}

describe('a feed that is as it should be', () => {
  test('has nothing noted, and is described', () => {
    const alert = { id: 'alert-1', alert: { informedEntity: [{ routeId: 'R1' }, { stopId: 'stop-3' }] } }
    expect(check([update(), position(), alert])).toEqual({
      timestamp: SECONDS - 5,
      ageSeconds: 5,
      entities: 3,
      errors: [],
      warnings: [],
    })
  })

  test.each([
    ['a trip that is new', update({ trip: { tripId: 'extra', scheduleRelationship: 8 } })],
    ['a cancelled trip without stops', update({ trip: { scheduleRelationship: 3 }, stops: [] })],
    [
      'a stop that is skipped',
      update({ stops: change(1, { arrival: null, departure: null, scheduleRelationship: 1 }) }),
    ],
    ['a delay instead of a time', update({ stops: change(0, { arrival: { delay: 0 }, departure: null }) })],
    [
      'a vehicle without a trip, off all shapes',
      position({
        trip: null,
        currentStopSequence: null,
        stopId: null,
        position: { latitude: 51.51, longitude: 0.02 },
      }),
    ],
  ])('%s is no fault', (_, entity) => {
    expect(rulesOf(check([entity]))).toEqual([])
  })
})

describe('what is wrong is noted by its rule', () => {
  test.each<[string, Loose]>([
    ['E003', update({ trip: { tripId: 'nowhere' } })],
    ['E004', update({ trip: { routeId: 'R9', tripId: 'extra', scheduleRelationship: 8 } })],
    ['E016', update({ trip: { scheduleRelationship: 8 } })],
    ['E020', update({ trip: { startTime: '1200' } })],
    ['E021', update({ trip: { startDate: '2026-02-16' } })],
    ['E023', update({ trip: { startTime: '12:01:00' } })],
    ['E024', update({ trip: { directionId: 1 } })],
    ['E035', update({ trip: { routeId: 'R2' } })],
    ['K001', update({ trip: { startDate: '20260215' } })],
    ['W006', update({ trip: { tripId: null } })],
    ['W009', update({ trip: { scheduleRelationship: null } })],
    ['W001', update({ timestamp: null })],
    ['W002', update({ vehicle: null })],
    ['E012', update({ timestamp: SECONDS })],
    ['E041', update({ stops: [] })],
    [
      'E011',
      update({ stops: change(1, { stopId: null, stopTimeProperties: { assignedStopId: 'stop-99' } }) }),
    ],
    ['E040', update({ stops: change(1, { stopId: null, stopSequence: null }) })],
    ['E042', update({ stops: change(1, { scheduleRelationship: 2 }) })],
    ['E043', update({ stops: change(1, { arrival: null, departure: null }) })],
    ['E044', update({ stops: change(1, { arrival: {} }) })],
    ['E045', update({ stops: change(1, { stopId: 'stop-7' }) })],
    ['E051', update({ stops: change(2, { stopSequence: 77 }) })],
    ['E025', update({ stops: change(2, { departure: { time: SECONDS + 170 } }) })],
    ['E001', update({ stops: change(2, { departure: { time: NOON } }) })],
    [
      'E022',
      update({ stops: change(1, { arrival: { time: SECONDS + 30 }, departure: { time: SECONDS + 90 } }) }),
    ],
    ['E026', position({ position: { latitude: 151.5, longitude: 0.02 } })],
    ['E027', position({ position: { latitude: 51.5, longitude: 0.02, bearing: 400 } })],
    ['E029', position({ position: { latitude: 51.503, longitude: 0.02 } })],
    [
      'E028',
      position({ trip: null, currentStopSequence: null, position: { latitude: 51.53, longitude: 0.02 } }),
    ],
    ['W004', position({ position: { latitude: 51.5, longitude: 0.02, speed: 27 } })],
    ['E051', position({ currentStopSequence: 44 })],
    ['E032', { id: 'a', alert: {} }],
    ['E033', { id: 'a', alert: { informedEntity: [{}] } }],
    ['E034', { id: 'a', alert: { informedEntity: [{ agencyId: 'nobody' }] } }],
    [
      'E035',
      { id: 'a', alert: { informedEntity: [{ routeId: 'R2', trip: { tripId: 'R1-weekday-12-0' } }] } },
    ],
    ['E039', { ...update(), isDeleted: true }],
  ])('%s, and nothing else: %#', (rule, entity) => {
    const { errors, warnings } = check([entity])
    const found = [...errors, ...warnings]
    expect(found.map((finding) => finding.rule)).toEqual([rule])
    expect(rule.startsWith('W') ? warnings : errors).toHaveLength(1)
    expect(found[0]).toMatchObject({
      count: 1,
      title: expect.stringMatching(/\w+ \w+/),
      example: expect.any(String),
    })
  })

  test('stops out of order, and told of twice', () => {
    const [first, second, third] = STOPS as Loose[] as [Loose, Loose, Loose]
    expect(rulesOf(check([update({ stops: [second, first, third] })]))).toEqual(['E002', 'E022'])
    expect(rulesOf(check([update({ stops: [first, first] })]))).toEqual(['E022', 'E036', 'E037'])
  })

  test('two vehicles of one id, and two entities of one id', () => {
    expect(rulesOf(check([position(), position()]))).toEqual(['E052', 'K002'])
  })

  test('a finding is one for all, with the first as its example', () => {
    const entities = ['one', 'two', 'three'].map((id) => ({ ...update({ trip: { routeId: id } }), id }))
    expect(check(entities).errors).toMatchObject([
      { rule: 'E004', count: 3, example: 'one: one' },
      { rule: 'E035' },
    ])
  })
})

describe('the header', () => {
  test.each<[string[], Loose]>([
    [['E048'], { timestamp: null }],
    [['E049'], { incrementality: null }],
    [['E038'], { gtfsRealtimeVersion: '3.1' }],
    [['K003'], { feedVersion: 'town-2' }],
    [['W007'], { timestamp: SECONDS - 40 }],
    [['W007', 'W008'], { timestamp: SECONDS - 70 }],
    [['E050'], { timestamp: SECONDS + 70 }],
  ])('%j where it is %j', (rules, header) => {
    expect(rulesOf(check([], { header }))).toEqual(rules)
  })

  test('goes on from the one before', () => {
    const previous = { timestamp: SECONDS - 5, hash: 'before' }
    expect(rulesOf(check([], { check: { previous } }))).toEqual(['E017'])
    expect(rulesOf(check([], { check: { previous: { ...previous, hash: 'a' } } }))).toEqual([])
    expect(rulesOf(check([], { check: { previous: { ...previous, timestamp: SECONDS } } }))).toEqual(['E018'])
  })

  test('of a clock that runs fast may be as many times older', () => {
    const header = { timestamp: SECONDS - 70 }
    expect(rulesOf(check([], { header, check: { speed: 10 } }))).toEqual([])
  })
})

test('without a timetable nothing is looked up, and what is no message is refused', () => {
  expect(rulesOf(check([update(), position()], { check: { timetable: undefined } }))).toEqual([])
  const bytes = new TextEncoder().encode('<html>')
  expect(() => run({ bytes, hash: '', timetable, now: NOON, speed: 1, previous: undefined })).toThrow()
})

const folder = findTestData('transit/raba-redding-2025')

test.runIf(folder)("in a vendor's real feed is found what the classic validator finds", () => {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder ?? '', name)))
  const redding = readTimetable(read('raba.zip')).timetable
  const now = Date.parse('2025-06-08T21:08:10Z')
  const findIn = (name: string) => {
    const { errors, warnings } = run({
      bytes: read(name),
      hash: '',
      timetable: redding,
      now,
      speed: 1,
      previous: undefined,
    })
    return [...errors, ...warnings].map(({ rule, count }) => [rule, count])
  }
  expect(findIn('raba-trip-updates.pb')).toEqual([['W002', 8]])
  expect(findIn('raba-vehicle-positions.pb')).toEqual([['W004', 1]])
})
