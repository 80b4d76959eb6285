import { describe, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'

const ALPHA = '/v1/authorities/alpha'
const DEPOT = { id: 'depot-1', name: 'Werribee', longitude: 144.66, latitude: -37.9 }

async function createAlpha(): Promise<TestApp> {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  await app.call('POST', `${ALPHA}/depots`, { body: DEPOT })
  return app
}

describe.each([
  ['depots', { ...DEPOT, id: 'site-1' }, {}],
  ['tips', { ...DEPOT, id: 'site-1' }, { opens: '00:00', closes: '24:00', serviceSeconds: 900, streams: [] }],
  [
    'lorries',
    { id: 'site-1', name: 'Eagle 1', depotId: 'depot-1', capacity: { litres: 18_000 } },
    {
      capacity: { litres: 18_000, kg: 10_000 },
      streams: [],
      shiftStart: '06:00',
      shiftEnd: '14:00',
      breakSeconds: 0,
      costPerKm: 1,
      costPerHour: 40,
      costPerDay: 100,
      skills: [],
      heightM: null,
      weightKg: null,
    },
  ],
])('%s', (kind, site, defaults) => {
  test('are created, found, listed, changed and deleted', async () => {
    const app = await createAlpha()
    const path = `${ALPHA}/${kind}`
    const created = await app.call('POST', path, { body: site })
    expect(created.status).toBe(201)
    expect(created.headers['location']).toBe(`${path}/site-1`)
    expect(created.body).toEqual({ ...site, ...defaults })
    expect((await app.call('GET', `${path}/site-1`)).body).toEqual(created.body)
    const list = await app.call('GET', path)
    expect(list.body.items).toContainEqual(created.body)
    expect((await app.call('POST', path, { body: site })).status).toBe(409)
    const changed = await app.call('PATCH', `${path}/site-1`, { body: { name: 'New' } })
    expect(changed.body).toEqual({ ...created.body, name: 'New' })
    expect((await app.call('GET', `${path}/site-1`)).body.name).toBe('New')
    expect((await app.call('DELETE', `${path}/site-1`)).status).toBe(204)
    expect((await app.call('GET', `${path}/site-1`)).status).toBe(404)
    expect((await app.call('PATCH', `${path}/site-1`, { body: {} })).status).toBe(404)
    expect((await app.call('DELETE', `${path}/site-1`)).status).toBe(404)
  })
})

test('null sets a field back to what it is by default', async () => {
  const app = await createAlpha()
  await app.call('POST', `${ALPHA}/tips`, { body: { ...DEPOT, id: 'tip-1', opens: '07:30' } })
  const { body } = await app.call('PATCH', `${ALPHA}/tips/tip-1`, { body: { opens: null } })
  expect(body.opens).toBe('00:00')
})

test('a change of a part of the capacity leaves the other part, and null resets one', async () => {
  const app = await createAlpha()
  const path = `${ALPHA}/lorries/lorry-1`
  await app.call('POST', `${ALPHA}/lorries`, {
    body: { id: 'lorry-1', name: 'Eagle', depotId: 'depot-1', capacity: { litres: 18_000, kg: 9_000 } },
  })
  const one = await app.call('PATCH', path, { body: { capacity: { kg: 8_000 } } })
  expect(one.body.capacity).toEqual({ litres: 18_000, kg: 8_000 })
  const reset = await app.call('PATCH', path, { body: { capacity: { litres: null } } })
  expect(reset.body.capacity).toEqual({ litres: 20_000, kg: 8_000 })
  const all = await app.call('PATCH', path, { body: { capacity: null } })
  expect(all.body.capacity).toEqual({ litres: 20_000, kg: 10_000 })
})

test('a field that a capacity does not have is refused', async () => {
  const app = await createAlpha()
  const lorry = { id: 'lorry-1', name: 'Eagle', depotId: 'depot-1' }
  const fault = {
    path: 'capacity.liters',
    message: expect.stringMatching(/not known here; allowed are litres, kg/),
  }
  const capacity = { liters: 18_000 }
  const created = await app.call('POST', `${ALPHA}/lorries`, { body: { ...lorry, capacity } })
  expect([created.status, created.body.errors]).toEqual([400, [fault]])
  await app.call('POST', `${ALPHA}/lorries`, { body: lorry })
  const changed = await app.call('PATCH', `${ALPHA}/lorries/lorry-1`, { body: { capacity } })
  expect([changed.status, changed.body.errors]).toEqual([400, [fault]])
})

test('a depot that lorries use is not deleted, and the answer names them', async () => {
  const app = await createAlpha()
  const lorry = { id: 'lorry-1', name: 'Eagle', depotId: 'depot-1' }
  await app.call('POST', `${ALPHA}/lorries`, { body: lorry })
  const { status, body } = await app.call('DELETE', `${ALPHA}/depots/depot-1`)
  expect([status, body.code]).toEqual([409, 'CONFLICT'])
  expect(body.detail).toContain('lorry-1')
  await app.call('DELETE', `${ALPHA}/lorries/lorry-1`)
  expect((await app.call('DELETE', `${ALPHA}/depots/depot-1`)).status).toBe(204)
})

test('a lorry needs a depot that is there', async () => {
  const app = await createAlpha()
  const lorry = { id: 'lorry-1', name: 'Eagle', depotId: 'nowhere' }
  const { status, body } = await app.call('POST', `${ALPHA}/lorries`, { body: lorry })
  expect(status).toBe(400)
  expect(body.errors).toEqual([{ path: 'depotId', message: 'there is no depot nowhere' }])
})

test('a lorry has its break within its shift, and limits for the day; null lets go of them', async () => {
  const app = await createAlpha()
  const lorry = { id: 'lorry-1', name: 'Eagle', depotId: 'depot-1', breakSeconds: 1_800 }
  const limits = { dayLimitKg: 12_000, dayLimitLitres: 60_000, dayLimitLifts: 120 }
  const body = { ...lorry, ...limits, breakOpens: '10:00', breakCloses: '11:30' }
  const created = await app.call('POST', `${ALPHA}/lorries`, { body })
  expect(created.body).toMatchObject(body)
  const path = `${ALPHA}/lorries/lorry-1`
  const refusals: [object, string, RegExp][] = [
    [{ breakOpens: '12:00' }, 'breakCloses', /earlier than breakOpens/],
    [{ breakOpens: '05:00' }, 'breakOpens', /earlier than shiftStart/],
    [{ breakCloses: '15:00' }, 'breakCloses', /later than shiftEnd/],
    [{ breakOpens: null }, 'breakOpens', /needed/],
    [
      { shiftStart: '13:45', breakOpens: null, breakCloses: null },
      'breakSeconds',
      /shorter than the shift, 900 s/,
    ],
    [{ dayLimitLifts: 0 }, 'dayLimitLifts', />=1/],
  ]
  for (const [change, field, message] of refusals) {
    const { status, body: problem } = await app.call('PATCH', path, { body: change })
    expect([status, problem.errors]).toEqual([
      400,
      [{ path: field, message: expect.stringMatching(message) }],
    ])
  }
  const freed = await app.call('PATCH', path, {
    body: { breakOpens: null, breakCloses: null, dayLimitKg: null },
  })
  expect(freed.status).toBe(200)
  expect(Object.keys(freed.body)).not.toContain('dayLimitKg')
  expect(Object.keys(freed.body)).not.toContain('breakOpens')
  expect(freed.body.dayLimitLifts).toBe(120)
})

test('a depot may have hours, which do not end before they start', async () => {
  const app = await createAlpha()
  const path = `${ALPHA}/depots/depot-1`
  const opened = await app.call('PATCH', path, { body: { opens: '05:00', closes: '20:00' } })
  expect(opened.body).toEqual({ ...DEPOT, opens: '05:00', closes: '20:00' })
  const { status, body } = await app.call('PATCH', path, { body: { closes: '04:00' } })
  expect([status, body.errors]).toEqual([400, [{ path: 'closes', message: 'must be later than opens' }]])
  expect((await app.call('PATCH', path, { body: { opens: null, closes: null } })).body).toEqual(DEPOT)
})

test('a change that makes no sense is refused with its field', async () => {
  const app = await createAlpha()
  await app.call('POST', `${ALPHA}/tips`, { body: { ...DEPOT, id: 'tip-1' } })
  const path = `${ALPHA}/tips/tip-1`
  const swapped = await app.call('PATCH', path, { body: { opens: '18:00', closes: '06:00' } })
  expect(swapped.body.errors).toMatchObject([{ path: 'closes' }])
  const renamed = await app.call('PATCH', path, { body: { id: 'tip-2' } })
  expect(renamed.body.errors).toMatchObject([{ path: 'id' }])
  const misspelt = await app.call('PATCH', path, { body: { openes: '05:00' } })
  expect(misspelt.body.errors).toMatchObject([
    { path: 'openes', message: expect.stringContaining('allowed are id, name,') },
  ])
})
