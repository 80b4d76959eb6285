import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, test } from 'vitest'
import { createReading } from '../fixtures/create-reading.ts'
import { createTestApp, openTestApp, type TestApp } from '../fixtures/create-test-app.ts'

const DEVICES = '/v1/authorities/alpha/devices'
const BIN = `${DEVICES}/bin-1/readings`
const COUNTER = `${DEVICES}/counter-1/readings`
const SIGN = `${DEVICES}/sign-1/readings`

/** Alpha at noon of 16 February 2026, with a bin, a counter and a sign. */
async function createAlpha() {
  const app = await createTestApp()
  await setUp(app)
  return app
}

async function setUp(app: TestApp) {
  await app.createAuthority({ id: 'alpha' })
  await app.call('POST', DEVICES, {
    body: [
      { id: 'bin-1', kind: 'bin' },
      { id: 'counter-1', kind: 'traffic' },
      { id: 'sign-1', kind: 'display' },
    ],
  })
}

function listTimes(body: { items: { time: string }[] }): string[] {
  return body.items.map(({ time }) => time)
}

test('all readings come by default, oldest first', async () => {
  const app = await createAlpha()
  await app.store.write([
    createReading({ time: '2026-02-16T12:00:00Z', receivedTime: '2026-02-16T12:00:01Z' }),
    createReading({ time: '2026-02-15T12:00:00Z', fields: { fillPercent: 12.5, fireAlarm: false } }),
    createReading({ time: '2000-01-01T00:00:00Z', fields: { fillPercent: 1 } }),
  ])
  const { status, body } = await app.call('GET', BIN)
  expect(status).toBe(200)
  expect(body).toEqual({
    items: [
      {
        device: 'bin-1',
        time: '2000-01-01T00:00:00.000Z',
        receivedTime: '2000-01-01T00:00:00.000Z',
        fillPercent: 1,
      },
      {
        device: 'bin-1',
        time: '2026-02-15T12:00:00.000Z',
        receivedTime: '2026-02-15T12:00:00.000Z',
        fillPercent: 12.5,
        fireAlarm: false,
      },
      {
        device: 'bin-1',
        time: '2026-02-16T12:00:00.000Z',
        receivedTime: '2026-02-16T12:00:01.000Z',
        fillPercent: 50,
      },
    ],
    next: null,
  })
})

test('from and to are RFC 3339 or milliseconds; from is in, to is not', async () => {
  const app = await createAlpha()
  const times = ['2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z']
  await app.store.write(times.map((time) => createReading({ time })))
  const between = await app.call('GET', `${BIN}?from=2026-01-01T00:00:00Z&to=2026-01-01T03:00:00%2B01:00`)
  expect(listTimes(between.body)).toEqual(['2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00.000Z'])
  const unescaped = await app.call('GET', `${BIN}?from=2026-01-01T00:00:00Z&to=2026-01-01T03:00:00+01:00`)
  expect(unescaped.body).toEqual(between.body)
  const since = await app.call('GET', `${BIN}?from=${Date.parse('2026-01-01T01:00:00Z')}`)
  expect(listTimes(since.body)).toEqual(['2026-01-01T01:00:00.000Z', '2026-01-01T02:00:00.000Z'])
  const dayBefore = await app.call('GET', `${BIN}?to=2026-01-01T00:30:00Z`)
  expect(listTimes(dayBefore.body)).toEqual(['2026-01-01T00:00:00.000Z'])
})

test('counts and lists come as they were published, and a lane or direction as a field', async () => {
  const app = await createAlpha()
  const time = '2026-02-16T11:00:00Z'
  const passages = [{ vehicle: 'bus-1', tripId: 't', arrivalTime: time }]
  await app.store.write([
    createReading({
      kind: 'traffic',
      device: 'counter-1',
      part: 'lane:2',
      time,
      fields: { intervalSeconds: 3600, lane: 2, countsCar: 100, countsHgv: 0, meanSpeedKph: 41.5 },
    }),
    createReading({
      kind: 'display',
      device: 'sign-1',
      time,
      fields: { state: 'ok', lines: '["12 Centre 3 min",""]', passages: JSON.stringify(passages) },
    }),
  ])
  const counter = await app.call('GET', COUNTER)
  expect(counter.body.items[0]).toMatchObject({ lane: 2, counts: { car: 100, hgv: 0 }, meanSpeedKph: 41.5 })
  expect(counter.body.items[0]).not.toHaveProperty('countsCar')
  const sign = await app.call('GET', SIGN)
  expect(sign.body.items[0]).toMatchObject({ state: 'ok', lines: ['12 Centre 3 min', ''], passages })
})

test('fields chooses among the fields', async () => {
  const app = await createAlpha()
  const time = '2026-02-16T11:00:00Z'
  await app.store.write([
    createReading({ time, fields: { fillPercent: 50, temperatureC: 20, batteryPercent: 80 } }),
    createReading({
      kind: 'traffic',
      device: 'counter-1',
      part: 'direction:in',
      time,
      fields: { direction: 'in', countsCar: 1, countsBus: 2, count: 3 },
    }),
  ])
  const bin = await app.call('GET', `${BIN}?fields=fillPercent,batteryPercent`)
  expect(Object.keys(bin.body.items[0]).sort()).toEqual([
    'batteryPercent',
    'device',
    'fillPercent',
    'receivedTime',
    'time',
  ])
  const counts = await app.call('GET', `${COUNTER}?fields=counts`)
  expect(counts.body.items[0]).toMatchObject({ direction: 'in', counts: { car: 1, bus: 2 } })
  expect(counts.body.items[0]).not.toHaveProperty('count')
  const cars = await app.call('GET', `${COUNTER}?fields=countsCar`)
  expect(cars.body.items[0].counts).toEqual({ car: 1 })
})

test('a field that is not known is refused with those that are', async () => {
  const app = await createAlpha()
  const { status, body } = await app.call('GET', `${BIN}?fields=fillPercent,fil`)
  expect(status).toBe(400)
  expect(body.errors).toHaveLength(1)
  expect(body.errors[0].path).toBe('fields')
  expect(body.errors[0].message).toMatch(/"fil" .*allowed are .*fillPercent, distanceMm/)
})

test('every page of a series is followed by the next, until each reading has come once', async () => {
  const app = await createAlpha()
  const start = Date.parse('2026-02-16T00:00:00Z')
  const readings = Array.from({ length: 250 }, (_, index) =>
    createReading({
      kind: 'traffic',
      device: 'counter-1',
      part: `lane:${index % 3}`,
      // Three lanes have the same time, and pages end in between.
      time: new Date(start + Math.floor(index / 3) * 60_000).toISOString(),
      fields: { lane: index % 3, count: index },
    }),
  )
  await app.store.write(readings)
  const counts: number[] = []
  let path: string | undefined = `${COUNTER}?limit=100`
  let pages = 0
  while (path !== undefined) {
    const { body, headers } = await app.call('GET', path)
    counts.push(...body.items.map((item: { count: number }) => item.count))
    path = /^<(.+)>; rel="next"$/.exec(String(headers['link']))?.[1]
    expect(body.next === null).toBe(path === undefined)
    pages += 1
  }
  expect(pages).toBe(3)
  expect(counts).toEqual(readings.map(({ fields }) => fields['count']))
})

test('with every come the means, minima and maxima of each interval', async () => {
  const app = await createAlpha()
  const fill = (time: string, fillPercent: number) => createReading({ time, fields: { fillPercent } })
  await app.store.write([
    fill('2026-02-16T08:00:00Z', 10),
    fill('2026-02-16T08:59:59Z', 20),
    fill('2026-02-16T10:30:00Z', 90),
  ])
  const { body } = await app.call('GET', `${BIN}?every=PT1H`)
  expect(body).toEqual({
    items: [
      { time: '2026-02-16T08:00:00.000Z', count: 2, fillPercent: { mean: 15, min: 10, max: 20 } },
      { time: '2026-02-16T10:00:00.000Z', count: 1, fillPercent: { mean: 90, min: 90, max: 90 } },
    ],
    next: null,
  })
})

test('intervals come in pages too, each once', async () => {
  const app = await createAlpha()
  const start = Date.parse('2026-02-16T00:00:00Z')
  await app.store.write(
    Array.from({ length: 100 }, (_, index) =>
      createReading({ time: new Date(start + index * 300_000).toISOString() }),
    ),
  )
  const whole = await app.call('GET', `${BIN}?every=PT15M`)
  const items: unknown[] = []
  let path: string | null = `${BIN}?every=PT15M&limit=10`
  while (path) {
    const { body }: { body: { items: unknown[]; next: string | null } } = await app.call('GET', path)
    items.push(...body.items)
    path = body.next && `${BIN}?every=PT15M&limit=10&after=${body.next}`
  }
  expect(items).toEqual(whole.body.items)
  expect(items).toHaveLength(34)
})

test("a counter's own count does not hide the number of readings of an interval", async () => {
  const app = await createAlpha()
  await app.store.write([
    createReading({
      kind: 'traffic',
      device: 'counter-1',
      time: '2026-02-16T08:00:00Z',
      fields: { count: 70, countsCar: 60 },
    }),
  ])
  const { body } = await app.call('GET', `${COUNTER}?every=P1D`)
  expect(body.items).toEqual([
    {
      time: '2026-02-16T00:00:00.000Z',
      count: 1,
      countField: { mean: 70, min: 70, max: 70 },
      countsCar: { mean: 60, min: 60, max: 60 },
    },
  ])
})

test('CSV has a header, one name a column, and the same values', async () => {
  const app = await createAlpha()
  await app.store.write([
    createReading({
      kind: 'traffic',
      device: 'counter-1',
      part: 'direction:=cmd|calc',
      time: '2026-02-16T08:00:00Z',
      fields: { direction: '=cmd|calc', countsCar: 60, meanSpeedKph: 41.5 },
    }),
  ])
  const answer = await app.call('GET', COUNTER, { headers: { accept: 'text/csv' } })
  expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8; header=present')
  const [row] = parse(answer.text, { columns: true }) as Record<string, string>[]
  expect(row).toMatchObject({
    device: 'counter-1',
    time: '2026-02-16T08:00:00.000Z',
    countsCar: '60',
    meanSpeedKph: '41.5',
    countsHgv: '',
    // A spreadsheet must not run it.
    direction: "'=cmd|calc",
  })
})

test('CSV keeps numbers below zero and booleans as they are', async () => {
  const app = await createAlpha()
  const fields = { temperatureC: -3.5, fireAlarm: false }
  await app.store.write([createReading({ time: '2026-02-16T08:00:00Z', fields })])
  const { text } = await app.call('GET', `${BIN}?fields=temperatureC,fireAlarm`, {
    headers: { accept: 'application/json;q=0.5, text/csv' },
  })
  expect(text).toBe(
    'device,time,receivedTime,temperatureC,fireAlarm\n' +
      'bin-1,2026-02-16T08:00:00.000Z,2026-02-16T08:00:00.000Z,-3.5,false\n',
  )
})

test('CSV of intervals has a column for each mean, minimum and maximum', async () => {
  const app = await createAlpha()
  await app.store.write([createReading({ time: '2026-02-16T08:00:00Z' })])
  const path = `${BIN}?every=PT1H&fields=fillPercent`
  const { text } = await app.call('GET', path, { headers: { accept: 'text/csv' } })
  expect(text).toBe(
    'time,count,fillPercentMean,fillPercentMin,fillPercentMax\n2026-02-16T08:00:00.000Z,1,50,50,50\n',
  )
})

describe('a query that makes no sense', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await openTestApp()
    await setUp(app)
    return app.close
  })

  test.each([
    ['from=yesterday', 'from', 'RFC 3339'],
    ['from=2026-02-30T00:00:00Z', 'from', 'RFC 3339'],
    ['from=99999999999999999', 'from', 'RFC 3339'],
    ['from=2026-02-16T10:00:00Z&to=2026-02-16T10:00:00Z', 'from', 'before to'],
    ['every=1h', 'every', 'ISO 8601 duration'],
    ['every=PT0S', 'every', 'ISO 8601 duration'],
    ['limit=10001', 'limit', '10000'],
    ['limit=ten', 'limit', 'number'],
    ['after=nonsense', 'after', 'next'],
    ['fields=', 'fields', 'allowed are'],
  ])('the query %s is refused with what is allowed', async (query, path, allowed) => {
    const { status, body } = await app.call('GET', `${BIN}?${query}`)
    expect([status, body.code]).toEqual([400, 'INVALID_REQUEST'])
    expect(body.errors).toEqual([{ path, message: expect.stringContaining(allowed) }])
  })
})

test('a store that is away is 503 with a time to come back', async () => {
  const app = await createAlpha()
  await app.store.close()
  const { status, headers, body } = await app.call('GET', BIN)
  expect([status, body.code]).toEqual([503, 'STORE_UNAVAILABLE'])
  expect(Number(headers['retry-after'])).toBeGreaterThan(0)
})
