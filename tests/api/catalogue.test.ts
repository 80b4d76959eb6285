import { expect, test } from 'vitest'
import { PAYLOAD_SCHEMAS } from '../../model/reading.ts'
import { createReading } from '../fixtures/create-reading.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'

const ALPHA = '/v1/authorities/alpha'
const LICENCE = 'https://creativecommons.org/licenses/by/4.0/'

async function createAlpha() {
  const app = await createTestApp({
    publicUrl: 'https://kerbside.example',
    mqttUrl: 'mqtts://mqtt.kerbside.example:8883',
  })
  await app.createAuthority({
    id: 'alpha',
    name: 'Alpha',
    published: ['bins', 'gtfs', 'gtfs-rt', 'service-alerts', 'bin-days'],
    licence: LICENCE,
    attribution: 'Town of Alpha',
    publication: { gtfs: { title: 'Buses of Alpha', licence: 'https://licence.example/gtfs' } },
  })
  await app.call('POST', `${ALPHA}/devices`, { body: { id: 'bin-1', kind: 'bin' } })
  await app.store.write([
    createReading({ time: '2026-02-14T11:00:00Z' }),
    createReading({ time: '2026-02-15T11:00:00Z' }),
  ])
  return app
}

interface Node {
  readonly '@id': string
  readonly [name: string]: unknown
}

test('the catalogue has what is published, on its terms and in all its forms, and nothing else', async () => {
  const app = await createAlpha()
  const { status, headers, body } = await app.call('GET', `${ALPHA}/dcat.jsonld`, { key: null })
  expect(status).toBe(200)
  expect(headers['content-type']).toContain('application/ld+json')
  const datasets = new Map<string, Node>(
    body['dcat:dataset'].map((one: Node) => [String(one['dct:identifier']), one]),
  )
  expect([...datasets.keys()]).toEqual([
    'alpha/bins',
    'alpha/gtfs',
    'alpha/gtfs-rt',
    'alpha/service-alerts',
    'alpha/bin-days',
  ])
  const bins = datasets.get('alpha/bins')
  expect(bins?.['dct:temporal']).toMatchObject({ 'dcat:startDate': { '@value': '2026-02-14T11:00:00.000Z' } })
  const forms = bins?.['dcat:distribution'] as Node[]
  expect(forms.map((form) => form['@id'].split('#')[1])).toEqual([
    'bins-geojson',
    'bins-ogc',
    'bins-sensorthings',
    'bins-csv',
    'bins-parquet',
  ])
  for (const form of forms) expect(form['dct:license']).toEqual({ '@id': LICENCE })
  const [timetable] = (datasets.get('alpha/gtfs') as Node)['dcat:distribution'] as Node[]
  expect(timetable).toMatchObject({
    'dcat:downloadURL': { '@id': `https://kerbside.example${ALPHA}/gtfs.zip` },
    'dct:license': { '@id': 'https://licence.example/gtfs' },
  })
  expect(body['dcat:service'].map((one: Node) => one['dcat:endpointURL'])).toEqual([
    { '@id': `https://kerbside.example${ALPHA}/ogc` },
    { '@id': `https://kerbside.example${ALPHA}/sensorthings/v1.1` },
  ])
  const own = await app.call('GET', `${ALPHA}/dcat.jsonld`)
  expect(own.body).toEqual(body)
})

test('every address of the catalogue is one that is there', async () => {
  const app = await createAlpha()
  const { body } = await app.call('GET', `${ALPHA}/dcat.jsonld`, { key: null })
  const addresses = body['dcat:dataset']
    .filter((one: Node) =>
      ['alpha/bins', 'alpha/service-alerts', 'alpha/bin-days'].includes(String(one['dct:identifier'])),
    )
    .flatMap((one: Node) => [
      one['dcat:landingPage'],
      ...(one['dcat:distribution'] as Node[]).flatMap((form) => [
        form['dcat:accessURL'],
        form['dcat:downloadURL'] ?? [],
      ]),
    ])
    .flat() as { '@id': string }[]
  const services = body['dcat:service'].map((one: Node) => one['dcat:endpointURL'])
  for (const { '@id': address } of [...addresses, ...services]) {
    const { pathname, search } = new URL(address)
    const { status } = await app.call('GET', `${pathname}${search}`, { key: null })
    expect([address, status]).toEqual([address, 200])
  }
})

test('each name of the catalogue has a prefix of its context, and each reference leads somewhere', async () => {
  const app = await createAlpha()
  const { body } = await app.call('GET', `${ALPHA}/dcat.jsonld`, { key: null })
  const names = new Set<string>()
  const ids = new Set<string>()
  const references = new Set<string>()
  walk(body, (node) => {
    const keys = Object.keys(node).filter((key) => !key.startsWith('@'))
    for (const key of keys) names.add(key)
    const id = node['@id']
    if (typeof id !== 'string') return
    if (keys.length > 0) ids.add(id)
    else if (id.includes('dcat.jsonld#')) references.add(id)
  })
  const prefixes = Object.keys(body['@context'])
  for (const name of names) expect(prefixes).toContain(name.split(':')[0])
  expect(references.size).toBeGreaterThan(0)
  for (const reference of references) expect([...ids]).toContain(reference)
})

test('what devices publish is described as AsyncAPI, by the schemas that it is checked by', async () => {
  const app = await createAlpha()
  const { status, body } = await app.call('GET', '/asyncapi.json', { key: null })
  expect([status, body.asyncapi]).toEqual([200, '3.0.0'])
  expect(body.servers.broker).toMatchObject({ host: 'mqtt.kerbside.example:8883', protocol: 'secure-mqtt' })
  expect(body.channels['reading.bin'].address).toBe('kerbside/v1/{authority}/bin/{device}/reading')
  for (const [kind, schema] of Object.entries(PAYLOAD_SCHEMAS)) {
    const described = body.components.schemas[`reading.${kind}`]
    expect(Object.keys(described.properties)).toEqual(Object.keys(schema.shape))
  }
  expect(body.components.schemas['reading.bin'].properties.fillPercent).toMatchObject({
    minimum: 0,
    maximum: 100,
  })
  walk(body, (node) => {
    const reference = node['$ref']
    if (typeof reference !== 'string') return
    const steps = reference.replace('#/', '').split('/')
    const found = steps.reduce<unknown>(
      (place, step) => (place as Record<string, unknown> | undefined)?.[step],
      body,
    )
    expect(found, reference).toBeDefined()
  })
})

function walk(value: unknown, visit: (node: Record<string, unknown>) => void): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) visit(value as Record<string, unknown>)
  for (const inner of Object.values(value)) walk(inner, visit)
}
