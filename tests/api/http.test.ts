import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createTestApp } from '../fixtures/create-test-app.ts'

const ALPHA = '/v1/authorities/alpha'

async function createAlpha(parts?: Parameters<typeof createTestApp>[0]) {
  const app = await createTestApp(parts)
  await app.createAuthority({ id: 'alpha', published: ['bins'] })
  return app
}

test('what a client has already is not sent again until it changes', async () => {
  const app = await createAlpha()
  const first = await app.call('GET', ALPHA)
  const etag = String(first.headers['etag'])
  const again = await app.call('GET', ALPHA, { headers: { 'if-none-match': `"other", ${etag}` } })
  expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', etag])
  await app.call('PATCH', ALPHA, { body: { name: 'New' } })
  const changed = await app.call('GET', ALPHA, { headers: { 'if-none-match': etag } })
  expect([changed.status, changed.body.name]).toEqual([200, 'New'])
})

test('an answer to a key is private, and one for everybody is not', async () => {
  const app = await createAlpha()
  const own = await app.call('GET', `${ALPHA}/bins`)
  expect(own.headers['cache-control']).toBe('private, no-cache')
  const open = await app.call('GET', `${ALPHA}/bins`, { key: null })
  expect(open.headers['cache-control']).toBe('no-cache')
  expect(open.headers['vary']).toContain('authorization')
})

test('a secret is stored by no cache', async () => {
  const app = await createAlpha()
  const device = await app.call('POST', `${ALPHA}/devices`, { body: { id: 'bin-1', kind: 'bin' } })
  const key = await app.call('POST', `${ALPHA}/keys`, { body: { name: 'x', scopes: ['read'] } })
  expect(device.headers['cache-control']).toBe('no-store')
  expect(key.headers['cache-control']).toBe('no-store')
})

test.each([
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
])('a long answer is compressed with %s where the client takes it', async (encoding, decompress) => {
  const app = await createAlpha()
  const devices = Array.from({ length: 100 }, (_, index) => ({ id: `bin-${index}`, kind: 'bin' }))
  await app.call('POST', `${ALPHA}/devices`, { body: devices })
  const response = await app.app.inject({ url: `${ALPHA}/bins`, headers: { 'accept-encoding': encoding } })
  expect(response.headers['content-encoding']).toBe(encoding)
  expect(response.headers['vary']).toContain('accept-encoding')
  expect(response.rawPayload.length).toBeLessThan(2_000)
  expect(JSON.parse(decompress(response.rawPayload).toString()).features).toHaveLength(100)
})

test('a body that unpacks to too much is refused, however small it came', async () => {
  const app = await createAlpha()
  const { status } = await app.call('POST', `${ALPHA}/devices`, {
    body: gzipSync(JSON.stringify({ id: 'bin-1', kind: 'bin', name: 'x'.repeat(20_000_000) })),
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  })
  expect([400, 413, 415]).toContain(status)
})

test('a page of any origin may ask, with a key, and read the headers', async () => {
  const app = await createAlpha()
  const preflight = await app.call('OPTIONS', `${ALPHA}/devices`, {
    key: null,
    headers: {
      origin: 'https://map.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers['access-control-allow-origin']).toBe('*')
  expect(preflight.headers['access-control-allow-headers']).toContain('Authorization')
  expect(preflight.headers['access-control-allow-methods']).toContain('PATCH')
  const { headers } = await app.call('GET', `${ALPHA}/bins`, { headers: { origin: 'https://map.example' } })
  expect(headers['access-control-allow-origin']).toBe('*')
  expect(headers['access-control-allow-credentials']).toBeUndefined()
  expect(headers['access-control-expose-headers']).toMatch(
    /ETag.*Link.*Location.*Retry-After.*X-RateLimit-Remaining/,
  )
})

test('a refusal may be read by a page of any origin too', async () => {
  const app = await createAlpha()
  const { status, headers } = await app.call('GET', ALPHA, {
    key: null,
    headers: { origin: 'https://a.example' },
  })
  expect([status, headers['access-control-allow-origin']]).toEqual([401, '*'])
})

test('without a key an address has its limit, with a key it has that of the key', async () => {
  const app = await createAlpha({ limits: { requestsPerMinutePerAddress: 3, requestsPerMinutePerKey: 5 } })
  const key = await app.createKey('alpha', 'read')
  for (let count = 0; count < 3; count++) {
    expect((await app.call('GET', `${ALPHA}/bins`, { key: null })).status).toBe(200)
  }
  const refused = await app.call('GET', `${ALPHA}/bins`, { key: null })
  expect([refused.status, refused.body.code]).toEqual([429, 'RATE_LIMITED'])
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  for (let count = 0; count < 5; count++) {
    expect((await app.call('GET', `${ALPHA}/bins`, { key })).status).toBe(200)
  }
  expect((await app.call('GET', `${ALPHA}/bins`, { key })).status).toBe(429)
  expect((await app.call('GET', `${ALPHA}/bins`)).status).toBe(200)
})

test('whoever guesses keys, or paths, is counted by address', async () => {
  const app = await createAlpha({ limits: { requestsPerMinutePerAddress: 3 } })
  expect((await app.call('GET', ALPHA, { key: 'guess-1' })).status).toBe(401)
  expect((await app.call('GET', ALPHA, { key: 'guess-2' })).status).toBe(401)
  expect((await app.call('GET', '/v1/guess', { key: 'guess-3' })).status).toBe(404)
  expect((await app.call('GET', ALPHA, { key: 'guess-4' })).status).toBe(429)
  expect((await app.call('GET', '/v1/guess', { key: null })).status).toBe(429)
  expect((await app.call('GET', '/health/live', { key: null })).status).toBe(200)
})

test('an address is what a trusted proxy says, and not what anybody else does', async () => {
  const limits = { requestsPerMinutePerAddress: 1 }
  const forwarded = (address: string) => ({ key: null, headers: { 'x-forwarded-for': address } })
  const behind = await createAlpha({ limits, trustedProxies: ['127.0.0.1'] })
  expect((await behind.call('GET', `${ALPHA}/bins`, forwarded('203.0.113.1'))).status).toBe(200)
  expect((await behind.call('GET', `${ALPHA}/bins`, forwarded('203.0.113.2'))).status).toBe(200)
  const direct = await createAlpha({ limits })
  expect((await direct.call('GET', `${ALPHA}/bins`, forwarded('203.0.113.1'))).status).toBe(200)
  expect((await direct.call('GET', `${ALPHA}/bins`, forwarded('203.0.113.2'))).status).toBe(429)
})

test('a cache is told what an answer may differ by, compressed or not, and at a 304 too', async () => {
  const app = await createAlpha()
  const plain = await app.call('GET', ALPHA)
  const again = await app.call('GET', ALPHA, { headers: { 'if-none-match': String(plain.headers['etag']) } })
  expect(again.status).toBe(304)
  for (const { headers } of [plain, again]) {
    expect(headers['vary']).toBe('authorization, accept, accept-encoding')
  }
})

test('HEAD answers as GET does, without the body', async () => {
  const app = await createAlpha()
  const get = await app.call('GET', ALPHA)
  const head = await app.call('HEAD', ALPHA)
  expect([head.status, head.text, head.headers['etag']]).toEqual([200, '', get.headers['etag']])
})

test('no answer may be taken for another media type than it is', async () => {
  const app = await createAlpha()
  for (const path of [ALPHA, '/docs', '/metrics', '/nothing']) {
    expect((await app.call('GET', path)).headers['x-content-type-options']).toBe('nosniff')
  }
})

test('the documents are a page of their own', async () => {
  const app = await createAlpha()
  const docs = await app.call('GET', '/docs', { key: null })
  expect(docs.status).toBe(200)
  expect(docs.headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
})
