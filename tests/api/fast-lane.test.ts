import { expect, test } from 'vitest'
import { trackTrip } from '../transit/feed/live-town.ts'
import { createTransitTown } from './transit-town.ts'

const PATH = '/v1/authorities/alpha/stops/stop-6/departures'
const UPDATES = '/v1/authorities/alpha/gtfs-rt/trip-updates'

/** The API as clients without a key reach it: only there are answers sent again as they are. */
async function listen(limit?: number) {
  const town = await createTransitTown(
    limit === undefined ? {} : { limits: { requestsPerMinutePerAddress: limit } },
  )
  const published = ['departures', 'gtfs-rt']
  await town.own.call('PATCH', '/v1/authorities/alpha', { body: { published } })
  const url = await town.own.app.listen({ host: '127.0.0.1', port: 0 })
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { headers })
  return { town, get }
}

test.each([PATH, UPDATES])('an answer that is sent again is the one before: %s', async (path) => {
  const { town, get } = await listen()
  town.know([trackTrip(town.timetable, { tripId: 'R1-weekday-12-0', delaySeconds: 60 })])
  const answers = []
  for (let request = 0; request < 3; request += 1) {
    const response = await get(path, { 'accept-encoding': 'identity' })
    const headers = Object.fromEntries(response.headers)
    answers.push({ status: response.status, headers, body: Buffer.from(await response.arrayBuffer()) })
  }
  const [first, second, third] = answers
  for (const [index, answer] of [second, third].entries()) {
    expect(answer?.body).toEqual(first?.body)
    const remaining = Number(first?.headers['x-ratelimit-remaining']) - index - 1
    expect(answer?.headers).toEqual({
      ...first?.headers,
      date: expect.any(String),
      'x-request-id': expect.any(String),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': expect.stringMatching(/^(60|59|58)$/),
    })
  }
  const ids = answers.map(({ headers }) => headers['x-request-id'])
  expect(new Set(ids).size).toBe(3)
})

test('what has changed is told at once, and what the client has is not sent again', async () => {
  const { town, get } = await listen()
  const stateOf = async () => {
    const response = await get(PATH)
    const { items } = (await response.json()) as { items: { tripId: string; state: string }[] }
    return items.find(({ tripId }) => tripId === 'R1-weekday-12-0')?.state
  }
  expect(await stateOf()).toBe('timetable')
  expect(await stateOf()).toBe('timetable')
  town.know([trackTrip(town.timetable, { tripId: 'R1-weekday-12-0' })])
  expect(await stateOf()).toBe('live')
  expect(await stateOf()).toBe('live')
  const body = { type: 'cancellation', tripId: 'R1-weekday-12-0' }
  await town.own.call('POST', '/v1/authorities/alpha/service-changes', { body })
  expect(await stateOf()).toBe('cancelled')
  const response = await get(PATH)
  const etag = response.headers.get('etag') ?? ''
  expect((await get(PATH, { 'if-none-match': etag })).status).toBe(304)
})

test('nothing is told any more once it is not published', async () => {
  const { town, get } = await listen()
  expect((await get(PATH)).status).toBe(200)
  expect((await get(PATH)).status).toBe(200)
  await town.own.call('PATCH', '/v1/authorities/alpha', { body: { published: ['gtfs-rt'] } })
  expect((await get(PATH)).status).toBe(401)
})

test('each request counts against the limit of its address', async () => {
  const { get } = await listen(5)
  const statuses = []
  for (let request = 0; request < 7; request += 1) statuses.push((await get(PATH)).status)
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429])
})

test('a client that takes no compression gets none, whatever another one got', async () => {
  const { get } = await listen()
  for (let round = 0; round < 2; round += 1) {
    for (const encoding of ['br', 'gzip', 'identity']) {
      const response = await get(PATH, { 'accept-encoding': encoding })
      const expected = encoding === 'identity' ? null : encoding
      expect(response.headers.get('content-encoding')).toBe(expected)
      expect(await response.json()).toHaveProperty('items')
    }
  }
})
