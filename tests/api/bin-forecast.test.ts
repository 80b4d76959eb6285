import { expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'
import { createFillReadings } from './fill-history.ts'

const PATH = '/v1/authorities/alpha/bins/bin-1/forecast'
const DAY_MS = 86_400_000
/** When the tests' clock stands still. */
const NOW = Date.parse('2026-02-16T12:00:00Z')

async function createAlpha(published: 'bins'[] = []): Promise<TestApp> {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha', timeZone: 'Europe/Berlin', published })
  const bins = ['bin-1', 'bin-2', 'bin-3'].map((id) => ({ id, kind: 'bin' }))
  await app.call('POST', '/v1/authorities/alpha/devices', {
    body: [...bins, { id: 'counter-1', kind: 'traffic' }],
  })
  await app.directory.refresh()
  return app
}

test('the next seven days of a bin are forecast, as usual and if nobody empties it', async () => {
  const app = await createAlpha()
  const until = NOW - 3_600_000
  await app.store.write(createFillReadings({ device: 'bin-1', until, percentPerDay: 12, level: 60 }))
  const { status, body } = await app.call('GET', PATH)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    device: 'bin-1',
    thresholdPercent: 75,
    knownUntil: '2026-02-16T11:00:00.000Z',
    fillPercent: 60,
    readingCount: 168,
  })
  expect(body.items.map(({ time }: { time: string }) => time)).toEqual(
    Array.from({ length: 7 }, (_, day) => new Date(NOW + (day + 1) * DAY_MS).toISOString()),
  )
  const [first, , , , , , last] = body.items
  expect(first.nobodyEmpties.expectedPercent).toBeGreaterThan(65)
  expect(first.nobodyEmpties.expectedPercent).toBeLessThan(80)
  expect(first.nobodyEmpties.lowPercent).toBeLessThanOrEqual(first.nobodyEmpties.expectedPercent)
  expect(first.nobodyEmpties.highPercent).toBeGreaterThanOrEqual(first.nobodyEmpties.expectedPercent)
  expect(first.nobodyEmpties.chanceOfOverflow).toBeLessThan(0.2)
  expect(last.nobodyEmpties.chanceOfOverflow).toBeGreaterThan(0.8)
  expect(last.nobodyEmpties.chanceOfThreshold).toBeGreaterThanOrEqual(last.nobodyEmpties.chanceOfOverflow)
  expect(last.asUsual.expectedPercent).toBeLessThan(last.nobodyEmpties.expectedPercent)
})

test('any times up to 31 days ahead are given', async () => {
  const app = await createAlpha()
  const times = ['2026-02-16T18:00:00Z', '2026-02-17T05:00:00Z']
  const listed = await app.call('GET', `${PATH}?times=${times.join(',')}`)
  expect(listed.body.items.map(({ time }: { time: string }) => Date.parse(time))).toEqual(
    times.map((time) => Date.parse(time)),
  )
  const days = await app.call('GET', `${PATH}?from=2026-02-16T12:00:00Z&to=2026-03-19T12:00:00Z`)
  expect(days.body.items).toHaveLength(32)
})

test.each([
  ['from=2026-02-16T11:00:00Z', 'from'],
  ['from=2026-02-18T12:00:00Z&to=2026-02-17T12:00:00Z', 'from'],
  ['to=2026-03-19T13:00:00Z', 'to'],
  ['to=2226-03-19T13:00:00Z', 'to'],
  ['times=2026-02-18T12:00:00Z,2026-02-17T12:00:00Z', 'times'],
  ['times=2026-02-18T12:00:00Z&to=2026-02-19T12:00:00Z', 'times'],
  ['times=tomorrow', 'times'],
  ['from=tomorrow', 'from'],
])('%s is refused with what is allowed', async (query, path) => {
  const app = await createAlpha()
  const { status, body } = await app.call('GET', `${PATH}?${query}`)
  expect(status).toBe(400)
  expect(body.errors[0].path).toContain(path)
})

test('a bin without a reading has its neighbours rate and a wide interval', async () => {
  const app = await createAlpha()
  const until = NOW - 3_600_000
  for (const device of ['bin-2', 'bin-3']) {
    await app.store.write(createFillReadings({ device, until, percentPerDay: 30, level: 40 }))
  }
  const { body } = await app.call('GET', PATH)
  expect(body).toMatchObject({ knownUntil: null, fillPercent: null, readingCount: 0 })
  const { expectedPercent, lowPercent, highPercent } = body.items[1].nobodyEmpties
  expect(expectedPercent).toBeGreaterThan(25)
  expect(highPercent - lowPercent).toBeGreaterThan(20)
})

test('what is new is learnt after a minute, and what came late with all of its bin', async () => {
  const app = await createAlpha()
  const readings = createFillReadings({
    device: 'bin-1',
    until: NOW - 3_600_000,
    percentPerDay: 12,
    level: 60,
    days: 14,
  })
  const late = readings.slice(10, 20)
  await app.store.write(readings.filter((reading) => !late.includes(reading)).slice(0, -2))
  const ask = async () => (await app.call('GET', PATH)).body
  expect(await ask()).toMatchObject({ readingCount: 44 })
  await app.store.write(readings.slice(-2))
  expect(await ask()).toMatchObject({ readingCount: 44 })
  app.clock.advance(61)
  expect(await ask()).toMatchObject({ readingCount: 46, knownUntil: '2026-02-16T11:00:00.000Z' })
  await app.store.write(late)
  app.clock.advance(61)
  expect(await ask()).toMatchObject({ readingCount: 56 })
})

test('another authority of the same name does not see what the one before it measured', async () => {
  const app = await createAlpha()
  await app.store.write(
    createFillReadings({ device: 'bin-1', until: NOW - 3_600_000, percentPerDay: 12, level: 60 }),
  )
  expect((await app.call('GET', PATH)).body.fillPercent).toBe(60)
  await app.call('DELETE', '/v1/authorities/alpha')
  await app.createAuthority({ id: 'alpha' })
  await app.call('POST', '/v1/authorities/alpha/devices', { body: { id: 'bin-1', kind: 'bin' } })
  await app.directory.refresh()
  expect((await app.call('GET', PATH)).body.fillPercent).toBeNull()
})

test('it is read without a key where the bins are published, and what is no bin is not found', async () => {
  const app = await createAlpha(['bins'])
  expect((await app.call('GET', PATH, { key: null })).status).toBe(200)
  const { status, body } = await app.call('GET', PATH.replace('bin-1', 'counter-1'))
  expect(status).toBe(404)
  expect(body.detail).toContain('counter-1')
  expect((await app.call('GET', PATH.replace('bin-1', 'bin-9'))).status).toBe(404)
  const closed = await createAlpha()
  expect((await closed.call('GET', PATH, { key: null })).status).toBe(401)
  await closed.createAuthority({ id: 'beta' })
  const key = await closed.createKey('beta', 'read')
  expect((await closed.call('GET', PATH, { key })).status).toBe(404)
})

test('all bins are told how they stand in a day, but those of which nothing was read', async () => {
  const app = await createAlpha(['bins'])
  const until = NOW - 3_600_000
  await app.store.write([
    ...createFillReadings({ device: 'bin-2', until, percentPerDay: 6, level: 97 }),
    ...createFillReadings({ device: 'bin-1', until, percentPerDay: 12, level: 20 }),
  ])
  const { status, body } = await app.call('GET', '/v1/authorities/alpha/bins/outlook', { key: null })
  expect(status).toBe(200)
  expect(body.items.map(({ device }: { device: string }) => device)).toEqual(['bin-1', 'bin-2'])
  const [first, second] = body.items
  expect(first.time).toBe(new Date(NOW + DAY_MS).toISOString())
  expect(first.expectedPercent).toBeGreaterThan(22)
  expect(first.expectedPercent).toBeLessThan(45)
  expect(first.chanceOfOverflow).toBeLessThan(0.05)
  expect(second.chanceOfOverflow).toBeGreaterThan(0.5)

  // As one bin's own forecast says it.
  const own = await app.call('GET', PATH)
  expect(own.body.items[0].nobodyEmpties).toMatchObject({ expectedPercent: first.expectedPercent })
})
