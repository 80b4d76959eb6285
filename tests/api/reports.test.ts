import { expect, test } from 'vitest'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { createBin } from '../registry/contract/harness.ts'

const ALPHA = '/v1/authorities/alpha'
const REPORTS = `${ALPHA}/reports`
const ANN = { first_name: 'Ann', last_name: 'Example', email: 'ann@home.example', phone: '+44 1632 960001' }
const CONTACT = {
  firstName: 'Ann',
  lastName: 'Example',
  email: 'ann@home.example',
  phone: '+44 1632 960001',
}

/** A town with a bin at 40 %, and a report 50 m away from it. */
async function openAlpha() {
  const app = await createTestApp({ trustedProxies: ['127.0.0.1'] })
  await app.createAuthority({ id: 'alpha', published: ['open311'] })
  const bin = createBin('bin-1', { longitude: 13.4, latitude: 52.5 })
  await app.registry.createDevices('alpha', [bin, createBin('far')], 'installation')
  const time = app.clock.now() - 600_000
  const reading = { authority: 'alpha', kind: 'bin' as const, device: 'bin-1', part: '', receivedTime: time }
  await app.store.write([{ ...reading, time, fields: { fillPercent: 40 } }])
  const id = await report(app, ANN)
  app.clock.advance(3_600)
  const keys = {
    read: await app.createKey('alpha', 'read'),
    operate: await app.createKey('alpha', 'operate'),
  }
  return { app, id, keys }
}

let addresses = 0
/** Each from an address of its own. */
async function report(app: Awaited<ReturnType<typeof createTestApp>>, fields: object): Promise<string> {
  const body = {
    service_code: 'overflowing-bin',
    lat: 52.50045,
    long: 13.4,
    description: 'Ask for Ann',
    ...fields,
  }
  const headers = { 'x-forwarded-for': `192.0.2.${++addresses}` }
  const posted = await app.call('POST', `${ALPHA}/open311/v2/requests.json`, { key: null, body, headers })
  expect(posted.status).toBe(201)
  return posted.body[0].service_request_id
}

test('operators see who reported and what was written, and others who may look do not', async () => {
  const { app, id, keys } = await openAlpha()
  await report(app, { description: 'Me too' })
  const { body: list, headers } = await app.call('GET', REPORTS, { key: keys.read })
  expect(headers['cache-control']).toBe('no-store')
  expect(list.next).toBeNull()
  expect(list.items).toEqual([
    {
      id,
      service: 'overflowing-bin',
      status: 'open',
      outcome: null,
      deviceId: null,
      longitude: 13.4,
      latitude: 52.50045,
      language: 'en',
      requestedTime: '2026-02-16T12:00:00.000Z',
      updatedTime: '2026-02-16T13:00:00.000Z',
      closedTime: null,
      voices: 2,
      readings: [],
      note: null,
    },
  ])
  expect((await app.call('GET', `${REPORTS}/${id}`, { key: keys.read })).body).toEqual(list.items[0])
  const words = { description: 'Ask for Ann', address: null, addressId: null, mediaUrl: null }
  const { body: whole } = await app.call('GET', `${REPORTS}/${id}`, { key: keys.operate })
  expect(whole).toEqual({
    ...list.items[0],
    words,
    people: [
      { requestedTime: '2026-02-16T12:00:00.000Z', words, contact: CONTACT },
      {
        requestedTime: '2026-02-16T13:00:00.000Z',
        words: { ...words, description: 'Me too' },
        contact: null,
      },
    ],
  })
  const operators = await app.call('GET', REPORTS, { key: keys.operate })
  expect(operators.body.items).toEqual([{ ...list.items[0], words }])
  expect((await app.call('GET', REPORTS, { key: null })).status).toBe(401)
  await app.createAuthority({ id: 'beta' })
  const stranger = await app.createKey('beta', 'admin')
  for (const path of [REPORTS, `${REPORTS}/${id}`, `/v1/authorities/beta/reports/${id}`]) {
    expect((await app.call('GET', path, { key: stranger })).status, path).toBe(404)
  }
})

test('an operator joins a report to a bin, with what that had said by then, and closes it with a note', async () => {
  const { app, id, keys } = await openAlpha()
  const patch = (body: object, key = keys.operate) => app.call('PATCH', `${REPORTS}/${id}`, { key, body })
  expect((await patch({ deviceId: 'bin-1' }, keys.read)).status).toBe(403)
  const joined = await patch({ deviceId: 'bin-1' })
  expect(joined.body).toMatchObject({
    deviceId: 'bin-1',
    readings: [{ time: '2026-02-16T11:50:00.000Z', fillPercent: 40 }],
  })
  const list = async (query: string) =>
    (await app.call('GET', `${REPORTS}?${query}`)).body.items.map((item: { id: string }) => item.id)
  expect(await list('isJoined=true&device=bin-1&status=open&service=overflowing-bin')).toEqual([id])
  expect(await list('isJoined=false')).toEqual([])
  for (const [body, path] of [
    [{ deviceId: 'bin-9' }, 'deviceId'],
    [{ outcome: 'done' }, 'outcome'],
    [{ status: 'closed', outcome: 'emptied' }, 'outcome'],
    [{ status: 'shut' }, 'status'],
    [{ note: ' ' }, 'note'],
    [{ service: 'other' }, 'service'],
  ] as const) {
    const { status, body: problem } = await patch(body)
    expect([status, problem.errors?.[0]?.path], JSON.stringify(body)).toEqual([400, path])
  }
  const closed = await patch({ status: 'closed', note: 'Ann, we came at nine.' })
  expect(closed.body).toMatchObject({
    status: 'closed',
    outcome: 'done',
    closedTime: '2026-02-16T13:00:00.000Z',
  })
  const told = await app.call('GET', `${ALPHA}/open311/v2/requests/${id}.json`, { key: null })
  expect(told.body[0].status_notes).toBe('Ann, we came at nine.')
  expect((await patch({ status: 'open', note: null })).body).toMatchObject({ outcome: null, note: null })
  const rejected = await patch({ status: 'closed', outcome: 'rejected', deviceId: null })
  expect(rejected.body).toMatchObject({ outcome: 'rejected', deviceId: null, readings: [] })

  const people = `${REPORTS}/${id}/people`
  expect((await app.call('DELETE', people, { key: keys.read })).status).toBe(403)
  expect((await app.call('DELETE', people, { key: keys.operate })).status).toBe(204)
  const forgotten = await app.call('GET', `${REPORTS}/${id}`, { key: keys.operate })
  expect(forgotten.body).toMatchObject({ words: null, people: [{ words: null, contact: null }] })

  const { text: audit } = await app.call('GET', `${ALPHA}/audit`)
  expect(audit).toContain('report.create')
  expect(audit).toContain('report.update')
  for (const word of ['Ann', 'Example', 'home.example', '960001']) expect(audit).not.toContain(word)
})

test('how reports are taken is changed by administrators, and what is wrong is named', async () => {
  const { app, keys } = await openAlpha()
  const path = `${ALPHA}/report-settings`
  const usual = {
    nearestBinM: 30,
    duplicateM: 30,
    duplicateHours: 48,
    publishesWords: false,
    services: {},
  }
  expect((await app.call('GET', path, { key: keys.read })).body).toEqual(usual)
  expect((await app.call('PATCH', path, { key: keys.operate, body: {} })).status).toBe(403)
  const name = [
    { language: 'en', text: 'Fly-tipping' },
    { language: 'cy', text: 'Tipio anghyfreithlon' },
  ]
  const body = { nearestBinM: 60, services: { other: { name } } }
  const changed = await app.call('PATCH', path, { body })
  expect(changed.body).toEqual({
    ...usual,
    nearestBinM: 60,
    services: { other: { isOffered: true, name, description: null } },
  })
  const services = await app.call('GET', `${ALPHA}/open311/v2/services.json?lang=cy`, { key: null })
  expect(services.body[3]).toMatchObject({ service_name: 'Tipio anghyfreithlon' })
  // The bin is nearer than that now.
  const id = await report(app, { service_code: 'damaged-bin' })
  expect((await app.call('GET', `${REPORTS}/${id}`)).body.deviceId).toBe('bin-1')
  for (const [wrong, where] of [
    [{ nearestBinM: -1 }, 'nearestBinM'],
    [{ colour: 'red' }, ''],
    [{ services: { other: { isOffered: 'no' } } }, 'services.other.isOffered'],
  ] as const) {
    const { status, body: problem } = await app.call('PATCH', path, { body: wrong })
    expect([status, problem.errors?.[0]?.path], JSON.stringify(wrong)).toEqual([400, where])
  }
})
