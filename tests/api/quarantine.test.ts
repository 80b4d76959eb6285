import { expect, test } from 'vitest'
import type { NewQuarantined } from '../../model/rejection.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'

const ALPHA = '/v1/authorities/alpha'
const QUARANTINE = `${ALPHA}/quarantine`

async function createAlpha() {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  await app.call('POST', `${ALPHA}/devices`, {
    body: [
      { id: 'bin-1', kind: 'bin' },
      { id: 'bin-2', kind: 'bin' },
    ],
  })
  return app
}

/** Counts and keeps readings as the ingest does. */
async function quarantine(app: TestApp, items: readonly (Partial<NewQuarantined> & { text?: string })[]) {
  const source = 'journal-1'
  await app.registry.reportAccepted(source, [
    { authority: 'alpha', accepted: items.length, oldestPendingTime: null },
  ])
  await app.registry.recordIngested({
    source,
    position: items.length,
    counts: [{ authority: 'alpha', stored: 0, quarantined: items.length }],
    quarantined: items.map(({ text = '{"distanceMm":700}', ...item }, index) => ({
      authority: 'alpha',
      device: 'bin-1',
      topic: `kerbside/v1/alpha/bin/${item.device ?? 'bin-1'}/reading`,
      payload: Buffer.from(text),
      reason: 'not_calibrated',
      detail: 'distanceMm: bin-1 has no emptyDistanceMm and fullDistanceMm',
      receivedTime: app.clock.now() + index,
      ...item,
    })),
    sequences: [],
    statuses: [],
  })
}

async function listIds(app: TestApp, query = ''): Promise<string[]> {
  const { body } = await app.call('GET', `${QUARANTINE}${query}`)
  return body.items.map((item: { id: string }) => item.id)
}

test('what could not be read is listed with what was published, and why', async () => {
  const app = await createAlpha()
  await quarantine(app, [
    {},
    { payload: Uint8Array.of(0xff, 0x00), reason: 'not_json', detail: 'not JSON', device: null },
  ])
  const { body } = await app.call('GET', QUARANTINE)
  expect(body).toEqual({
    items: [
      {
        id: expect.any(String),
        device: 'bin-1',
        topic: 'kerbside/v1/alpha/bin/bin-1/reading',
        payload: '{"distanceMm":700}',
        payloadEncoding: 'utf-8',
        reason: 'not_calibrated',
        detail: 'distanceMm: bin-1 has no emptyDistanceMm and fullDistanceMm',
        receivedTime: '2026-02-16T12:00:00.000Z',
      },
      expect.objectContaining({ device: null, payload: '/wA=', payloadEncoding: 'base64' }),
    ],
    next: null,
  })
})

test('the list is filtered by reason and device, in pages', async () => {
  const app = await createAlpha()
  await quarantine(app, [
    {},
    { reason: 'out_of_range' },
    { device: 'bin-2' },
    { device: 'bin-2', reason: 'out_of_range' },
  ])
  const [a, b, c, d] = await listIds(app)
  expect(await listIds(app, '?reason=out_of_range')).toEqual([b, d])
  expect(await listIds(app, '?device=bin-2')).toEqual([c, d])
  expect(await listIds(app, '?device=bin-2&reason=not_calibrated')).toEqual([c])
  const page = await app.call('GET', `${QUARANTINE}?reason=not_calibrated&limit=1`)
  expect(page.body.items[0].id).toBe(a)
  const link = /^<(.+)>; rel="next"$/.exec(String(page.headers['link']))?.[1] ?? ''
  const next = await app.call('GET', link)
  expect(next.body.items.map((item: { id: string }) => item.id)).toEqual([c])
  const { status, body } = await app.call('GET', `${QUARANTINE}?reason=bad`)
  expect(status).toBe(400)
  expect(body.errors[0]).toMatchObject({
    path: 'reason',
    message: expect.stringContaining('not_calibrated'),
  })
})

test('after a fix a replay stores the reading, and moves it in the balance', async () => {
  const app = await createAlpha()
  await quarantine(app, [{}])
  const [id] = await listIds(app)
  const early = await app.call('POST', `${QUARANTINE}/${id}/replay`)
  expect(early.status).toBe(200)
  expect(early.body).toMatchObject({ isStored: false, reason: 'not_calibrated' })

  await app.call('PATCH', `${ALPHA}/devices/bin-1`, {
    body: { settings: { emptyDistanceMm: 1200, fullDistanceMm: 200 } },
  })
  const late = await app.call('POST', `${QUARANTINE}/${id}/replay`)
  expect(late.body).toEqual({ isStored: true, reason: null, detail: null })
  expect(await listIds(app)).toEqual([])
  const readings = await app.call('GET', `${ALPHA}/devices/bin-1/readings`)
  expect(readings.body.items).toMatchObject([{ distanceMm: 700, fillPercent: 50 }])
  expect((await app.call('GET', `${ALPHA}/ingest`)).body).toEqual({
    accepted: 1,
    stored: 1,
    quarantined: 0,
    pending: 0,
    lagSeconds: 0,
  })
  expect((await app.call('POST', `${QUARANTINE}/${id}/replay`)).status).toBe(404)
})

test('a replay of a device or a reason tries those alone', async () => {
  const app = await createAlpha()
  await quarantine(app, [
    { text: '{"fillPercent":10}' },
    { text: '{"fillPercent":999}', reason: 'out_of_range' },
    { text: '{"fillPercent":20}', device: 'bin-2' },
  ])
  const one = await app.call('POST', `${QUARANTINE}/replay`, { body: { device: 'bin-1' } })
  expect(one.body).toEqual({ stored: 1, stillQuarantined: 1 })
  const all = await app.call('POST', `${QUARANTINE}/replay`)
  expect(all.body).toEqual({ stored: 1, stillQuarantined: 1 })
  const { body } = await app.call('GET', `${ALPHA}/ingest`)
  expect(body).toMatchObject({ accepted: 3, stored: 2, quarantined: 1, pending: 0 })
})

test('the filter of a replay may be in the query as well, and one that is not known is refused', async () => {
  const app = await createAlpha()
  await quarantine(app, [
    { text: '{"fillPercent":10}', reason: 'not_calibrated' },
    { text: '{"fillPercent":20}', reason: 'clock_wrong', device: 'bin-2' },
  ])
  const refused = await app.call('POST', `${QUARANTINE}/replay?reasom=not_calibrated`)
  expect(refused.body.errors).toMatchObject([{ path: 'reasom' }])
  const both = await app.call('POST', `${QUARANTINE}/replay?device=bin-1`, { body: { device: 'bin-2' } })
  expect(both.body.errors).toEqual([{ path: 'device', message: 'is bin-2 in the body, bin-1 in the query' }])
  const one = await app.call('POST', `${QUARANTINE}/replay?reason=not_calibrated`)
  expect(one.body).toEqual({ stored: 1, stillQuarantined: 0 })
})

test('what is discarded is gone and stays counted', async () => {
  const app = await createAlpha()
  await quarantine(app, [{}, { reason: 'out_of_range' }, { device: 'bin-2' }, { device: 'bin-2' }])
  const [first] = await listIds(app)
  expect((await app.call('DELETE', `${QUARANTINE}/${first}`)).body).toEqual({ discarded: 1 })
  expect((await app.call('DELETE', `${QUARANTINE}/${first}`)).status).toBe(404)
  expect((await app.call('DELETE', `${QUARANTINE}?device=bin-2`)).body).toEqual({ discarded: 2 })
  expect((await app.call('DELETE', `${QUARANTINE}?all=true`)).body).toEqual({ discarded: 1 })
  expect(await listIds(app)).toEqual([])
  expect((await app.call('GET', `${ALPHA}/ingest`)).body).toMatchObject({ accepted: 4, quarantined: 4 })
})

test.each(['', '?devcie=bin-2&reason=not_calibrated', '?all=yes'])(
  'a discard that could mean more than it says is refused: %s',
  async (query) => {
    const app = await createAlpha()
    await quarantine(app, [{}])
    const { status, body } = await app.call('DELETE', `${QUARANTINE}${query}`)
    expect([status, body.code]).toEqual([400, 'INVALID_REQUEST'])
    expect(await listIds(app)).toHaveLength(1)
  },
)

test('the balance is brought up to date before it is read', async () => {
  const ref: { app?: TestApp } = {}
  const app = await createTestApp({
    refreshBalance: async () => {
      await ref.app?.registry.reportAccepted('journal-1', [
        { authority: 'alpha', accepted: 5, oldestPendingTime: ref.app.clock.now() - 2_000 },
      ])
    },
  })
  ref.app = app
  await app.createAuthority({ id: 'alpha' })
  const { body } = await app.call('GET', `${ALPHA}/ingest`)
  expect(body).toEqual({ accepted: 5, stored: 0, quarantined: 0, pending: 5, lagSeconds: 2 })
})

test('readings in quarantine are counted by reason, the most first', async () => {
  const app = await createAlpha()
  await quarantine(app, [{ reason: 'not_json', detail: 'not JSON' }, {}, {}])
  const { body } = await app.call('GET', `${QUARANTINE}/reasons`)
  expect(body).toEqual({
    items: [
      { reason: 'not_calibrated', count: 2 },
      { reason: 'not_json', count: 1 },
    ],
  })
})

test('a corrected payload is stored in the place of what was published, and anything else in the body is refused', async () => {
  const app = await createAlpha()
  await quarantine(app, [{}])
  const [id] = await listIds(app)
  const path = `${QUARANTINE}/${id}/replay`
  const refused = await app.call('POST', path, { body: { payload: '' } })
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'payload' }] } })
  expect(await app.call('POST', path, { body: { payloads: 'x' } })).toMatchObject({ status: 400 })

  const stored = await app.call('POST', path, { body: { payload: '{"fillPercent":56}' } })
  expect(stored.body).toEqual({ isStored: true, reason: null, detail: null })
  expect(await listIds(app)).toEqual([])
})
