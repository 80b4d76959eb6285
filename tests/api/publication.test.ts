import { expect, test } from 'vitest'
import { createReading } from '../fixtures/create-reading.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { createRound } from '../registry/contract/sites.ts'

const ALPHA = '/v1/authorities/alpha'

/** Alpha at noon of 16 February 2026, with a bin of the town and one of a household. */
async function createAlpha(publication?: object) {
  const app = await createTestApp()
  await app.createAuthority({
    id: 'alpha',
    published: ['bins', 'counters', 'rounds'],
    ...(publication && { publication }),
  })
  const place = { longitude: -1.5491, latitude: 53.8008 }
  await app.call('POST', `${ALPHA}/devices`, {
    body: [
      { id: 'bin-1', kind: 'bin', name: 'Market square', ...place },
      { id: 'bin-2', kind: 'bin', name: '12 Mill Lane', uprn: '100012345', ...place },
      { id: 'counter-1', kind: 'traffic', ...place },
    ],
  })
  await app.store.write(
    ['bin-1', 'bin-2'].flatMap((device) => [
      createReading({
        device,
        time: '2026-02-16T09:00:00Z',
        fields: { fillPercent: 30, batteryPercent: 90 },
      }),
      createReading({
        device,
        time: '2026-02-16T11:59:00Z',
        fields: { fillPercent: 60, batteryPercent: 89 },
      }),
    ]),
  )
  const features = async (key?: null) => {
    const { body } = await app.call('GET', `${ALPHA}/bins`, key === null ? { key } : {})
    return body.features
  }
  return { ...app, features }
}

test('without a key, maps leave out bins of households and what concerns only who keeps the devices', async () => {
  const app = await createAlpha()
  const [shown, ...others] = await app.features(null)
  expect(others).toEqual([])
  expect(shown).toMatchObject({ id: 'bin-1', properties: { name: 'Market square', fillPercent: 60 } })
  expect(shown.properties).not.toHaveProperty('batteryPercent')
  const own = await app.features()
  expect(own.map(({ id }: { id: string }) => id)).toEqual(['bin-1', 'bin-2'])
  expect(own[1].properties).toMatchObject({ name: '12 Mill Lane', batteryPercent: 89 })
})

test('a key of another authority, or for what is published alone, sees what everybody does', async () => {
  const app = await createAlpha()
  await app.createAuthority({ id: 'beta' })
  for (const key of [await app.createKey('beta', 'admin'), await app.createKey('alpha', 'published')]) {
    const { body } = await app.call('GET', `${ALPHA}/bins`, { key })
    expect(body.features).toEqual(await app.features(null))
  }
})

test('bins of households are told at a rounded place where the authority says so, without their names', async () => {
  const app = await createAlpha({ bins: { roundPlacesM: 500 } })
  const shown = (await app.features(null))[1]
  expect(shown).toMatchObject({ id: 'bin-2', properties: { name: null, fillPercent: 60 } })
  const [own] = await app.features()
  expect(shown.geometry.coordinates).not.toEqual(own.geometry.coordinates)
})

test('with a delay, the latest that is old enough is told, and the age is true', async () => {
  const app = await createAlpha({ bins: { delaySeconds: 3_600 } })
  const [shown] = await app.features(null)
  expect(shown.properties).toMatchObject({
    time: '2026-02-16T09:00:00.000Z',
    fillPercent: 30,
    ageSeconds: 10_800,
  })
  app.clock.advance(3_600)
  expect((await app.features(null))[0].properties).toMatchObject({ fillPercent: 60, ageSeconds: 3_660 })
  const { body } = await app.call('GET', `${ALPHA}/bins?receivedAfter=2026-02-16T10:00:00Z`, { key: null })
  expect(body.features.map(({ id }: { id: string }) => id)).toEqual(['bin-1'])
})

test('a delay of days makes nobody silent', async () => {
  const app = await createAlpha({ bins: { delaySeconds: 200_000 } })
  app.clock.advance(200_000)
  expect((await app.features(null))[0].properties).toMatchObject({ isSilent: false, fillPercent: 60 })
})

test('no forecast tells without a key what is told later, nor of a household', async () => {
  const app = await createAlpha({ bins: { delaySeconds: 60 }, counters: { delaySeconds: 60 } })
  const statusOf = async (path: string, key?: null) =>
    (await app.call('GET', `${ALPHA}${path}`, key === null ? { key } : {})).status
  const paths = ['/bins/outlook', '/bins/bin-1/forecast', '/counters/counter-1/forecast']
  for (const path of paths)
    expect([path, await statusOf(path, null), await statusOf(path)]).toEqual([path, 404, 200])
  await app.call('PATCH', ALPHA, { body: { publication: null } })
  for (const path of paths) expect([path, await statusOf(path, null)]).toEqual([path, 200])
  expect(await statusOf('/bins/bin-2/forecast', null)).toBe(404)
  const outlook = await app.call('GET', `${ALPHA}/bins/outlook`, { key: null })
  expect(outlook.text).not.toContain('bin-2')
  expect((await app.call('GET', `${ALPHA}/bins/outlook`)).text).toContain('bin-2')
})

test('rounds are told without bins of households, in every format', async () => {
  const app = await createAlpha()
  const stop = (deviceId: string) => ({
    type: 'lift' as const,
    deviceId,
    tipId: null,
    longitude: 1,
    latitude: 2,
    arrivalTime: '2026-02-16T10:00:00Z',
    departureTime: '2026-02-16T10:01:00Z',
    load: { litres: 1, kg: 1 },
    reason: null,
  })
  const round = createRound('round-1', '2026-02-16T10:00:00Z', {
    status: 'done',
    request: { date: '2026-02-16', mustEmpty: ['bin-1', 'bin-2'] },
    lorries: [
      {
        lorryId: 'lorry-1',
        stops: [stop('bin-1'), stop('bin-2')],
        distanceM: 1,
        durationSeconds: 1,
        geometry: { type: 'LineString', coordinates: [] },
      },
    ],
    left: [{ deviceId: 'bin-2', reason: 'x', chanceOfOverflow: null, costOfWaiting: null }],
    marks: [{ type: 'done', deviceId: 'bin-2', time: '2026-02-16T10:00:00Z' }],
    changes: [{ type: 'left', message: 'bin-2 is left', deviceId: 'bin-2' }],
  })
  await app.registry.createRound('alpha', round)
  for (const path of ['', '/round-1', '/round-1.csv', '/round-1.gpx', '/round-1.geojson', '/round-1.html']) {
    const open = await app.call('GET', `${ALPHA}/rounds${path}`, { key: null })
    expect([path, open.status, open.text.includes('bin-1'), open.text.includes('bin-2')]).toEqual([
      path,
      200,
      true,
      false,
    ])
    const own = await app.call('GET', `${ALPHA}/rounds${path}`)
    expect([path, own.text.includes('bin-2')]).toEqual([path, true])
  }
})

test('a dataset is served with its own licence, and with whom to name', async () => {
  const app = await createAlpha({
    bins: { licence: 'https://licence.example/bins', attribution: 'Bins of Alpha' },
  })
  await app.call('PATCH', ALPHA, { body: { licence: 'https://licence.example/all' } })
  const bins = await app.call('GET', `${ALPHA}/bins`, { key: null })
  expect(bins.headers['link']).toBe('<https://licence.example/bins>; rel="license"')
  expect(bins.body).toMatchObject({ licence: 'https://licence.example/bins', attribution: 'Bins of Alpha' })
  const counters = await app.call('GET', `${ALPHA}/counters`, { key: null })
  expect(counters.headers['link']).toBe('<https://licence.example/all>; rel="license"')
})

test.each([
  { bins: { roundPlacesM: 10 } },
  { bins: { delaySeconds: -1 } },
  { vehicles: { roundPlacesM: 100 } },
  { departures: { delaySeconds: 60 } },
  { dustbins: {} },
  { bins: { licence: 'CC-BY' } },
])('a publication of %j is refused', async (publication) => {
  const app = await createAlpha()
  const { status, body } = await app.call('PATCH', ALPHA, { body: { publication } })
  expect(status).toBe(400)
  expect(body.errors[0].path).toMatch(/^publication/)
})
