import { expect, test } from 'vitest'
import { createReading } from '../fixtures/create-reading.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'

test('an authority is created, found, changed and deleted', async () => {
  const app = await createTestApp()
  const created = await app.call('POST', '/v1/authorities', {
    body: { id: 'wyndham', name: 'City of Wyndham', timeZone: 'Australia/Melbourne' },
  })
  expect(created.status).toBe(201)
  expect(created.headers['location']).toBe('/v1/authorities/wyndham')
  const wyndham = {
    id: 'wyndham',
    name: 'City of Wyndham',
    timeZone: 'Australia/Melbourne',
    published: [],
  }
  expect(created.body).toEqual(wyndham)
  expect((await app.call('GET', '/v1/authorities/wyndham')).body).toEqual(wyndham)

  const changed = await app.call('PATCH', '/v1/authorities/wyndham', { body: { published: ['bins'] } })
  expect(changed.body).toEqual({ ...wyndham, published: ['bins'] })

  expect((await app.call('DELETE', '/v1/authorities/wyndham')).status).toBe(204)
  expect((await app.call('GET', '/v1/authorities/wyndham')).status).toBe(404)
})

test('an authority needs no more than its id', async () => {
  const app = await createTestApp()
  const { body } = await app.call('POST', '/v1/authorities', { body: { id: 'alpha' } })
  expect(body).toEqual({ id: 'alpha', name: 'alpha', timeZone: 'UTC', published: [] })
})

test('an id that is taken is refused with 409', async () => {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  const { status, body } = await app.call('POST', '/v1/authorities', { body: { id: 'alpha' } })
  expect([status, body.code]).toEqual([409, 'ALREADY_EXISTS'])
})

test('a deleted authority takes its readings and its keys with it', async () => {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  await app.createAuthority({ id: 'beta' })
  const key = await app.createKey('alpha', 'read')
  const time = '2026-02-16T11:00:00Z'
  await app.store.write([createReading({ time }), createReading({ time, authority: 'beta' })])
  const query = { kind: 'bin', from: 0, to: app.clock.now() } as const
  expect(await app.store.countReadings({ authority: 'alpha', ...query })).toBe(1)

  await app.call('DELETE', '/v1/authorities/alpha')
  expect(await app.store.countReadings({ authority: 'alpha', ...query })).toBe(0)
  expect(await app.store.countReadings({ authority: 'beta', ...query })).toBe(1)
  expect((await app.call('GET', '/v1/authorities', { key })).status).toBe(401)
})

test('authorities come in pages, each with a link to the next', async () => {
  const app = await createTestApp({ publicUrl: 'https://kerbside.example/iot' })
  for (const id of ['a', 'b', 'c']) await app.createAuthority({ id })
  const first = await app.call('GET', '/v1/authorities?limit=2')
  expect(first.body.items.map((item: { id: string }) => item.id)).toEqual(['a', 'b'])
  const { next } = first.body
  expect(first.headers['link']).toBe(
    `<https://kerbside.example/iot/v1/authorities?limit=2&after=${next}>; rel="next"`,
  )
  const last = await app.call('GET', `/v1/authorities?limit=2&after=${next}`)
  expect(last.body).toMatchObject({ items: [{ id: 'c' }], next: null })
  expect(last.headers['link']).toBeUndefined()
})

test.each([
  ['Europe/Berlin', 'Europe/Berlin'],
  ['europe/berlin', 'Europe/Berlin'],
  ['utc', 'UTC'],
  ['Asia/Kolkata', 'Asia/Kolkata'],
  ['Europe/Kyiv', 'Europe/Kyiv'],
  ['Etc/GMT+1', 'Etc/GMT+1'],
])('the time zone %s is kept as %s', async (given, kept) => {
  const app = await createTestApp()
  const { body } = await app.call('POST', '/v1/authorities', { body: { id: 'alpha', timeZone: given } })
  expect(body.timeZone).toBe(kept)
})

test.each(['+01:00', '-0530', 'Mars/Olympus', 'asia/kolkata', 'ASIA/KOLKATA', '', 'Europe/Berlin '])(
  'the time zone %j is refused',
  async (timeZone) => {
    const app = await createTestApp()
    const { status, body } = await app.call('POST', '/v1/authorities', { body: { id: 'alpha', timeZone } })
    expect(status).toBe(400)
    expect(body.errors).toEqual([{ path: 'timeZone', message: expect.stringContaining('Europe/Berlin') }])
  },
)

test('what is published twice is published once', async () => {
  const app = await createTestApp()
  const published = ['bins', 'counters', 'bins']
  const { body } = await app.call('POST', '/v1/authorities', { body: { id: 'alpha', published } })
  expect(body.published).toEqual(['bins', 'counters'])
})
