import { describe, expect, test } from 'vitest'
import type { KnownRoute } from '../../api/routes.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'

type Method = Parameters<TestApp['call']>[0]

/** Every route of the router that needs a right, with the path of one thing of the authority `alpha`. */
function listGuarded(app: TestApp): { route: KnownRoute; method: Method; path: string }[] {
  return app.app.knownRoutes
    .filter((route) => route.config.scope !== 'public' && route.method !== 'OPTIONS')
    .map((route) => ({
      route,
      method: route.method as Method,
      path: route.url.replace(':authority', 'alpha').replaceAll(/:\w+/g, 'thing-1'),
    }))
}

/** The scopes that do not include a scope. */
const TOO_SMALL = {
  published: [],
  read: ['published'],
  operate: ['published', 'read'],
  admin: ['read', 'operate'],
  installation: ['admin'],
} as const

describe('the rights of every route', () => {
  test('every route says what it needs', async () => {
    const { app } = await createTestApp()
    const undeclared = app.knownRoutes.filter(
      ({ method, config }) => config.scope === undefined && method !== 'OPTIONS',
    )
    expect(undeclared.map(({ method, url }) => `${method} ${url}`)).toEqual([])
  })

  test('only health, metrics and the names of who has published anything are for everybody, beside pages', async () => {
    const { app } = await createTestApp()
    const open = app.knownRoutes.filter(({ config, schema }) => config.scope === 'public' && !schema.hide)
    expect(new Set(open.map(({ url }) => url))).toEqual(
      new Set(['/health/live', '/health/ready', '/metrics', '/v1/published']),
    )
  })

  test('without a key, and with a wrong one, every route answers 401 and says how to do better', async () => {
    // There are more routes than an address may ask in a minute.
    const app = await createTestApp({ limits: { requestsPerMinutePerAddress: 10_000 } })
    await app.createAuthority({ id: 'alpha' })
    const routes = listGuarded(app)
    expect(routes.length).toBeGreaterThan(40)
    for (const { method, path } of routes) {
      for (const key of [null, 'kerbside_nobodys']) {
        const { status, headers } = await app.call(method, path, { key })
        expect(status, `${method} ${path} with ${key}`).toBe(401)
        expect(headers['www-authenticate']).toMatch(/^Bearer /)
      }
    }
  })

  test('with the key of another authority every route below an authority answers 404', async () => {
    const app = await createTestApp()
    await app.createAuthority({ id: 'alpha' })
    await app.createAuthority({ id: 'beta' })
    const key = await app.createKey('beta', 'admin')
    const routes = listGuarded(app).filter(({ route }) => route.url.includes(':authority'))
    expect(routes.length).toBeGreaterThan(40)
    for (const { method, path } of routes) {
      const { status } = await app.call(method, path, { key })
      expect(status, `${method} ${path}`).toBe(404)
    }
  })

  test('an authority that is not there is 404 to every key', async () => {
    const app = await createTestApp()
    await app.createAuthority({ id: 'beta' })
    const key = await app.createKey('beta', 'admin')
    for (const { method, path } of listGuarded(app).filter(({ route }) => route.url.includes(':authority'))) {
      expect((await app.call(method, path)).status, `${method} ${path}`).toBe(404)
      expect((await app.call(method, path, { key })).status, `${method} ${path}`).toBe(404)
    }
  })

  test('with too small a scope every route answers 403, before it looks at what was sent', async () => {
    const app = await createTestApp()
    await app.createAuthority({ id: 'alpha' })
    const keys = {
      published: await app.createKey('alpha', 'published'),
      read: await app.createKey('alpha', 'read'),
      operate: await app.createKey('alpha', 'operate'),
      admin: await app.createKey('alpha', 'admin'),
    }
    let tried = 0
    for (const { route, method, path } of listGuarded(app)) {
      const scope = route.config.scope as keyof typeof TOO_SMALL
      for (const small of TOO_SMALL[scope]) {
        const { status } = await app.call(method, path, { key: keys[small] })
        expect(status, `${method} ${path} with ${small}`).toBe(403)
        tried += 1
      }
    }
    expect(tried).toBeGreaterThan(20)
  })

  test('admin includes operate, which includes read', async () => {
    const app = await createTestApp()
    await app.createAuthority({ id: 'alpha' })
    const path = '/v1/authorities/alpha'
    const admin = await app.createKey('alpha', 'admin')
    const operate = await app.createKey('alpha', 'operate')
    expect((await app.call('GET', path, { key: admin })).status).toBe(200)
    expect((await app.call('GET', path, { key: operate })).status).toBe(200)
    const bin = { id: 'bin-1', kind: 'bin' }
    expect((await app.call('POST', `${path}/devices`, { key: admin, body: bin })).status).toBe(201)
    expect((await app.call('DELETE', `${path}/devices/bin-1`, { key: operate })).status).toBe(204)
  })

  test("the authorities that a key sees are its own, and the installation's sees all", async () => {
    const app = await createTestApp()
    await app.createAuthority({ id: 'alpha' })
    await app.createAuthority({ id: 'beta' })
    const own = await app.call('GET', '/v1/authorities', { key: await app.createKey('beta', 'read') })
    expect(own.body.items.map((item: { id: string }) => item.id)).toEqual(['beta'])
    const all = await app.call('GET', '/v1/authorities')
    expect(all.body.items.map((item: { id: string }) => item.id)).toEqual(['alpha', 'beta'])
  })

  test('a revoked key ends with its next request', async () => {
    const app = await createTestApp()
    await app.createAuthority({ id: 'alpha' })
    const created = await app.call('POST', '/v1/authorities/alpha/keys', {
      body: { name: 'Grafana', scopes: ['read'] },
    })
    const { id, key } = created.body
    expect((await app.call('GET', '/v1/authorities/alpha', { key })).status).toBe(200)
    expect((await app.call('DELETE', `/v1/authorities/alpha/keys/${id}`)).status).toBe(204)
    expect((await app.call('GET', '/v1/authorities/alpha', { key })).status).toBe(401)
  })

  test('the scheme of the Authorization header is taken in any case, and no other scheme', async () => {
    const app = await createTestApp()
    await app.createAuthority({ id: 'alpha' })
    const key = await app.createKey('alpha', 'read')
    const statusOf = async (authorization: string) =>
      (await app.call('GET', '/v1/authorities', { key: null, headers: { authorization } })).status
    expect(await statusOf(`bearer ${key}`)).toBe(200)
    expect(await statusOf(`Basic ${Buffer.from(`alpha:${key}`).toString('base64')}`)).toBe(401)
    expect(await statusOf('Bearer ')).toBe(401)
  })
})

describe('what an authority has published', () => {
  const PUBLISHED = ['bins', 'counters', 'displays', 'vehicles'] as const

  test.each(PUBLISHED)('%s are read without a key, and nothing else is', async (what) => {
    const app = await createTestApp()
    await app.createAuthority({ id: 'alpha', published: [what] })
    for (const { route, method, path } of listGuarded(app)) {
      const { status } = await app.call(method, path, { key: null })
      const isOpen = [route.config.published].flat().includes(what)
      expect(status === 401, `${method} ${path} answered ${status}`).toBe(!isOpen)
    }
    expect((await app.call('GET', `/v1/authorities/alpha/${what}`, { key: null })).status).toBe(200)
  })

  test('is read with a key for what is published, and nothing else is', async () => {
    const app = await createTestApp()
    await app.createAuthority({ id: 'alpha', published: ['bins'] })
    const key = await app.createKey('alpha', 'published')
    expect((await app.call('GET', '/v1/authorities/alpha/bins', { key })).status).toBe(200)
    for (const path of ['', '/counters', '/devices', '/keys', '/audit']) {
      expect((await app.call('GET', `/v1/authorities/alpha${path}`, { key })).status).toBe(403)
    }
    expect((await app.call('GET', '/v1/authorities', { key })).status).toBe(403)
  })

  test("is read with another authority's key too", async () => {
    const app = await createTestApp()
    await app.createAuthority({ id: 'alpha', published: ['bins'] })
    await app.createAuthority({ id: 'beta' })
    const key = await app.createKey('beta', 'read')
    expect((await app.call('GET', '/v1/authorities/alpha/bins', { key })).status).toBe(200)
    expect((await app.call('GET', '/v1/authorities/alpha/counters', { key })).status).toBe(404)
  })

  test('is closed again by a change of the authority', async () => {
    const app = await createTestApp()
    await app.createAuthority({ id: 'alpha', published: ['bins'] })
    await app.call('PATCH', '/v1/authorities/alpha', { body: { published: [] } })
    expect((await app.call('GET', '/v1/authorities/alpha/bins', { key: null })).status).toBe(401)
  })

  test('is not read with a key that is none', async () => {
    const app = await createTestApp()
    await app.createAuthority({ id: 'alpha', published: ['bins'] })
    expect((await app.call('GET', '/v1/authorities/alpha/bins', { key: 'nobodys' })).status).toBe(401)
  })
})
