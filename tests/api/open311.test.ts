import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'
import { createBin } from '../registry/contract/harness.ts'

const ALPHA = '/v1/authorities/alpha'
const OPEN311 = `${ALPHA}/open311/v2`
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const ANN = { first_name: 'Ann', last_name: 'Example', email: 'ann@home.example', phone: '+44 1632 960001' }
const REPORT = {
  service_code: 'overflowing-bin',
  lat: '52.5001',
  long: '13.4',
  address_string: '1 High Street',
  description: 'Full up & <smelly>',
  media_url: 'https://pictures.example/1.jpg',
  device_id: 'telephone-4711',
  ...ANN,
}
/** Another parser of XML than ours reads it; where there is none, that test is skipped. */
const hasPython = spawnSync('python3', ['--version']).status === 0
/** What must not be told to everybody. */
const PERSONAL = ['Ann', 'Example', 'home.example', '960001', 'telephone-4711']

/** A town with two bins, one of them a household's, and a counter. */
async function openAlpha({
  published = ['open311'] as const,
  ...parts
}: Parameters<typeof createTestApp>[0] & { published?: readonly 'open311'[] } = {}) {
  const app = await createTestApp({ trustedProxies: ['127.0.0.1'], ...parts })
  await app.createAuthority({ id: 'alpha', name: 'Alpha Town', published: [...published] })
  await app.registry.createDevices(
    'alpha',
    [
      createBin('bin-1', { longitude: 13.4, latitude: 52.5 }),
      createBin('bin-home', { longitude: 13.41, latitude: 52.5, uprn: '100' }),
      createBin('counter', { kind: 'traffic', longitude: 13.4, latitude: 52.5001 }),
    ],
    'installation',
  )
  const time = app.clock.now() - 600_000
  const reading = { authority: 'alpha', kind: 'bin' as const, part: '', time, receivedTime: time }
  await app.store.write([{ ...reading, device: 'bin-1', fields: { fillPercent: 40 } }])
  return app
}

function post(
  app: TestApp,
  fields: Record<string, string>,
  options: { key?: string | null; format?: string; address?: string } = {},
) {
  const { key = null, format = 'json', address = '192.0.2.1' } = options
  const body = new URLSearchParams(fields).toString()
  return app.call('POST', `${OPEN311}/requests.${format}`, {
    key,
    body,
    headers: { ...FORM, 'x-forwarded-for': address },
  })
}

const read = (app: TestApp, path: string, key: string | null = null) =>
  app.call('GET', `${OPEN311}/${path}`, { key })

describe('Open311', () => {
  test('says where it is and what may be reported, in two languages', async () => {
    const app = await openAlpha({ publicUrl: 'https://alpha.example' })
    const discovery = await read(app, 'discovery.json')
    expect(discovery.body.endpoints).toEqual([
      {
        specification: 'http://wiki.open311.org/GeoReport_v2',
        url: `https://alpha.example${OPEN311}`,
        changeset: expect.stringMatching(/Z$/),
        type: 'production',
        formats: ['text/xml', 'application/json'],
      },
    ])
    const services = await read(app, 'services.json?jurisdiction_id=alpha')
    expect(services.body.map((service: { service_code: string }) => service.service_code)).toEqual([
      'overflowing-bin',
      'damaged-bin',
      'missed-collection',
      'other',
    ])
    expect(services.body[0]).toEqual({
      service_code: 'overflowing-bin',
      service_name: 'Overflowing bin',
      description: expect.stringContaining('full'),
      metadata: true,
      type: 'realtime',
      keywords: '',
      group: '',
    })
    expect((await read(app, 'services.json?lang=cy')).body[0].service_name).toBe('Bin yn gorlifo')
    const definition = await read(app, 'services/overflowing-bin.json')
    expect(definition.body).toMatchObject({
      service_code: 'overflowing-bin',
      attributes: [{ code: 'device', datatype: 'string', required: false, variable: true, order: 1 }],
    })
  })

  test('a report is kept with its bin and what its sensor said, and told without who made it', async () => {
    const app = await openAlpha()
    const posted = await post(app, REPORT)
    expect(posted.status).toBe(201)
    expect(posted.headers['cache-control']).toBe('no-store')
    const [{ service_request_id: id }] = posted.body
    expect(posted.body).toEqual([
      { service_request_id: id, service_notice: expect.stringContaining('Thank you'), account_id: null },
    ])
    expect(await app.registry.getReport('alpha', id)).toMatchObject({
      deviceId: 'bin-1',
      status: 'open',
      readings: [{ time: app.clock.now() - 600_000, fillPercent: 40 }],
    })
    const told = {
      service_request_id: id,
      status: 'open',
      status_notes: expect.stringContaining('have your report'),
      service_name: 'Overflowing bin',
      service_code: 'overflowing-bin',
      description: null,
      agency_responsible: 'Alpha Town',
      service_notice: null,
      requested_datetime: '2026-02-16T12:00:00Z',
      updated_datetime: '2026-02-16T12:00:00Z',
      expected_datetime: null,
      address: null,
      address_id: null,
      zipcode: null,
      lat: 52.5,
      long: 13.4,
      media_url: null,
    }
    for (const path of [`requests/${id}.json`, 'requests.json', `requests.json?service_request_id=${id}`]) {
      const { body, text } = await read(app, path)
      expect(body, path).toEqual([told])
      for (const word of [...PERSONAL, 'High Street', 'smelly', 'pictures']) expect(text).not.toContain(word)
    }
    expect((await read(app, `tokens/${id}.json`)).body).toEqual([{ service_request_id: id, token: id }])
    const reader = await read(app, 'requests.json', await app.createKey('alpha', 'read'))
    expect(reader.body).toEqual([{ ...told, lat: 52.5001 }])
    const withKey = await read(app, 'requests.json', await app.createKey('alpha', 'operate'))
    expect(withKey.body).toEqual([
      {
        ...told,
        lat: 52.5001,
        description: REPORT.description,
        address: REPORT.address_string,
        media_url: REPORT.media_url,
      },
    ])
    for (const word of PERSONAL) expect(withKey.text).not.toContain(word)
  })

  test('a report of no public bin is told on a grid of 100 m', async () => {
    const app = await openAlpha()
    await post(app, { ...REPORT, service_code: 'missed-collection', lat: '52.50043', long: '13.40977' })
    await post(app, { service_code: 'overflowing-bin', 'attribute[device]': 'bin-home' })
    const { body } = await read(app, 'requests.json')
    for (const { lat, long } of body as { lat: number; long: number }[]) {
      expect([lat, long]).not.toContain(13.41)
      expect(Math.abs(lat - 52.5)).toBeLessThan(0.002)
      expect([52.50043, 52.5]).not.toContain(lat)
    }
    expect(body).toHaveLength(2)
  })

  test.skipIf(!hasPython)('the XML is well-formed and says the same', async () => {
    const app = await openAlpha()
    await app.registry.updateReportSettings('alpha', { publishesWords: true }, 'test')
    const [{ service_request_id: id }] = (await post(app, { ...REPORT, description: 'a\u0001b & <c> "d"' }))
      .body
    const posted = await post(app, { ...REPORT, service_code: 'other' }, { format: 'xml' })
    expect(posted.headers['content-type']).toBe('text/xml; charset=utf-8')
    expect(listElements(posted.text)).toMatchObject({
      'service_requests/request/service_request_id': [expect.stringMatching(/^.{28}$/)],
    })
    const request = listElements((await read(app, `requests/${id}.xml`)).text)
    expect(request).toMatchObject({
      'service_requests/request/service_request_id': [id],
      'service_requests/request/status': ['open'],
      'service_requests/request/description': ['a\uFFFDb & <c> "d"'],
      'service_requests/request/address': [''],
      'service_requests/request/lat': ['52.5'],
    })
    expect(
      listElements((await read(app, 'services.xml')).text)['services/service/service_code'],
    ).toHaveLength(4)
    const definition = listElements((await read(app, 'services/other.xml')).text)
    expect(definition['service_definition/attributes/attribute/code']).toEqual(['device'])
    const discovery = listElements((await read(app, 'discovery.xml')).text)
    expect(discovery['discovery/endpoints/endpoint/formats/format']).toEqual(['text/xml', 'application/json'])
    expect(
      listElements((await read(app, `tokens/${id}.xml`)).text)['service_requests/request/token'],
    ).toEqual([id])
    const missing = await read(app, 'requests/nothing.xml')
    expect([missing.status, listElements(missing.text)]).toEqual([
      404,
      { 'errors/error/code': ['404'], 'errors/error/description': [expect.stringContaining('nothing')] },
    ])
  })

  test('what is wrong is told as the standard has it, or as a problem to who asks for that', async () => {
    const app = await openAlpha()
    for (const [fields, status, words] of [
      [{}, 400, 'service_code'],
      [{ ...REPORT, service_code: 'pothole' }, 400, 'service_code'],
      [{ ...REPORT, lat: '91' }, 400, 'lat'],
      [{ ...REPORT, lat: 'north' }, 400, 'lat'],
      [{ ...REPORT, long: '' }, 400, 'long'],
      [{ service_code: 'other' }, 400, 'a place is needed'],
      [{ ...REPORT, 'attribute[device]': 'counter' }, 400, 'no bin counter'],
      [{ ...REPORT, 'attribute[device]': 'bin-9' }, 400, 'no bin bin-9'],
      [{ ...REPORT, jurisdiction_id: 'beta' }, 404, 'jurisdiction'],
      [{ ...REPORT, description: 'x'.repeat(4_001) }, 400, 'description'],
    ] as const) {
      const answer = await post(app, fields as Record<string, string>)
      expect([answer.status, answer.body[0]], JSON.stringify(fields)).toEqual([
        status,
        { code: status, description: expect.stringContaining(words) },
      ])
    }
    for (const [path, status] of [
      ['services/pothole.json', 404],
      ['requests/nothing.json', 404],
      ['requests.json?status=done', 400],
      ['requests.json?start_date=yesterday', 400],
      ['requests.json?start_date=2026-01-01T00:00:00Z&end_date=2026-04-02T00:00:00Z', 400],
      ['requests.json?jurisdiction_id=beta', 404],
      ['requests.json?colour=red', 400],
    ] as const) {
      const { status: answered, body } = await read(app, path)
      expect([answered, body[0].code], path).toEqual([status, status])
    }
    const path = `${OPEN311}/requests/nothing.json`
    const problem = await app.call('GET', path, {
      key: null,
      headers: { accept: 'application/problem+json' },
    })
    expect(problem.body.code).toBe('NOT_FOUND')
    await app.registry.updateReportSettings('alpha', { services: { other: { isOffered: false } } }, 'test')
    expect((await post(app, { ...REPORT, service_code: 'other' })).status).toBe(404)
    expect((await read(app, 'services.json')).body).toHaveLength(3)
  })

  test('requests are filtered by service, time and status, and those that were none are not told', async () => {
    const app = await openAlpha()
    const ids: string[] = []
    for (const service_code of ['overflowing-bin', 'damaged-bin', 'other']) {
      ids.push((await post(app, { ...REPORT, service_code })).body[0].service_request_id)
      app.clock.advance(86_400)
    }
    const [overflowing = '', damaged = '', other = ''] = ids
    const close = (id: string, outcome: 'done' | 'rejected') =>
      app.registry.updateReport('alpha', id, { patch: { status: 'closed', outcome } }, 'test')
    await close(damaged, 'done')
    await close(other, 'rejected')
    const list = async (query: string, key: string | null = null) =>
      (await read(app, `requests.json?${query}`, key)).body.map(
        (request: { service_request_id: string }) => request.service_request_id,
      )
    expect(await list('')).toEqual([damaged, overflowing])
    expect(await list('', await app.createKey('alpha', 'read'))).toEqual([other, damaged, overflowing])
    expect(await list('status=open')).toEqual([overflowing])
    expect(await list('status=open,closed')).toEqual([damaged, overflowing])
    expect(await list('service_code=damaged-bin,pothole')).toEqual([damaged])
    expect(await list('service_code=pothole')).toEqual([])
    expect(await list('service_request_id=%00,nothing')).toEqual([])
    expect(await list('end_date=2026-02-16T23:00:00Z')).toEqual([overflowing])
    expect(await list('start_date=2026-02-17T00:00:00Z')).toEqual([damaged])
    expect(await list(`service_request_id=${overflowing},${damaged}&status=closed`)).toEqual([
      damaged,
      overflowing,
    ])
    const [told] = (await read(app, `requests/${other}.json?lang=cy`)).body
    expect(told).toMatchObject({ status: 'closed', status_notes: expect.stringContaining('Edrychwyd') })
    app.clock.advance(91 * 86_400)
    expect(await list('', await app.createKey('alpha', 'read'))).toEqual([])
  })

  test('a form of several parts is taken, as JSON is, and a file in it is left out', async () => {
    const app = await openAlpha()
    const form = new FormData()
    for (const [name, value] of Object.entries(REPORT)) form.append(name, value)
    form.append('media', new Blob(['picture']), 'picture.jpg')
    const sent = new Response(form)
    const posted = await app.call('POST', `${OPEN311}/requests.json`, {
      key: null,
      body: Buffer.from(await sent.arrayBuffer()),
      headers: { 'content-type': sent.headers.get('content-type') ?? '' },
    })
    expect([posted.status, posted.text]).toEqual([201, expect.stringContaining('service_request_id')])
    const body = { ...REPORT, lat: 52.7, service_code: 'other', phone: null, email: '' }
    const json = await app.call('POST', `${OPEN311}/requests.json`, { key: null, body })
    expect(json.status).toBe(201)
    const [voice] = await app.registry.listReportVoices('alpha', json.body[0].service_request_id)
    expect(voice?.contact).toEqual({ firstName: 'Ann', lastName: 'Example', email: null, phone: null })
    const broken = await app.call('POST', `${OPEN311}/requests.json`, {
      key: null,
      body: 'no parts',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    })
    expect([broken.status, broken.body[0].code]).toEqual([400, 400])
    const other = await app.call('POST', `${OPEN311}/requests.json`, {
      key: null,
      body: '<xml/>',
      headers: { 'content-type': 'text/xml' },
    })
    expect([other.status, other.body[0].code]).toEqual([415, 415])
  })

  test('where it is not published it takes a key', async () => {
    const app = await openAlpha({ published: [] })
    for (const path of ['services.json', 'requests.json', 'discovery.json', 'services/other.json']) {
      const { status, body, headers } = await read(app, path)
      expect([status, body[0].code], path).toEqual([401, 401])
      expect(headers['www-authenticate']).toContain('Bearer')
    }
    expect((await post(app, REPORT)).status).toBe(401)
    const key = await app.createKey('alpha', 'read')
    expect((await post(app, REPORT, { key })).status).toBe(201)
    await app.createAuthority({ id: 'beta' })
    const stranger = await app.createKey('beta', 'admin')
    expect((await post(app, REPORT, { key: stranger })).status).toBe(404)
    const [{ service_request_id: id }] = (await read(app, 'requests.json', key)).body
    const foreign = `/v1/authorities/beta/open311/v2/requests/${id}.json`
    expect((await app.call('GET', foreign, { key: stranger })).status).toBe(404)
  })
})

describe('spam', () => {
  test('of an address without a key, more than 20 reports an hour are held back', async () => {
    const app = await openAlpha()
    const statuses: number[] = []
    for (let count = 0; count < 22; count++) statuses.push((await post(app, REPORT)).status)
    expect(statuses).toEqual([...Array(20).fill(201), 429, 429])
    const held = await post(app, REPORT)
    expect(held.body).toEqual([{ code: 429, description: expect.stringContaining('20 reports in an hour') }])
    expect(Number(held.headers['retry-after'])).toBeGreaterThan(3_000)
    const key = await app.createKey('alpha', 'read')
    expect((await post(app, REPORT, { key })).status).toBe(201)
    // All of them are one report, which that address has made once, whoever has the key, and somebody elsewhere.
    await post(app, REPORT, { address: '192.0.2.2' })
    const { items } = await app.registry.listReports('alpha', { limit: 10 })
    expect(items.map(({ voices }) => voices)).toEqual([3])
  })

  test('a duplicate within metres and hours is answered with the first, and later or elsewhere it is another', async () => {
    const app = await openAlpha()
    const idOf = async (fields: object) =>
      (await post(app, { ...REPORT, ...fields })).body[0].service_request_id
    const first = await idOf({ service_code: 'other' })
    const second = await post(
      app,
      { ...REPORT, service_code: 'other', lat: '52.50025' },
      { address: '192.0.2.3' },
    )
    expect(second.body).toEqual([
      {
        service_request_id: first,
        service_notice: expect.stringContaining('added to theirs'),
        account_id: null,
      },
    ])
    expect(await idOf({ service_code: 'other', lat: '52.5005' })).not.toBe(first)
    app.clock.advance(49 * 3_600)
    expect(await idOf({ service_code: 'other' })).not.toBe(first)
    await app.registry.updateReportSettings('alpha', { duplicateM: 0, duplicateHours: 1 }, 'test')
    const again = await idOf({ service_code: 'other', lat: '52.50011' })
    app.clock.advance(2 * 3_600)
    expect(await idOf({ service_code: 'other', lat: '52.50011' })).not.toBe(again)
  })

  test('contact details are not kept where none are to be', async () => {
    const app = await openAlpha({ contactDays: 0 })
    const [{ service_request_id: id }] = (await post(app, REPORT)).body
    const [voice] = await app.registry.listReportVoices('alpha', id)
    expect(voice?.contact).toBeNull()
  })
})

/** By path, the text of each element that has none within, as another parser reads it. */
function listElements(xml: string): Record<string, string[]> {
  const script = `
import json, sys, xml.etree.ElementTree as tree
found = {}
def walk(element, path):
    path = path + [element.tag]
    if len(element) == 0: found.setdefault('/'.join(path), []).append(element.text or '')
    for child in element: walk(child, path)
walk(tree.fromstring(sys.stdin.buffer.read()), [])
print(json.dumps(found))`
  return JSON.parse(execFileSync('python3', ['-c', script], { input: xml, encoding: 'utf8' }))
}
