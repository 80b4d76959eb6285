import { expect, test } from 'vitest'
import { createTestApp } from '../fixtures/create-test-app.ts'

const DEVICES = '/v1/authorities/alpha/devices'

async function createAlpha() {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  return app
}

test('registering a device answers with it, its place, and its credentials', async () => {
  const app = await createAlpha()
  const { status, headers, body } = await app.call('POST', DEVICES, {
    body: {
      id: 'bin-1',
      kind: 'bin',
      name: 'Market square',
      longitude: 144.66,
      latitude: -37.9,
      uprn: '100023336956',
      settings: { emptyDistanceMm: 1200, fullDistanceMm: 200, stream: 'general', colour: 'green' },
    },
  })
  expect(status).toBe(201)
  expect(headers['location']).toBe(`${DEVICES}/bin-1`)
  const { credentials, ...device } = body
  expect(device).toEqual({
    id: 'bin-1',
    kind: 'bin',
    name: 'Market square',
    longitude: 144.66,
    latitude: -37.9,
    uprn: '100023336956',
    usrn: null,
    stopIds: [],
    settings: { emptyDistanceMm: 1200, fullDistanceMm: 200, stream: 'general', colour: 'green' },
  })
  expect(credentials).toEqual({
    username: 'alpha/bin-1',
    password: expect.stringMatching(/^[\x21-\x7e]{16,}$/),
  })
  expect((await app.call('GET', `${DEVICES}/bin-1`)).body).toEqual(device)
})

test('what a round needs of a bin is among its settings, and hours that end before they start are refused', async () => {
  const app = await createAlpha()
  const settings = {
    collectFrom: '07:00',
    collectUntil: '11:30',
    skills: ['crane'],
    serviceSeconds: 240,
    overflowCostPerDay: 35,
  }
  const created = await app.call('POST', DEVICES, { body: { id: 'bin-1', kind: 'bin', settings } })
  expect([created.status, created.body.settings]).toEqual([201, settings])
  const swapped = { collectFrom: '12:00' }
  const fault = [{ path: 'settings.collectUntil', message: expect.stringContaining('12:00 to 11:30') }]
  const changed = await app.call('PATCH', `${DEVICES}/bin-1`, { body: { settings: swapped } })
  expect([changed.status, changed.body.errors]).toEqual([400, fault])
  const body = { id: 'bin-2', kind: 'bin', settings: { ...settings, ...swapped } }
  const refused = await app.call('POST', DEVICES, { body })
  expect([refused.status, refused.body.errors]).toEqual([400, fault])
  const freed = await app.call('PATCH', `${DEVICES}/bin-1`, {
    body: { settings: { ...swapped, collectUntil: null } },
  })
  expect(freed.body.settings).toMatchObject(swapped)
})

test('a registered device is known to the broker when the answer is there', async () => {
  const app = await createAlpha()
  await app.call('POST', DEVICES, { body: { id: 'bin-1', kind: 'bin' } })
  expect(app.directory.find('alpha', 'bin-1')?.device.kind).toBe('bin')
  await app.call('PATCH', `${DEVICES}/bin-1`, { body: { name: 'Quay' } })
  expect(app.directory.find('alpha', 'bin-1')?.device.name).toBe('Quay')
  await app.call('DELETE', `${DEVICES}/bin-1`)
  expect(app.directory.find('alpha', 'bin-1')).toBeUndefined()
})

test('a thousand devices are registered at once, in the order in which they were sent', async () => {
  const app = await createAlpha()
  const devices = Array.from({ length: 1_000 }, (_, index) => ({ id: `bin-${999 - index}`, kind: 'bin' }))
  const { status, body } = await app.call('POST', DEVICES, { body: devices })
  expect(status).toBe(201)
  expect(body.items.map((item: { id: string }) => item.id)).toEqual(devices.map(({ id }) => id))
  const passwords = body.items.map((item: { credentials: { password: string } }) => item.credentials.password)
  expect(new Set(passwords).size).toBe(1_000)
})

test('of several devices all are registered or none', async () => {
  const app = await createAlpha()
  await app.call('POST', DEVICES, { body: { id: 'bin-2', kind: 'bin' } })
  const taken = await app.call('POST', DEVICES, {
    body: [
      { id: 'bin-1', kind: 'bin' },
      { id: 'bin-2', kind: 'bin' },
    ],
  })
  expect([taken.status, taken.body.code]).toEqual([409, 'ALREADY_EXISTS'])
  const twice = await app.call('POST', DEVICES, {
    body: [
      { id: 'bin-3', kind: 'bin' },
      { id: 'bin-3', kind: 'bin' },
    ],
  })
  expect(twice.status).toBe(400)
  expect(twice.body.errors).toEqual([{ path: '1.id', message: 'bin-3 is at 0 already' }])
  const { body } = await app.call('GET', DEVICES)
  expect(body.items.map((item: { id: string }) => item.id)).toEqual(['bin-2'])
})

test('the devices are listed by kind and in pages', async () => {
  const app = await createAlpha()
  await app.call('POST', DEVICES, {
    body: [
      { id: 'bin-1', kind: 'bin' },
      { id: 'bin-2', kind: 'bin' },
      { id: 'counter-1', kind: 'traffic' },
    ],
  })
  const idsOf = (answer: { body: { items: { id: string }[] } }) => answer.body.items.map(({ id }) => id)
  expect(idsOf(await app.call('GET', `${DEVICES}?kind=traffic`))).toEqual(['counter-1'])
  const first = await app.call('GET', `${DEVICES}?kind=bin&limit=1`)
  expect(idsOf(first)).toEqual(['bin-1'])
  expect(first.headers['link']).toBe(`<${DEVICES}?kind=bin&limit=1&after=bin-1>; rel="next"`)
  const second = await app.call('GET', `${DEVICES}?kind=bin&limit=1&after=${first.body.next}`)
  expect(idsOf(second)).toEqual(['bin-2'])
  expect(second.body.next).toBeNull()
})

test('a change touches only what it names, and null removes a setting', async () => {
  const app = await createAlpha()
  await app.call('POST', DEVICES, {
    body: { id: 'bin-1', kind: 'bin', name: 'Quay', settings: { emptyDistanceMm: 1200, stream: 'paper' } },
  })
  const { status, body } = await app.call('PATCH', `${DEVICES}/bin-1`, {
    body: { longitude: 1.5, latitude: 2.5, settings: { fullDistanceMm: 100, stream: null } },
    headers: { 'content-type': 'application/merge-patch+json' },
  })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    name: 'Quay',
    longitude: 1.5,
    latitude: 2.5,
    settings: { emptyDistanceMm: 1200, fullDistanceMm: 100 },
  })
  expect(body.settings).not.toHaveProperty('stream')
})

test('settings that a change would make impossible are refused with their field', async () => {
  const app = await createAlpha()
  await app.call('POST', DEVICES, { body: { id: 'bin-1', kind: 'bin', settings: { emptyDistanceMm: 1200 } } })
  const { status, body } = await app.call('PATCH', `${DEVICES}/bin-1`, {
    body: { settings: { fullDistanceMm: 1500 } },
  })
  expect(status).toBe(400)
  expect(body.errors).toEqual([
    {
      path: 'settings.emptyDistanceMm',
      message: expect.stringContaining('larger than fullDistanceMm (1500)'),
    },
  ])
})

test('new credentials end the old ones', async () => {
  const app = await createAlpha()
  const created = await app.call('POST', DEVICES, { body: { id: 'bin-1', kind: 'bin' } })
  const before = app.directory.find('alpha', 'bin-1')?.passwordHash
  const { status, body } = await app.call('POST', `${DEVICES}/bin-1/credentials`)
  expect(status).toBe(201)
  expect(body.username).toBe('alpha/bin-1')
  expect(body.password).not.toBe(created.body.credentials.password)
  expect(app.directory.find('alpha', 'bin-1')?.passwordHash).not.toEqual(before)
})

test('what is not there is 404 under every method', async () => {
  const app = await createAlpha()
  expect((await app.call('GET', `${DEVICES}/bin-9`)).status).toBe(404)
  expect((await app.call('PATCH', `${DEVICES}/bin-9`, { body: {} })).status).toBe(404)
  expect((await app.call('DELETE', `${DEVICES}/bin-9`)).status).toBe(404)
  expect((await app.call('POST', `${DEVICES}/bin-9/credentials`)).status).toBe(404)
  expect((await app.call('GET', `${DEVICES}/bin-9/readings`)).status).toBe(404)
})

test("a change within a maker's own settings leaves the rest of them", async () => {
  const app = await createAlpha()
  const settings = { stream: 'paper', maker: { model: 'B-12', radio: { band: 868, power: 14 } } }
  await app.call('POST', DEVICES, { body: { id: 'bin-1', kind: 'bin', settings } })
  const changes = { maker: { model: null, radio: { power: 10 } } }
  const { body } = await app.call('PATCH', `${DEVICES}/bin-1`, { body: { settings: changes } })
  expect(body.settings).toEqual({ stream: 'paper', maker: { radio: { band: 868, power: 10 } } })
})
