import { type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { ApiParts } from '../../api/parts.ts'
import { KerbsideError } from '../../model/error.ts'
import { createTestApp, openTestApp, type TestApp } from '../fixtures/create-test-app.ts'

const ALPHA = '/v1/authorities/alpha'
const JSON_TYPE = { 'content-type': 'application/json' }

// What is refused changes nothing, so most of these share one.
let app: TestApp

beforeAll(async () => {
  app = await openTestApp()
  await app.createAuthority({ id: 'alpha' })
  return app.close
})

async function createAlpha(parts: Partial<ApiParts>) {
  const own = await createTestApp(parts)
  await own.createAuthority({ id: 'alpha' })
  return own
}

test('a problem is RFC 9457, with a stable code and the request it was of', async () => {
  const { status, headers, body } = await app.call('GET', '/v1/authorities/nope', {
    headers: { 'x-request-id': 'from-the-proxy-1' },
  })
  expect(status).toBe(404)
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(headers['x-request-id']).toBe('from-the-proxy-1')
  expect(body).toEqual({
    type: 'urn:kerbside:problem:not-found',
    title: 'Not Found',
    status: 404,
    detail: expect.stringContaining('nope'),
    code: 'NOT_FOUND',
    instance: 'urn:kerbside:request:from-the-proxy-1',
  })
})

test('a request id that would break a log line is replaced', async () => {
  const { headers } = await app.call('GET', '/health/live', { headers: { 'x-request-id': 'a b"c' } })
  expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
})

test('all faults of a body are named at once, with what was sent and what is allowed', async () => {
  const { status, body } = await app.call('POST', `${ALPHA}/devices`, {
    body: [
      { id: 'bin-1', kind: 'bin' },
      { id: '-bin', kind: 'dustbin', longitude: 181, settings: { thresholdPercent: 101 }, colour: 'red' },
    ],
  })
  expect([status, body.code]).toEqual([400, 'INVALID_REQUEST'])
  const messages = Object.fromEntries(
    body.errors.map((fault: { path: string; message: string }) => [fault.path, fault.message]),
  )
  expect(messages).toEqual({
    '1.id': expect.stringMatching(/letters, digits.*"-bin"/),
    '1.kind': expect.stringMatching(/bin.*traffic.*display.*vehicle.*"dustbin"/),
    '1.longitude': expect.stringMatching(/180.*181/),
    '1.settings.thresholdPercent': expect.stringMatching(/100.*101/),
    '1.colour': expect.stringMatching(/not known.*allowed are id, kind, name/),
  })
})

test('one device that is wrong is named without an index', async () => {
  const { body } = await app.call('POST', `${ALPHA}/devices`, { body: { id: 'bin-1' } })
  expect(body.errors).toEqual([{ path: 'kind', message: expect.stringContaining('vehicle') }])
})

test.each([
  ['[]', ''],
  ['null', ''],
  ['"bin-1"', ''],
  ['', ''],
])('the body %j is refused as a whole', async (payload, path) => {
  const { status, body } = await app.call('POST', `${ALPHA}/devices`, { body: payload, headers: JSON_TYPE })
  expect([status, body.code]).toEqual([400, 'INVALID_REQUEST'])
  expect(body.errors[0].path).toBe(path)
})

test('more than 1,000 devices at once are refused', async () => {
  const devices = Array.from({ length: 1_001 }, (_, index) => ({ id: `bin-${index}`, kind: 'bin' }))
  const { status, body } = await app.call('POST', `${ALPHA}/devices`, { body: devices })
  expect(status).toBe(400)
  expect(body.errors).toEqual([{ path: '', message: expect.stringContaining('1000') }])
})

test.each([
  ['{"id": }', 7],
  ['{"id": "a" "kind"}', 11],
  ['{"id": "a",\n "kind": bin}', 21],
  ['[1,]', 3],
  ['{"id": "\u0001"}', 8],
])('JSON that is none is refused with where: %j', async (payload, position) => {
  const { status, body } = await app.call('POST', `${ALPHA}/devices`, { body: payload, headers: JSON_TYPE })
  expect(status).toBe(400)
  expect(body.detail).toContain(`position ${position}`)
})

test.each([
  ['limit=x', 'must be a number, but it was "x"'],
  ['limit=1&limit=2', 'must be a number, but it was ["1","2"]'],
  ['limit=', 'must be a number, but it was ""'],
])('%s is refused with what was sent', async (query, message) => {
  const { status, body } = await app.call('GET', `${ALPHA}/devices?${query}`)
  expect(status).toBe(400)
  expect(body.errors).toEqual([{ path: 'limit', message }])
})

test.each([
  [`${ALPHA}/devices?limits=5`, 'limits', 'limit, after, kind'],
  [`${ALPHA}/audit?From=2026-02-16T00:00:00Z&limit=1`, 'From', 'limit, after'],
  [`${ALPHA}?pretty=1`, 'pretty', 'none is allowed'],
  [`${ALPHA}/ingest?__proto__=1`, '__proto__', 'none is allowed'],
])('a parameter that is not known is refused: %s', async (path, name, allowed) => {
  const { status, body } = await app.call('GET', path)
  expect([status, body.code]).toEqual([400, 'INVALID_REQUEST'])
  expect(body.errors).toEqual([
    { path: name, message: expect.stringMatching(new RegExp(`not known here; .*${allowed}$`)) },
  ])
})

test('every endpoint that the document has refuses parameters that it does not, but for what probes and apps poll', () => {
  const lax = app.app.knownRoutes.filter(({ schema }) => {
    if (schema.operationId === undefined) return false
    const { querystring } = schema
    return !(querystring instanceof z.ZodObject && querystring.def.catchall instanceof z.ZodNever)
  })
  const urls = new Set(lax.map(({ url }) => url))
  expect([...urls].filter((url) => !/\/gtfs-rt\//.test(url)).toSorted()).toEqual([
    '/health/live',
    '/health/ready',
    '/metrics',
  ])
})

test.each(['devices', 'keys', 'audit', 'quarantine', 'rounds', 'depots', 'tips', 'lorries'])(
  'a list of %s does not go on after what is no place in it',
  async (list) => {
    for (const after of ['no place!', '', 'x'.repeat(600)]) {
      const query = new URLSearchParams({ after })
      const { status, body } = await app.call('GET', `${ALPHA}/${list}?${query}`)
      expect([status, body.errors?.[0]?.path]).toEqual([400, 'after'])
    }
  },
)

test.each(['keys', 'audit', 'quarantine', 'rounds'])(
  'a list of %s does not go on after an id of another kind',
  async (list) => {
    const { status, body } = await app.call('GET', `${ALPHA}/${list}?after=bin-1`)
    expect([status, body.errors]).toEqual([
      400,
      [{ path: 'after', message: 'must be the `next` of the page before, but it was "bin-1"' }],
    ])
  },
)

test('fields that do not go together are told without all the rest', async () => {
  const settings = { emptyDistanceMm: 100, fullDistanceMm: 200 }
  const { body } = await app.call('POST', `${ALPHA}/devices`, {
    body: { id: 'bin-9', kind: 'bin', settings },
  })
  expect(body.errors).toEqual([
    { path: 'settings.emptyDistanceMm', message: 'must be larger than fullDistanceMm (200)' },
  ])
})

test('a change of settings that is refused says what was sent', async () => {
  await app.call('POST', `${ALPHA}/devices`, { body: { id: 'changed', kind: 'bin' } })
  const { body } = await app.call('PATCH', `${ALPHA}/devices/changed`, {
    body: { settings: { fullDistanceMm: -5 } },
  })
  expect(body.errors).toEqual([
    { path: 'settings.fullDistanceMm', message: expect.stringMatching(/0, but it was -5$/) },
  ])
})

test('an id that is there already is named where it was sent', async () => {
  await app.call('POST', `${ALPHA}/devices`, { body: { id: 'twice', kind: 'bin' } })
  const one = await app.call('POST', `${ALPHA}/devices`, { body: { id: 'twice', kind: 'bin' } })
  const several = await app.call('POST', `${ALPHA}/devices`, {
    body: [
      { id: 'once', kind: 'bin' },
      { id: 'twice', kind: 'bin' },
    ],
  })
  expect([one.status, several.status]).toEqual([409, 409])
  expect([one.body.errors[0].path, several.body.errors[0].path]).toEqual(['id', '1.id'])
})

test('JSON that is nested too deep is refused', async () => {
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
  const payload = `{"id": "bin-1", "kind": "bin", "settings": {"x": ${deep}}}`
  const { status, body } = await app.call('POST', `${ALPHA}/devices`, { body: payload, headers: JSON_TYPE })
  expect([status, body.code]).toEqual([400, 'INVALID_REQUEST'])
  expect(body.detail).toContain('64 levels')
})

test('a body that is no UTF-8 is refused, and not stored otherwise than it was sent', async () => {
  const payload = Buffer.from('{"id":"bin-7","kind":"bin","name":"B\xfcro"}', 'latin1')
  const { status, body } = await app.call('POST', `${ALPHA}/devices`, { body: payload, headers: JSON_TYPE })
  expect([status, body.errors]).toEqual([400, [{ path: '', message: 'it is not UTF-8' }]])
})

test('a body of null is refused as such', async () => {
  const { body } = await app.call('POST', `${ALPHA}/devices`, { body: 'null', headers: JSON_TYPE })
  expect(body.errors).toEqual([{ path: '', message: 'must be an object or an array, but it was null' }])
})

test('a value of a wrong type is told once', async () => {
  const { body } = await app.call('POST', `${ALPHA}/keys`, { body: { name: 'Works', scopes: 'read' } })
  expect(body.errors).toEqual([{ path: 'scopes', message: expect.stringMatching(/array.*"read"$/) }])
})

test('a body that cannot be unpacked, and a path that is too long, are told as faults', async () => {
  const packed = await app.call('POST', `${ALPHA}/devices`, {
    body: Buffer.from('no gzip'),
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
  })
  const tooLong = await app.call('GET', `${ALPHA}/devices/${'x'.repeat(600)}`)
  for (const { status, body } of [packed, tooLong]) {
    expect([status, body.errors]).toEqual([400, [{ path: '', message: body.detail }]])
  }
})

test('JSON that ends too early is refused as such', async () => {
  const { status, body } = await app.call('POST', `${ALPHA}/devices`, { body: '{"id":', headers: JSON_TYPE })
  expect(status).toBe(400)
  expect(body.detail).toContain('end')
})

test('a path that cannot be an id is refused with the parameter', async () => {
  const { status, body } = await app.call('GET', `${ALPHA}/devices/no%20id`)
  expect(status).toBe(400)
  expect(body.errors).toMatchObject([{ path: 'device' }])
})

test('a prototype cannot be reached through a body', async () => {
  const payload = '{"id":"bin-1","kind":"bin","settings":{"__proto__":{"isPolluted":true}}}'
  await app.call('POST', `${ALPHA}/devices`, { body: payload, headers: JSON_TYPE })
  const { body } = await app.call('GET', `${ALPHA}/devices/bin-1`)
  expect(body?.settings?.isPolluted).toBeUndefined()
  expect(({} as { isPolluted?: boolean }).isPolluted).toBeUndefined()
})

test('a body of another media type is 415', async () => {
  const { status, body } = await app.call('POST', `${ALPHA}/devices`, {
    body: 'id=bin-1',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  expect([status, body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
})

test('a body that is too large is 413', async () => {
  const { status, body } = await app.call('POST', `${ALPHA}/devices`, {
    body: JSON.stringify({ id: 'bin-1', kind: 'bin', name: 'x'.repeat(1024 * 1024) }),
    headers: JSON_TYPE,
  })
  expect([status, body.code]).toEqual([413, 'TOO_LARGE'])
})

test('a method that a path does not have is 405 and says which it has', async () => {
  const { status, headers, body } = await app.call('PUT', `${ALPHA}/devices`)
  expect([status, body.code]).toEqual([405, 'METHOD_NOT_ALLOWED'])
  expect(headers['allow']).toBe('GET, HEAD, POST, OPTIONS')
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await app.call('PUT', `${ALPHA}/devices`, { body: 'a=b', headers: form })).status).toBe(405)
})

test.each(['TRACE', 'QUERY'])('%s is 405 as any other method that a path does not have', async (method) => {
  const own = await createTestApp()
  const address = await own.app.listen({ host: '127.0.0.1', port: 0 })
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    // fetch sends no TRACE.
    request(`${address}${ALPHA}/devices`, { method }, resolve).once('error', reject).end(),
  )
  expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'GET, HEAD, POST, OPTIONS'])
})

test.each(['PROPFIND', 'LINK'])('%s is told to be possible nowhere', async (method) => {
  const own = await createTestApp()
  const address = await own.app.listen({ host: '127.0.0.1', port: 0 })
  for (const path of [`${ALPHA}/devices`, '/nothing']) {
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      request(`${address}${path}`, { method }, resolve).once('error', reject).end(),
    )
    expect(answer.statusCode).toBe(501)
    expect(JSON.parse(await text(answer))).toMatchObject({ code: 'NOT_IMPLEMENTED' })
  }
})

test.each(['/nothing', '/v1/nothing', `${ALPHA}/nothing`, '/v2/authorities', '/%zz'])(
  'at %s there is nothing',
  async (path) => {
    const { status, headers } = await app.call('GET', path)
    expect([400, 404]).toContain(status)
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
  },
)

test('a fault of our own is 500 and tells nothing of the inside', async () => {
  const own = await createAlpha({
    refreshBalance: async () => {
      throw new Error('password of postgres://kerbside:geheim@db is wrong')
    },
  })
  const { status, body, text } = await own.call('GET', `${ALPHA}/ingest`)
  expect([status, body.code]).toEqual([500, 'INTERNAL'])
  expect(text).not.toMatch(/postgres|geheim/)
})

test('a registry that is away is 503 with a time to come back', async () => {
  const own = await createAlpha({
    refreshBalance: async () => {
      throw new KerbsideError('REGISTRY_UNAVAILABLE', 'The registry does not answer')
    },
  })
  const { status, headers, body } = await own.call('GET', `${ALPHA}/ingest`)
  expect([status, body.code]).toEqual([503, 'REGISTRY_UNAVAILABLE'])
  expect(Number(headers['retry-after'])).toBeGreaterThan(0)
})

test('a handler that takes too long is answered for with 503', async () => {
  const own = await createAlpha({
    limits: { handlerTimeoutSeconds: 0.05 },
    refreshBalance: () => new Promise(() => {}),
  })
  const { status, body } = await own.call('GET', `${ALPHA}/ingest`)
  expect([status, body.code]).toEqual([503, 'BUSY'])
})

test.each([
  ['nonsense\r\n\r\n', 400],
  [`GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
])('what is no HTTP gets a problem too', async (bytes, status) => {
  const own = await createTestApp()
  await own.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = own.app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes)
  const answer = await text(socket)
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({ status })
})
