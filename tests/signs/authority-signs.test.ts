import { beforeEach, expect, test } from 'vitest'
import { createT047Sign, type SignSays, type T047Sign } from '../../device-sim/behaviour/t047-sign.ts'
import type { Departure } from '../../model/departure.ts'
import { newDeviceSchema } from '../../model/device.ts'
import { type AuthoritySigns, createAuthoritySigns } from '../../signs/authority-signs.ts'
import type { SignMessage } from '../../signs/sign-message.ts'
import { contentResponseSchema, discoveryResponseSchema } from '../../signs/t047/requests.ts'
import { createDeparture } from '../fixtures/start-sign-town.ts'

const START = Math.floor(Date.now() / 1_000) * 1_000
const formatLocal = (time: number): string => new Date(time).toISOString().slice(11, 16)

const SIGN = newDeviceSchema.parse({
  id: 'sign-1',
  kind: 'display',
  name: 'High Street',
  longitude: -2.05,
  latitude: 53.5,
  stopIds: ['S1'],
  settings: { protocol: 't047', vendorId: 'SIM', clusterId: 'C1' },
})

let now: number
let signs: AuthoritySigns
let sim: T047Sign
let sent: SignMessage[]

beforeEach(() => {
  now = START
  sent = []
  let count = 0
  const newId = (): string => `id-${count++}`
  signs = createAuthoritySigns({ authority: 'town', newId, formatLocal })
  signs.setDisplays([SIGN])
  sim = createT047Sign({
    type: 'PID-LED',
    locality: 'null',
    cluster: 'C1',
    stopIds: ['S1'],
    vendorId: 'SIM',
    deviceId: 'sign-1',
    lineCount: 3,
    charsPerLine: 26,
    formatLocal,
    newId,
  })
})

/** Brings messages to the sign, and what it answers back, until nobody has anything to say. */
function deliver(messages: readonly SignMessage[]): void {
  for (const { topicName, payload, retain } of messages) {
    sent.push({ topicName, payload, retain })
    if (retain !== 'only') hear(sim.receive(topicName, payload, false, now))
  }
}

function hear(says: readonly SignSays[]): void {
  for (const { topic, payload } of says) {
    deliver(
      signs.hear(
        { authority: 'town', device: 'sign-1', topicName: topic, payload: Buffer.from(payload) },
        now,
      ),
    )
  }
}

const show = (departures: Departure[]): void =>
  deliver(signs.updateStop('S1', { departures, notices: [] }, now))
const topics = (): string[] => sent.map(({ topicName }) => topicName)

test('discovery is answered with the place of the sign, acknowledged, and its capability and status are asked', () => {
  show([createDeparture('d1', 5)])
  hear(sim.boot(now).slice(0, 1))
  const response = sent.find(({ topicName }) => topicName === 'PID-LED/discovery/response/SIM/sign-1')
  const { discoveryResponse } = discoveryResponseSchema.parse(JSON.parse(response?.payload ?? ''))
  expect(discoveryResponse.locationConfig).toEqual({
    localities: [],
    clusters: ['C1'],
    stops: ['S1'],
    locationName: [{ lang: 'EN', text: 'High Street' }],
    geographicCoordinates: { longitude: -2.05, latitude: 53.5 },
  })
  expect(signs.find('sign-1')).toMatchObject({
    isConfigured: true,
    lineCount: 3,
    charsPerLine: 26,
    firmware: 'SIM.1.0',
  })
})

test('a request that comes twice is answered once, and one that comes too often not at all', () => {
  show([createDeparture('d1', 5)])
  const [, scheduled] = sim.boot(now) as [SignSays, SignSays]
  hear([scheduled, scheduled])
  const isResponse = (topic: string): boolean => topic.startsWith('CMS/scheduledDeparture/response')
  expect(topics().filter(isResponse)).toEqual(['CMS/scheduledDeparture/response/null/C1/S1/SIM/sign-1'])
  const response = sent.find(({ topicName }) => isResponse(topicName))
  expect(contentResponseSchema.safeParse(JSON.parse(response?.payload ?? '')).error).toBeUndefined()
  for (let count = 0; count < 100; count++) hear(sim.boot(now).slice(1, 2))
  expect(topics().filter(isResponse)).toHaveLength(30)
  now += 61_000
  hear(sim.boot(now).slice(1, 2))
  expect(topics().filter(isResponse)).toHaveLength(31)
})

test('what is asked before it is known what is to be shown is answered when it is', () => {
  hear(sim.boot(now))
  expect(sim.answers).toEqual([])
  show([createDeparture('d1', 5, 6)])
  expect(sim.answers).toEqual([
    'scheduledDeparture DONE',
    'realtimeDeparture DONE',
    'informationMessage NO_DATA',
    'journeyMessage NO_DATA',
  ])
})

test('a liar and a sign that froze are found by their snapshots, an honest one agrees', () => {
  const departures = [1, 2, 3, 4].map((number) => createDeparture(`d${number}`, 6 * number, 6 * number + 1))
  show(departures)
  hear([sim.heartbeat(now)])
  deliver(signs.ask(now))
  expect(signs.find('sign-1')?.snapshot).toBeNull()
  now += 20_000
  deliver(signs.ask(now))
  expect(signs.find('sign-1')?.snapshot).toMatchObject({ faults: [], time: now })
  expect(signs.find('sign-1')?.snapshot?.lines).toHaveLength(3)

  sim.manner = 'lying'
  now += 100_000
  deliver(signs.ask(now))
  expect(signs.find('sign-1')?.snapshot?.faults).toEqual([])
  now += 200_000
  deliver(signs.ask(now))
  expect(signs.find('sign-1')?.snapshot?.faults.map(({ reason }) => reason)).toEqual([
    'unexpected_line',
    'unexpected_line',
  ])

  sim.manner = 'frozen'
  sim.render(now)
  show(departures.slice(1))
  now += 300_000
  hear([sim.heartbeat(now)])
  deliver(signs.ask(now))
  const reasons = signs.find('sign-1')?.snapshot?.faults.map(({ reason }) => reason)
  expect(reasons).toEqual(['wrong_time', 'wrong_time', 'wrong_time'])
})

test('a sign that is silent is not asked, and one that does not answer is noted', () => {
  show([createDeparture('d1', 5)])
  expect(signs.ask(now)).toEqual([])
  hear([sim.heartbeat(now)])
  now += 20_000
  expect(signs.ask(now).map(({ topicName }) => topicName)).toEqual([
    'PID-LED/textSnapshot/request/SIM/sign-1',
  ])
  now += 61_000
  expect(signs.ask(now)).toEqual([])
  expect(signs.find('sign-1')?.missedSnapshots).toBe(1)
  now += 900_000
  expect(signs.ask(now)).toEqual([])
})

test('how long departed buses stay is measured by the sign’s clock, or by ours where that is off', () => {
  show([createDeparture('d1', 1), createDeparture('d2', 2), createDeparture('d3', 3)])
  const cleared = signs.updateStop('S1', { departures: [], notices: [] }, now)
  const requests = cleared.filter(({ topicName }) => topicName.startsWith('CMS/cleardown'))
  now += 4_000
  const [first, second] = requests.map(({ topicName, payload }) =>
    sim.receive(topicName, payload, false, now),
  )
  hear(first ?? [])
  const wrongClock = (second ?? []).map((says) => ({
    ...says,
    payload: says.payload.replace(/"timestamp":"\d{4}/, '"timestamp":"1970'),
  }))
  now += 2_000
  hear(wrongClock)
  now += 70_000
  expect(signs.find('sign-1')?.cleardowns.summary(now)).toEqual({
    count: 2,
    lastSeconds: 6,
    meanSeconds: 5,
    longestSeconds: 6,
    unansweredCount: 1,
  })
})

test('what names another sign changes nothing', () => {
  show([createDeparture('d1', 5)])
  const says = sim.heartbeat(now)
  hear([{ ...says, payload: says.payload.replace('sign-1', 'sign-2') }])
  expect(signs.find('sign-1')?.lastHeardTime).toBeNull()
})

test('where the broker keeps nothing any more all is said again, also that a prediction has gone', () => {
  const live = createDeparture('d1', 5, 6)
  show([live])
  signs.forget()
  sent = []
  show([{ ...live, state: 'stale', expectedDepartureTime: null }])
  expect(topics()).toEqual([
    'CMS/scheduledDeparture/content/null/C1/S1',
    'CMS/realTimeDeparture/content/null/C1/S1',
    'CMS/realTimeDeparture/content/null/C1/S1',
  ])
  expect(sent[1]?.payload).toContain('"monitored":false')
  expect(sent[2]).toMatchObject({ payload: '', retain: 'only' })
})

test('what left while nobody told signs is taken off them, once, after the broker has begun anew', () => {
  show([createDeparture('d1', 5), createDeparture('d2', 15)])
  // It goes on without what it knew, as another process does.
  signs.setDisplays([])
  signs.setDisplays([SIGN])
  let askedCount = 0
  const listDeparted = (): string[] => {
    askedCount++
    return ['d1']
  }
  const input = { departures: [createDeparture('d2', 15)], notices: [], listDeparted }
  deliver(signs.updateStop('S1', input, now))
  expect(sim.departureIds).toEqual(['d2'])
  deliver(signs.updateStop('S1', input, now))
  expect(askedCount).toBe(1)
  signs.forget()
  sent = []
  deliver(signs.updateStop('S1', input, now))
  expect(topics()[0]).toBe('CMS/cleardown/request/null/C1/S1')
})

test('a stop that no sign is at any more has nothing kept', () => {
  show([createDeparture('d1', 5)])
  expect(signs.setDisplays([])).toMatchObject([
    { topicName: 'CMS/scheduledDeparture/content/null/C1/S1', payload: '', retain: 'only' },
    { topicName: 'CMS/realTimeDeparture/content/null/C1/S1', payload: '', retain: 'only' },
  ])
  expect(signs.stopIds).toEqual([])
})

test('what is kept is kept on, without a word to those who know it', () => {
  const departures = [createDeparture('d1', 500, 501)]
  show(departures)
  sent = []
  now += 149_000
  show(departures)
  expect(sent).toEqual([])
  now += 2_000
  show(departures)
  expect(sent.map(({ topicName, retain }) => [topicName, retain])).toEqual([
    ['CMS/realTimeDeparture/content/null/C1/S1', 'only'],
  ])
})
