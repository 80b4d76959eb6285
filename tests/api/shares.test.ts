import { describe, expect, test } from 'vitest'
import { createReading } from '../fixtures/create-reading.ts'
import type { TestApp } from '../fixtures/create-test-app.ts'
import { createTransitTown } from './transit-town.ts'

const GRANTED = '/v1/authorities/alpha/shares'
const RECEIVED = '/v1/authorities/beta/shares'
const UNTIL = '2026-02-17T12:00:00.000Z'
/** Around what stands east of 13.4. */
const AREA = {
  type: 'Polygon',
  coordinates: [
    [
      [13.4, 52],
      [13.5, 52],
      [13.5, 53],
      [13.4, 53],
      [13.4, 52],
    ],
  ],
}

/** alpha, with bins east and west of 13.4, a counter, and a timetable; beta, and keys of both. */
async function createNeighbours() {
  const { own } = await createTransitTown()
  const device = (id: string, kind: string, longitude: number) => ({ id, kind, longitude, latitude: 52.5 })
  await own.call('POST', '/v1/authorities/alpha/devices', {
    body: [
      device('west', 'bin', 13.3),
      device('east', 'bin', 13.45),
      device('placeless', 'bin', 13.45),
      device('counter', 'traffic', 13.45),
    ],
  })
  const gone = { longitude: null, latitude: null }
  await own.call('PATCH', '/v1/authorities/alpha/devices/placeless', { body: gone })
  await own.store.write(
    ['west', 'east', 'placeless'].map((id) => createReading({ device: id, time: '2026-02-16T11:00:00Z' })),
  )
  await own.directory.refresh()
  const keys = { alpha: await own.createKey('alpha', 'admin'), beta: await own.createKey('beta', 'admin') }
  return { own, keys }
}

async function grant(own: TestApp, changes: object = {}) {
  const body = { to: 'beta', dataset: { type: 'bins', deviceIds: ['east'] }, until: UNTIL, ...changes }
  const { status, body: share } = await own.call('POST', GRANTED, { body })
  expect(status, JSON.stringify(share)).toBe(201)
  return share
}

describe('shares', () => {
  test('are granted, listed by both sides, prolonged and withdrawn', async () => {
    const { own, keys } = await createNeighbours()
    const created = await own.call('POST', GRANTED, {
      key: keys.alpha,
      body: { to: 'beta', dataset: { type: 'bins', area: AREA }, purpose: 'plan', until: UNTIL },
    })
    expect(created.status).toBe(201)
    const share = created.body
    expect(created.headers['location']).toBe(`${GRANTED}/${share.id}`)
    expect(share).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      granting: 'alpha',
      to: 'beta',
      dataset: { type: 'bins', area: AREA },
      purpose: 'plan',
      from: '2026-02-16T12:00:00.000Z',
      until: UNTIL,
      state: 'active',
      createdTime: '2026-02-16T12:00:00.000Z',
      endedTime: null,
    })
    const listed = { items: [share], next: null }
    expect((await own.call('GET', GRANTED, { key: keys.alpha })).body).toEqual(listed)
    const received = `${RECEIVED}?direction=received`
    expect((await own.call('GET', received, { key: keys.beta })).body).toEqual(listed)
    expect((await own.call('GET', RECEIVED, { key: keys.beta })).body.items).toEqual([])
    expect((await own.call('GET', `${RECEIVED}/${share.id}`, { key: keys.beta })).body).toEqual(share)
    expect((await own.call('GET', `${GRANTED}/${share.id}`, { key: keys.beta })).status).toBe(404)

    const until = '2026-02-20T12:00:00+01:00'
    const foreign = await own.call('PATCH', `${RECEIVED}/${share.id}`, { key: keys.beta, body: { until } })
    expect(foreign.status).toBe(404)
    const longer = await own.call('PATCH', `${GRANTED}/${share.id}`, { key: keys.alpha, body: { until } })
    expect(longer.body).toEqual({ ...share, until: '2026-02-20T11:00:00.000Z' })
    expect((await own.call('DELETE', `${GRANTED}/${share.id}`, { key: keys.alpha })).status).toBe(204)
    const withdrawn = await own.call('GET', `${RECEIVED}/${share.id}`, { key: keys.beta })
    expect(withdrawn.body).toMatchObject({ state: 'withdrawn', endedTime: '2026-02-16T12:00:00.000Z' })
    expect((await own.call('DELETE', `${RECEIVED}/${share.id}`, { key: keys.beta })).status).toBe(409)

    const other = await grant(own)
    expect((await own.call('DELETE', `${RECEIVED}/${other.id}`, { key: keys.beta })).status).toBe(204)
    expect((await own.call('GET', `${GRANTED}/${other.id}`)).body.state).toBe('declined')
  })

  test('what is wrong with one is told, by its field', async () => {
    const { own, keys } = await createNeighbours()
    const good = { to: 'beta', dataset: { type: 'bins' }, until: UNTIL }
    const [ring = []] = AREA.coordinates
    for (const [changes, path] of [
      [{ to: 'no id' }, 'to'],
      [{ to: 'alpha' }, 'to'],
      [{ until: '2026-02-16T11:00:00Z' }, 'until'],
      [{ until: 'soon' }, 'until'],
      [{ from: '2026-02-18T12:00:00Z' }, 'until'],
      [{ from: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z' }, 'until'],
      [{ purpose: 'sell' }, 'purpose'],
      [{ dataset: { type: 'departures' }, purpose: 'plan' }, 'purpose'],
      [{ dataset: { type: 'displays' } }, 'dataset.type'],
      [{ dataset: { type: 'bins', stopIds: ['s1'] } }, 'dataset.stopIds'],
      [{ dataset: { type: 'bins', deviceIds: ['west', 'none'] } }, 'dataset.deviceIds.1'],
      [{ dataset: { type: 'bins', deviceIds: ['counter'] } }, 'dataset.deviceIds.0'],
      [{ dataset: { type: 'counters', deviceIds: ['west'] } }, 'dataset.deviceIds.0'],
      [{ dataset: { type: 'departures', stopIds: ['none'] } }, 'dataset.stopIds.0'],
      [{ dataset: { type: 'bins', area: AREA, deviceIds: ['west'] } }, 'dataset.deviceIds'],
      [
        { dataset: { type: 'bins', area: { type: 'Polygon', coordinates: [ring.slice(1)] } } },
        'dataset.area.coordinates.0',
      ],
    ] as const) {
      const { status, body } = await own.call('POST', GRANTED, {
        key: keys.alpha,
        body: { ...good, ...changes },
      })
      expect([status, body.errors?.[0]?.path], JSON.stringify(changes)).toEqual([400, path])
    }
    const operate = await own.createKey('alpha', 'operate')
    expect((await own.call('POST', GRANTED, { key: operate, body: good })).status).toBe(403)
  })

  test('whoever grants is not told who is on the installation; the installation itself is', async () => {
    const { own, keys } = await createNeighbours()
    const body = { to: 'beta', dataset: { type: 'bins' }, until: UNTIL }
    const there = await own.call('POST', GRANTED, { key: keys.alpha, body })
    const nobody = await own.call('POST', GRANTED, { key: keys.alpha, body: { ...body, to: 'nobody' } })
    expect(nobody.status).toBe(201)
    expect({ ...nobody.body, id: '', to: '' }).toEqual({ ...there.body, id: '', to: '' })
    const told = await own.call('POST', GRANTED, { body: { ...body, to: 'nobody' } })
    expect([told.status, told.body.errors]).toEqual([
      400,
      [{ path: 'to', message: 'there is no authority nobody' }],
    ])
    await own.createAuthority({ id: 'nobody' })
    const later = await own.createKey('nobody', 'admin')
    const path = '/v1/authorities/nobody/shares'
    expect((await own.call('GET', `${path}?direction=received`, { key: later })).body.items).toEqual([])
    const features = await own.call('GET', `${path}/${nobody.body.id}/features`, { key: later })
    expect(features.status).toBe(404)
  })
})

describe('what is shared', () => {
  test('is what stands in the area, with its readings, and nothing beside it', async () => {
    const { own, keys } = await createNeighbours()
    const { id } = await grant(own, { dataset: { type: 'bins', area: AREA } })
    const read = (path: string) => own.call('GET', `${RECEIVED}/${id}/${path}`, { key: keys.beta })
    const features = await read('features')
    expect(features.headers['content-type']).toBe('application/geo+json; charset=utf-8')
    const map = await own.call('GET', '/v1/authorities/alpha/bins')
    expect(features.body.features).toEqual(
      map.body.features.filter((feature: { id: string }) => feature.id === 'east'),
    )
    const readings = await read('readings?device=east')
    expect(readings.body).toEqual({
      items: [
        {
          device: 'east',
          time: '2026-02-16T11:00:00.000Z',
          receivedTime: '2026-02-16T11:00:00.000Z',
          fillPercent: 50,
        },
      ],
      next: null,
    })
    expect((await read('readings?device=east&every=PT1H')).body.items).toHaveLength(1)
    const csv = await own.call('GET', `${RECEIVED}/${id}/readings?device=east&fields=fillPercent`, {
      key: keys.beta,
      headers: { accept: 'text/csv' },
    })
    expect(csv.text).toContain('east,2026-02-16T11:00:00.000Z')
    const plain = ({ body, status }: { body: { instance: string }; status: number }, name: string) => [
      status,
      JSON.stringify({ ...body, instance: '' }).replaceAll(name, '…'),
    ]
    const none = plain(await read('readings?device=none'), 'none')
    expect(none[0]).toBe(404)
    for (const other of ['west', 'placeless', 'counter']) {
      expect(plain(await read(`readings?device=${other}`), other)).toEqual(none)
    }
    expect((await read('stops/s1/departures')).status).toBe(404)
    // Only through the share: the other authority's own space stays closed, and so does the share to others.
    expect((await own.call('GET', '/v1/authorities/alpha/bins', { key: keys.beta })).status).toBe(404)
    expect((await own.call('GET', `${GRANTED}/${id}/features`, { key: keys.alpha })).status).toBe(404)
    expect((await own.call('GET', `${RECEIVED}/${id}/features`, { key: keys.alpha })).status).toBe(404)
    expect((await own.call('GET', `${RECEIVED}/${id}/features`, { key: null })).status).toBe(401)
  })

  test('is departures of stops, which a station stands for', async () => {
    const { own, keys } = await createNeighbours()
    const stops = (await own.call('GET', '/v1/authorities/alpha/stops')).body.features
    const [shared, ...others] = stops.map((feature: { id: string }) => feature.id)
    const { id } = await grant(own, { dataset: { type: 'departures', stopIds: [shared] } })
    const read = (path: string) => own.call('GET', `${RECEIVED}/${id}/${path}`, { key: keys.beta })
    expect((await read('features')).body.features).toEqual(stops.slice(0, 1))
    const board = await read(`stops/${shared}/departures`)
    expect(board.status).toBe(200)
    expect(board.body).toEqual(
      (await own.call('GET', `/v1/authorities/alpha/stops/${shared}/departures`)).body,
    )
    const missing = await read('stops/nothing/departures')
    expect(missing.status).toBe(404)
    const other = await read(`stops/${others[0]}/departures`)
    expect({ ...other.body, instance: '', detail: other.body.detail.replace(others[0], 'nothing') }).toEqual({
      ...missing.body,
      instance: '',
    })
    expect((await read('readings?device=east')).status).toBe(404)
  })

  test('is there in the period alone, and a share that may not be used is like none', async () => {
    const { own, keys } = await createNeighbours()
    const { id } = await grant(own, { from: '2026-02-16T13:00:00Z', until: '2026-02-16T14:00:00Z' })
    const read = async (share = id) => {
      const path = `${RECEIVED}/${share}/features`
      const { status, body } = await own.call('GET', path, { key: keys.beta })
      return [status, JSON.stringify({ ...body, instance: '' }).replaceAll(share, '…')]
    }
    const unknown = await read('f'.repeat(32))
    expect(unknown[0]).toBe(404)
    expect(await read()).toEqual(unknown)
    own.clock.advance(3_600)
    expect((await read())[0]).toBe(200)
    own.clock.advance(3_600)
    expect(await read()).toEqual(unknown)
    expect((await own.call('GET', `${GRANTED}/${id}`)).body.state).toBe('over')
    const more = { body: { until: '2026-02-16T15:00:00Z' } }
    expect((await own.call('PATCH', `${GRANTED}/${id}`, more)).body.state).toBe('active')
    expect((await read())[0]).toBe(200)
    await own.call('DELETE', `${GRANTED}/${id}`)
    expect(await read()).toEqual(unknown)
    expect((await own.call('PATCH', `${GRANTED}/${id}`, more)).status).toBe(409)
  })

  test('each access is recorded, and the granting side is not told whose key it was', async () => {
    const { own, keys } = await createNeighbours()
    const { id } = await grant(own)
    const read = (path: string) => own.call('GET', `${RECEIVED}/${id}/${path}`, { key: keys.beta })
    await read('features')
    own.clock.advance(60)
    await read('readings?device=east')
    await read('readings?device=west')
    const keyId = (await own.call('GET', '/v1/authorities/beta/keys')).body.items[0].id
    const seen = await read('accesses')
    expect(seen.body).toEqual({
      items: [
        {
          number: 2,
          time: '2026-02-16T12:01:00.000Z',
          use: 'readings',
          actor: keyId,
          target: 'east',
          round: null,
          count: 1,
        },
        {
          number: 1,
          time: '2026-02-16T12:00:00.000Z',
          use: 'features',
          actor: keyId,
          target: null,
          round: null,
          count: 1,
        },
      ],
      next: null,
    })
    const granting = await own.call('GET', `${GRANTED}/${id}/accesses`, { key: keys.alpha })
    expect(granting.body.items).toEqual(
      seen.body.items.map((access: object) => ({ ...access, actor: 'beta' })),
    )
    const page = await own.call('GET', `${GRANTED}/${id}/accesses?limit=1`)
    expect(page.body).toMatchObject({ items: [{ number: 2 }], next: '2' })
    const rest = await own.call('GET', `${GRANTED}/${id}/accesses?limit=1&after=2`)
    expect(rest.body).toMatchObject({ items: [{ number: 1 }], next: null })
    const reader = await own.createKey('beta', 'read')
    expect((await own.call('GET', `${RECEIVED}/${id}/accesses`, { key: reader })).status).toBe(403)
    await own.createAuthority({ id: 'gamma' })
    const third = await own.createKey('gamma', 'admin')
    for (const path of ['', '/features', '/accesses', '/readings?device=east']) {
      const url = `/v1/authorities/gamma/shares/${id}${path}`
      expect((await own.call('GET', url, { key: third })).status).toBe(404)
    }
  })
})
