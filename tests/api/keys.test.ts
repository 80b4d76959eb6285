import { expect, test } from 'vitest'
import { createTestApp } from '../fixtures/create-test-app.ts'

const ALPHA = '/v1/authorities/alpha'

test('a key is shown once, and listed without itself', async () => {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  const created = await app.call('POST', `${ALPHA}/keys`, { body: { name: 'Console', scopes: ['operate'] } })
  expect(created.status).toBe(201)
  const { key, ...listed } = created.body
  expect(key).toMatch(/^[\x21-\x7e]{20,}$/)
  expect(listed).toEqual({
    id: expect.any(String),
    name: 'Console',
    scopes: ['operate'],
    createdTime: '2026-02-16T12:00:00.000Z',
  })
  const list = await app.call('GET', `${ALPHA}/keys`)
  expect(list.body).toEqual({ items: [listed], next: null })
  expect((await app.call('GET', ALPHA, { key })).status).toBe(200)
})

test('a key that is revoked is told to the directory before the answer', async () => {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  const { body } = await app.call('POST', `${ALPHA}/keys`, { body: { name: 'Works', scopes: ['read'] } })
  const heard: unknown[] = []
  app.directory.onRevocation((revocation) => heard.push(revocation))
  expect((await app.call('DELETE', `${ALPHA}/keys/${body.id}`)).status).toBe(204)
  expect(heard).toMatchObject([{ authority: 'alpha', keyHash: expect.stringMatching(/^[0-9a-f]{64}$/) }])
})

test('the audit says who changed what, and never a secret', async () => {
  const app = await createTestApp()
  await app.call('POST', '/v1/authorities', { body: { id: 'alpha' } })
  const { body: created } = await app.call('POST', `${ALPHA}/keys`, {
    body: { name: 'Works', scopes: ['admin'] },
  })
  const { body: device } = await app.call('POST', `${ALPHA}/devices`, {
    body: { id: 'bin-1', kind: 'bin' },
    key: created.key,
  })
  const { body, text } = await app.call('GET', `${ALPHA}/audit`, { key: created.key })
  expect(body.items.map(({ actor, action }: { actor: string; action: string }) => [actor, action])).toEqual([
    ['installation', 'authority.create'],
    ['installation', 'key.create'],
    [created.id, 'device.create'],
  ])
  expect(body.items[2]).toMatchObject({ target: 'bin-1', time: '2026-02-16T12:00:00.000Z' })
  expect(text).not.toContain(created.key)
  expect(text).not.toContain(device.credentials.password)
})

test("an authority's keys do not see the audit of an earlier one of its id, the installation's does", async () => {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  await app.call('PATCH', ALPHA, { body: { name: 'The earlier one' } })
  await app.call('DELETE', ALPHA)
  await app.createAuthority({ id: 'alpha' })
  const own = await app.call('GET', `${ALPHA}/audit`, { key: await app.createKey('alpha', 'admin') })
  expect(own.body.items.map(({ action }: { action: string }) => action)).toEqual([
    'authority.create',
    'key.create',
  ])
  const all = await app.call('GET', `${ALPHA}/audit`)
  expect(all.text).toContain('The earlier one')
})

test('the audit comes in pages', async () => {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  await app.call('PATCH', ALPHA, { body: { name: 'One' } })
  await app.call('PATCH', ALPHA, { body: { name: 'Two' } })
  const first = await app.call('GET', `${ALPHA}/audit?limit=2`)
  expect(first.body.items).toHaveLength(2)
  const link = /^<(.+)>; rel="next"$/.exec(String(first.headers['link']))?.[1] ?? ''
  const second = await app.call('GET', link)
  expect(second.body.items).toHaveLength(1)
  expect(second.body.next).toBeNull()
})

test("another authority's keys cannot be revoked", async () => {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  await app.createAuthority({ id: 'beta' })
  const { body } = await app.call('POST', `${ALPHA}/keys`, { body: { name: 'Works', scopes: ['read'] } })
  expect((await app.call('DELETE', `/v1/authorities/beta/keys/${body.id}`)).status).toBe(404)
  expect((await app.call('GET', ALPHA, { key: body.key })).status).toBe(200)
})

test.each([
  [{ name: 'x', scopes: ['write'] }, 'scopes.0', 'admin'],
  [{ name: 'x', scopes: [] }, 'scopes', '>=1'],
  [{ scopes: ['read'] }, 'name', 'string'],
])('the key %j is refused with what is allowed', async (key, path, allowed) => {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  const { status, body } = await app.call('POST', `${ALPHA}/keys`, { body: key })
  expect(status).toBe(400)
  expect(body.errors).toEqual([{ path, message: expect.stringContaining(allowed) }])
})
