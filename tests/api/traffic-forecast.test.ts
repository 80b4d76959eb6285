import { expect, test } from 'vitest'
import type { Reading } from '../../model/reading.ts'
import { createReading } from '../fixtures/create-reading.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'

const PATH = '/v1/authorities/alpha/counters/counter-1/forecast'
const HOUR = 3_600_000
/** When the tests' clock stands still. */
const NOW = Date.parse('2026-02-16T12:00:00Z')

/** Twice as many at a place's noon as at any other hour, on two lanes; the first lane counts cars and lorries. */
function createWeeks({ device = 'counter-1', weeks = 6, factor = 1 } = {}): Reading[] {
  const readings: Reading[] = []
  for (let time = NOW - weeks * 168 * HOUR; time < NOW; time += HOUR) {
    const vehicles = factor * (new Date(time).getUTCHours() === 11 ? 200 : 100)
    const hour = { kind: 'traffic', device, time: new Date(time).toISOString() } as const
    readings.push(
      createReading({
        ...hour,
        part: 'lane:1',
        fields: {
          lane: 1,
          intervalSeconds: 3600,
          countsCar: 0.8 * vehicles,
          countsHgv: 0.2 * vehicles,
          meanSpeedKph: 40,
        },
      }),
      createReading({
        ...hour,
        part: 'lane:2',
        fields: { lane: 2, intervalSeconds: 3600, count: vehicles, meanSpeedKph: 60 },
      }),
    )
  }
  return readings
}

async function createAlpha(published: 'counters'[] = []): Promise<TestApp> {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha', timeZone: 'Europe/Berlin', published })
  const devices = ['counter-1', 'counter-2'].map((id) => ({ id, kind: 'traffic' }))
  await app.call('POST', '/v1/authorities/alpha/devices', {
    body: [...devices, { id: 'bin-1', kind: 'bin' }],
  })
  await app.directory.refresh()
  return app
}

test("a counter's next 24 hours are forecast from its lanes together", async () => {
  const app = await createAlpha()
  await app.store.write(createWeeks())
  const { status, body } = await app.call('GET', PATH)
  expect(status).toBe(200)
  expect(body).toMatchObject({ device: 'counter-1', knownUntil: '2026-02-16T12:00:00.000Z' })
  expect(body.items).toHaveLength(24)
  expect(body.items[0]).toMatchObject({ time: '2026-02-16T12:00:00.000Z', count: 200, meanSpeedKph: 50 })
  expect(body.items[23]).toMatchObject({ time: '2026-02-17T11:00:00.000Z', count: 400, meanSpeedKph: 50 })
  expect(body.items[0].countLow).toBeLessThan(200)
  expect(body.items[0].countHigh).toBeGreaterThan(200)
})

test('any hours up to 14 days ahead are given, and those of the past as they were expected', async () => {
  const app = await createAlpha()
  const weeks = createWeeks()
  const yesterday = NOW - 24 * HOUR
  await app.store.write(weeks.filter(({ time }) => time < yesterday))
  const jammed = weeks.filter(({ time }) => time >= yesterday)
  await app.store.write(
    jammed.map((reading) => ({ ...reading, fields: { ...reading.fields, count: 5_000 } })),
  )
  const ahead = await app.call('GET', `${PATH}?from=2026-02-16T12:00:00Z&to=2026-03-02T12:00:00Z`)
  expect(ahead.body.items).toHaveLength(14 * 24)
  const past = await app.call('GET', `${PATH}?from=2026-02-15T12:30:00Z&to=2026-02-15T15:00:00Z`)
  expect(past.body.knownUntil).toBe('2026-02-15T12:00:00.000Z')
  expect(past.body.items.map(({ time, count }: { time: string; count: number }) => [time, count])).toEqual([
    ['2026-02-15T13:00:00.000Z', 200],
    ['2026-02-15T14:00:00.000Z', 200],
  ])
})

test.each([
  ['from=2026-02-16T12:00:00Z&to=2026-02-16T12:00:00Z', 'from'],
  ['from=2026-02-01T12:00:00Z', 'from'],
  ['to=2026-03-02T14:00:00Z', 'to'],
  ['from=2026-02-10T12:00:00Z&to=2026-03-01T12:00:00Z', 'to'],
  ['from=tomorrow', 'from'],
])('%s is refused with what is allowed', async (query, path) => {
  const app = await createAlpha()
  const { status, body } = await app.call('GET', `${PATH}?${query}`)
  expect(status).toBe(400)
  expect(body.errors[0].path).toContain(path)
})

test('a counter without a reading has what the others have, and null where there are none', async () => {
  const app = await createAlpha()
  const nobody = await app.call('GET', PATH)
  expect(nobody.status).toBe(200)
  expect(nobody.body.items[0]).toMatchObject({ count: null, meanSpeedKph: null })
  await app.store.write(createWeeks({ device: 'counter-2' }))
  app.clock.advance(7 * 3600)
  const { body } = await app.call('GET', PATH)
  expect(body.items[0]).toMatchObject({ count: 200, meanSpeedKph: 50 })
})

test('what is measured later is seen after ten minutes', async () => {
  const app = await createAlpha()
  await app.store.write(createWeeks({ weeks: 5 }))
  const count = async () => (await app.call('GET', PATH)).body.items[0].count
  expect(await count()).toBe(200)
  await app.store.write(createWeeks({ weeks: 5, factor: 2 }))
  expect(await count()).toBe(200)
  app.clock.advance(601)
  expect(await count()).toBe(400)
})

test('another authority of the same name does not see what the one before it measured', async () => {
  const app = await createAlpha()
  await app.store.write(createWeeks())
  expect((await app.call('GET', PATH)).body.items[0].count).toBe(200)
  await app.call('DELETE', '/v1/authorities/alpha')
  await app.createAuthority({ id: 'alpha' })
  await app.call('POST', '/v1/authorities/alpha/devices', { body: { id: 'counter-1', kind: 'traffic' } })
  await app.directory.refresh()
  expect((await app.call('GET', PATH)).body.items[0].count).toBeNull()
})

test('it is read without a key where the counters are published, and what is no counter is not found', async () => {
  const app = await createAlpha(['counters'])
  expect((await app.call('GET', PATH, { key: null })).status).toBe(200)
  const { status, body } = await app.call('GET', PATH.replace('counter-1', 'bin-1'))
  expect(status).toBe(404)
  expect(body.detail).toContain('bin-1')
  expect((await app.call('GET', PATH.replace('counter-1', 'counter-9'))).status).toBe(404)
  const closed = await createAlpha()
  expect((await closed.call('GET', PATH, { key: null })).status).toBe(401)
})

test('a round is driven as fast as the counters of its town say', async () => {
  const app = await createAlpha()
  // The hour at the place's noon is jammed every day.
  const jam = createWeeks().map((reading) => ({
    ...reading,
    fields: { ...reading.fields, meanSpeedKph: new Date(reading.time).getUTCHours() === 11 ? 10 : 50 },
  }))
  await app.store.write(jam)
  await app.call('PATCH', '/v1/authorities/alpha/devices/counter-1', {
    body: { longitude: 13.4, latitude: 52.5 },
  })
  const place = { longitude: 13.4, latitude: 52.5 }
  await app.call('POST', '/v1/authorities/alpha/depots', { body: { id: 'yard', name: 'Yard', ...place } })
  await app.call('POST', '/v1/authorities/alpha/lorries', {
    body: { id: 'a', name: 'A', depotId: 'yard', shiftStart: '12:00', shiftEnd: '20:00' },
  })
  await app.call('PATCH', '/v1/authorities/alpha/devices/bin-1', {
    body: { longitude: 13.5, latitude: 52.5 },
  })
  await app.directory.refresh()
  const planned = async (): Promise<number> => {
    const round = await app.call('POST', '/v1/authorities/alpha/rounds', {
      body: { date: '2026-02-16', mustEmpty: ['bin-1'], seconds: 0.1 },
    })
    const path = `/v1/authorities/alpha/rounds/${round.body.id}`
    await app.call('GET', `${path}/events`)
    const { body } = await app.call('GET', path)
    expect(body).toMatchObject({ status: 'done', lorries: [{ lorryId: 'a' }] })
    return body.durationSeconds
  }
  const atNoon = await planned()
  await app.call('PATCH', '/v1/authorities/alpha/lorries/a', { body: { shiftStart: '14:00' } })
  expect(atNoon).toBeGreaterThan(1.1 * (await planned()))
})
