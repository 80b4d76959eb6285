import { expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'

const ALPHA = '/v1/authorities/alpha'
const NEW = { name: 'Bus app', contact: 'dev@app.example', purpose: 'Departures on a watch' }

async function openTown(): Promise<TestApp> {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha', published: ['departures'] })
  return app
}

async function ask(app: TestApp, body: object = NEW) {
  const answer = await app.call('POST', `${ALPHA}/key-requests`, { key: null, body })
  return { ...answer, path: `${ALPHA}/key-requests/${answer.body.id}` }
}

function collect(app: TestApp, path: string, token: string) {
  return app.call('POST', `${path}/collect`, { key: null, body: { token } })
}

test('somebody asks for a key, the operator agrees, and the key is collected once', async () => {
  const app = await openTown()
  const asked = await ask(app)
  expect(asked).toMatchObject({
    status: 201,
    body: { state: 'open' },
    headers: { 'cache-control': 'no-store' },
  })
  const { token } = asked.body
  expect((await collect(app, asked.path, token)).body).toEqual({ state: 'open', requestsPerMinute: null })
  const list = await app.call('GET', `${ALPHA}/key-requests?state=open`, {
    key: await app.createKey('alpha', 'operate'),
  })
  expect(list.body.items).toMatchObject([{ ...NEW, state: 'open', createdTime: '2026-02-16T12:00:00.000Z' }])
  const admin = await app.createKey('alpha', 'admin')
  const approved = await app.call('POST', `${asked.path}/approve`, {
    key: admin,
    body: { requestsPerMinute: 3 },
  })
  expect(approved).toMatchObject({ status: 200, body: { state: 'approved', requestsPerMinute: 3 } })
  expect((await collect(app, asked.path, 'another')).status).toBe(404)
  const collected = await collect(app, asked.path, token)
  expect(collected.body).toEqual({
    state: 'collected',
    requestsPerMinute: 3,
    key: expect.stringMatching(/^kbs_/),
  })
  expect(collected.headers['cache-control']).toBe('no-store')
  expect((await collect(app, asked.path, token)).body).toEqual({ state: 'collected', requestsPerMinute: 3 })
  expect((await app.call('POST', `${asked.path}/approve`, { key: admin })).status).toBe(409)
})

test('a key has the limit that it was given, says so in each answer, and what it asks is counted', async () => {
  const app = await openTown()
  const asked = await ask(app)
  await app.call('POST', `${asked.path}/approve`, { body: { requestsPerMinute: 3 } })
  const { key } = (await collect(app, asked.path, asked.body.token)).body
  const path = `${ALPHA}/stops`
  for (const remaining of ['2', '1', '0']) {
    const { status, headers } = await app.call('GET', path, { key })
    expect({
      status,
      limit: headers['x-ratelimit-limit'],
      remaining: headers['x-ratelimit-remaining'],
    }).toEqual({
      status: 200,
      limit: '3',
      remaining,
    })
  }
  const refused = await app.call('GET', path, { key })
  expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } })
  expect(refused.headers['retry-after']).toBeDefined()
  // Another key, and nobody's, are counted by themselves.
  expect((await app.call('GET', path, { key: null })).status).toBe(200)
  const { items } = (await app.call('GET', `${ALPHA}/keys`)).body
  expect(items).toMatchObject([{ name: 'Bus app', scopes: ['published'], requestsPerMinute: 3 }])
  const operator = await app.createKey('alpha', 'operate')
  const usage = await app.call('GET', `${ALPHA}/keys/${items[0].id}/usage`, { key: operator })
  expect(usage.body).toEqual({ items: [{ date: '2026-02-16', requests: 4, refused: 1 }], next: null })
})

test('what was counted is kept by the end of the process, and what could not be is counted still', async () => {
  const app = await openTown()
  const { key, secret } = await app.registry.createKey('alpha', { name: 'App', scopes: ['read'] }, 'test')
  const ask = () => app.call('GET', `${ALPHA}/stops`, { key: secret })
  await ask()
  const { addKeyUsage } = app.registry
  Object.assign(app.registry, { addKeyUsage: () => Promise.reject(new Error('away')) })
  expect((await app.call('GET', `${ALPHA}/keys/${key.id}/usage`)).status).toBe(500)
  Object.assign(app.registry, { addKeyUsage })
  await ask()
  await app.app.close()
  expect(await app.registry.listKeyUsage('alpha', key.id)).toEqual([
    { date: '2026-02-16', requests: 2, refused: 0 },
  ])
})

test('who is refused is forgotten, and hears of it', async () => {
  const app = await openTown()
  const asked = await ask(app)
  const { body } = await app.call('POST', `${asked.path}/reject`)
  expect(body).toMatchObject({ state: 'rejected', contact: null, purpose: null })
  expect((await collect(app, asked.path, asked.body.token)).body.state).toBe('rejected')
  const { text } = await app.call('GET', `${ALPHA}/audit`)
  expect(text).not.toContain(NEW.contact)
})

test('where departures are not published nobody asks for a key without one', async () => {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha', published: ['bins'] })
  expect((await app.call('POST', `${ALPHA}/key-requests`, { key: null, body: NEW })).status).toBe(401)
})

test('one address asks a few times an hour', async () => {
  const app = await openTown()
  for (let time = 0; time < 5; time += 1) expect((await ask(app)).status).toBe(201)
  const refused = await ask(app)
  expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_500)
})

test('a hundred wait at most', async () => {
  const app = await openTown()
  for (let count = 0; count < 100; count += 1) await app.registry.createKeyRequest('alpha', NEW, 100)
  expect(await ask(app)).toMatchObject({ status: 503, body: { code: 'BUSY' } })
})

test('a contact never comes into the log', async () => {
  const lines: string[] = []
  const { default: pino } = await import('pino')
  const logger = pino({ level: 'trace' }, { write: (line) => lines.push(line) })
  const app = await createTestApp({ logger })
  await app.createAuthority({ id: 'alpha', published: ['departures'] })
  const asked = await ask(app)
  await ask(app, { ...NEW, contact: 7 })
  await collect(app, asked.path, asked.body.token)
  await app.call('POST', `${asked.path}/reject`)
  expect(lines.length).toBeGreaterThan(0)
  for (const hidden of [NEW.contact, asked.body.token]) expect(lines.join('')).not.toContain(hidden)
})
