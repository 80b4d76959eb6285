import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createReading } from '../fixtures/create-reading.ts'
import { openTestApp } from '../fixtures/create-test-app.ts'

const ALPHA = '/v1/authorities/alpha'
const ROOT = `${ALPHA}/sensorthings/v1.1`

/** Alpha at noon of 16 February 2026: two bins, a counter of two lanes, and a bus. Whoever opens it closes it. */
async function openTown({ isPublished = true } = {}) {
  const app = await openTestApp({ publicUrl: 'https://town.example' })
  await app.createAuthority({
    id: 'alpha',
    published: isPublished ? ['bins', 'counters', 'vehicles'] : [],
    licence: 'https://town.example/licence',
    attribution: 'Alpha Town',
    publication: { counters: { attribution: 'Alpha Roads' } },
  })
  const devices = [
    { id: 'bin-1', kind: 'bin', name: 'Quay', longitude: 4.5, latitude: 52.1, usrn: '123' },
    {
      id: 'bin-2',
      kind: 'bin',
      name: "Farmer's Market",
      longitude: 4.6,
      latitude: 52.2,
      settings: { area: 'north' },
    },
    { id: 'counter-1', kind: 'traffic', name: 'Bridge', longitude: 4.7, latitude: 52.3 },
    { id: 'bus-1', kind: 'vehicle' },
  ]
  await app.call('POST', `${ALPHA}/devices`, { body: devices })
  const hour = (index: number) => `2026-02-16T${String(index).padStart(2, '0')}:00:00Z`
  await app.store.write([
    ...Array.from({ length: 10 }, (_, index) =>
      createReading({
        time: hour(index),
        receivedTime: `2026-02-16T${String(index).padStart(2, '0')}:00:05Z`,
        fields: { fillPercent: index * 10, batteryPercent: 90 },
      }),
    ),
    createReading({ device: 'bin-2', time: hour(11), fields: { fillPercent: 5, temperatureC: 7.5 } }),
    ...[1, 2].flatMap((lane) =>
      [9, 10].map((index) =>
        createReading({
          kind: 'traffic',
          device: 'counter-1',
          part: `lane:${lane}`,
          time: hour(index),
          fields: { lane, intervalSeconds: 3_600, countsCar: lane * 100 + index },
        }),
      ),
    ),
    createReading({
      kind: 'vehicle',
      device: 'bus-1',
      time: '2026-02-16T11:59:30Z',
      fields: { longitude: 4.9, latitude: 52.4, speedKph: 30 },
    }),
  ])
  const get = (path: string, key: string | null = null) =>
    app.call('GET', path === '' ? ROOT : `${ROOT}/${path}`, { key })
  const ids = async (path: string) =>
    (await get(path)).body.value.map((entity: Record<string, unknown>) => entity['@iot.id'])
  return { app, get, ids }
}

/** For what leaves it as it is. */
let town: Awaited<ReturnType<typeof openTown>>
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.app.close())

async function createTown(options: { isPublished?: boolean } = {}) {
  const created = await openTown(options)
  onTestFinished(created.app.close)
  return created
}

const query = (options: Record<string, string>) =>
  Object.entries(options)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')

describe('the service', () => {
  test('lists the sets, and on which terms each dataset is told', async () => {
    const { get } = town
    const { status, body, headers } = await get('')
    expect(status).toBe(200)
    expect(body.value.map(({ name }: { name: string }) => name)).toEqual([
      'Things',
      'Locations',
      'HistoricalLocations',
      'Datastreams',
      'Sensors',
      'ObservedProperties',
      'Observations',
      'FeaturesOfInterest',
    ])
    expect((await town.app.call('GET', `${ROOT}/`, { key: null })).body).toEqual(body)
    expect(body.value[0].url).toBe('https://town.example/v1/authorities/alpha/sensorthings/v1.1/Things')
    expect(body.datasets.map((one: Record<string, unknown>) => [one['dataset'], one['attribution']])).toEqual(
      [
        ['bins', 'Alpha Town'],
        ['counters', 'Alpha Roads'],
        ['vehicles', 'Alpha Town'],
      ],
    )
    expect(headers.link).toContain('rel="license"')
    expect(headers['access-control-allow-origin']).toBe('*')
  })

  test('leads from every set to each of its entities and on to all that they lead to', async () => {
    const { get } = town
    const seen = new Set<string>()
    const walk = async (url: string, depth: number): Promise<void> => {
      if (seen.has(url) || depth > 3) return
      seen.add(url)
      const { status, body, text } = await get(url.slice(`https://town.example${ROOT}/`.length))
      expect(status, `${url} ${text}`).toBe(200)
      const links = JSON.stringify(body).match(/"https:\/\/town\.example[^"]+"/g) ?? []
      for (const link of links) await walk(JSON.parse(link), depth + 1)
    }
    for (const { url } of (await get('')).body.value) await walk(url, 0)
    expect(seen.size).toBeGreaterThan(60)
  })

  test('is not there without a key where nothing is published, and with one all of it is', async () => {
    const { app, get } = await createTown({ isPublished: false })
    expect((await get('')).status).toBe(401)
    expect((await get('Things')).status).toBe(401)
    const key = await app.createKey('alpha', 'read')
    expect((await get('Things', key)).body.value).toHaveLength(4)
    await app.createAuthority({ id: 'beta' })
    expect((await get('Things', await app.createKey('beta', 'admin'))).status).toBe(404)
  })
})

describe('entities', () => {
  test('a device is a Thing that stands at a Location', async () => {
    const { get } = town
    const root = `https://town.example${ROOT}`
    expect((await get("Things('bin-1')?$expand=Locations")).body).toEqual({
      '@iot.id': 'bin-1',
      '@iot.selfLink': `${root}/Things('bin-1')`,
      name: 'Quay',
      description: 'Bin',
      properties: { kind: 'bin', usrn: '123' },
      'HistoricalLocations@iot.navigationLink': `${root}/Things('bin-1')/HistoricalLocations`,
      'Datastreams@iot.navigationLink': `${root}/Things('bin-1')/Datastreams`,
      Locations: [
        {
          '@iot.id': 'bin-1',
          '@iot.selfLink': `${root}/Locations('bin-1')`,
          name: 'Quay',
          description: 'Where Quay stands',
          encodingType: 'application/geo+json',
          location: { type: 'Point', coordinates: [4.5, 52.1] },
          'Things@iot.navigationLink': `${root}/Locations('bin-1')/Things`,
          'HistoricalLocations@iot.navigationLink': `${root}/Locations('bin-1')/HistoricalLocations`,
        },
      ],
    })
    expect((await get("Locations('bus-1')")).body.location.coordinates).toEqual([4.9, 52.4])
  })

  test('a measured field of each lane is a Datastream, with its unit, its terms and how fresh it is', async () => {
    const { get, ids } = town
    expect(await ids('Datastreams')).toEqual([
      'bin-1.fillPercent',
      'bin-2.fillPercent',
      'bin-2.temperatureC',
      'bus-1.location',
      'bus-1.speedKph',
      'counter-1.lane:1.countsCar',
      'counter-1.lane:2.countsCar',
    ])
    expect((await get("Datastreams('bin-1.fillPercent')")).body).toMatchObject({
      name: 'Fill level of Quay',
      observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
      unitOfMeasurement: {
        name: 'percent',
        symbol: '%',
        definition: 'http://www.opengis.net/def/uom/UCUM/%25',
      },
      observedArea: { type: 'Point', coordinates: [4.5, 52.1] },
      properties: {
        dataset: 'bins',
        licence: 'https://town.example/licence',
        attribution: 'Alpha Town',
        latestTime: '2026-02-16T09:00:00.000Z',
        latestResultTime: '2026-02-16T09:00:05.000Z',
        ageSeconds: 10_800,
        isSilent: false,
      },
    })
    const counter = (await get("Datastreams('counter-1.lane%3A2.countsCar')")).body
    expect(counter).toMatchObject({
      name: 'Cars of Bridge, lane 2',
      observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_CountObservation',
      unitOfMeasurement: { name: null, symbol: null, definition: null },
      properties: { part: 'lane:2', attribution: 'Alpha Roads' },
    })
  })

  test('a reading is an Observation, and of a counter over its interval', async () => {
    const { get } = town
    expect((await get("Observations('bin-1.fillPercent@1771200000000')")).body).toMatchObject({
      phenomenonTime: '2026-02-16T00:00:00.000Z',
      resultTime: '2026-02-16T00:00:05.000Z',
      result: 0,
    })
    const { body } = await get(
      "Datastreams('counter-1.lane:2.countsCar')/Observations?$select=phenomenonTime,result",
    )
    expect(body.value).toEqual([
      { phenomenonTime: '2026-02-16T09:00:00.000Z/2026-02-16T10:00:00.000Z', result: 209 },
      { phenomenonTime: '2026-02-16T10:00:00.000Z/2026-02-16T11:00:00.000Z', result: 210 },
    ])
  })

  test('what is not published of a device is not told without a key', async () => {
    const { app, get } = await createTown()
    expect((await get("Datastreams('bin-1.batteryPercent')")).status).toBe(404)
    const key = await app.createKey('alpha', 'read')
    expect(
      (await get("Datastreams('bin-1.batteryPercent')/Observations?$count=true", key)).body['@iot.count'],
    ).toBe(10)
  })

  test('a delay holds for what was observed last, and for all else', async () => {
    const { app, get } = await createTown()
    await app.call('PATCH', ALPHA, { body: { publication: { bins: { delaySeconds: 5 * 3_600 } } } })
    const newest = await get(
      "Datastreams('bin-1.fillPercent')?$expand=Observations($top=1;$orderby=phenomenonTime desc)",
    )
    expect(newest.body.Observations[0].phenomenonTime).toBe('2026-02-16T07:00:00.000Z')
    expect(newest.body.properties.delaySeconds).toBe(18_000)
    const all = await get("Datastreams('bin-1.fillPercent')/Observations?$count=true")
    expect(all.body['@iot.count']).toBe(8)
    expect((await get("Observations('bin-1.fillPercent@1771232400000')")).status).toBe(404)
    const { body } = await get(
      `Observations?${query({ $filter: "startswith(Datastream/id, 'bin-')", $orderby: 'phenomenonTime desc' })}`,
    )
    expect(body.value[0].phenomenonTime).toBe('2026-02-16T07:00:00.000Z')
  })
})

describe('paths', () => {
  test.each([
    [
      "Things('bin-1')/Datastreams/$ref",
      { value: [{ '@iot.selfLink': `https://town.example${ROOT}/Datastreams('bin-1.fillPercent')` }] },
    ],
    ["Things('bin-1')/name", { name: 'Quay' }],
    ["Things('bin-1')/properties/kind", { kind: 'bin' }],
    [
      "Datastreams('bin-1.fillPercent')/Thing/Locations('bin-1')/location/coordinates",
      { coordinates: [4.5, 52.1] },
    ],
    [
      "Datastreams('bin-1.fillPercent')/Thing/$ref",
      { '@iot.selfLink': `https://town.example${ROOT}/Things('bin-1')` },
    ],
  ])('%s', async (path, expected) => {
    const { get } = town
    expect((await get(path)).body).toEqual(expected)
  })

  test('a bare value is text, and what has none is answered without a body', async () => {
    const { get } = town
    const name = await get("Things('bin-2')/name/$value")
    expect([name.text, name.headers['content-type']]).toEqual([
      "Farmer's Market",
      'text/plain; charset=utf-8',
    ])
    expect((await get("Observations('bin-1.fillPercent@1771200000000')/result/$value")).text).toBe('0')
    expect((await get("Observations('bin-1.fillPercent@1771200000000')/validTime")).status).toBe(204)
  })

  test.each([
    'Thing',
    "Things('bin-9')",
    'Things(1)',
    "Things('bin-1')/Observations",
    "Things('bin-1')/Datastreams('bin-2.fillPercent')",
    "Things('bin-1')/nme",
    'Things/name',
    "Things('bin-1')/$value",
    "Observations('bin-1.fillPercent@1')",
    "Observations('bin-1.fillPercent@99999999999999999')",
    "Datastreams('bin-1.fillPercent')/Thing('bin-1')",
    "HistoricalLocations('x')",
  ])('there is nothing at %s', async (path) => {
    const { get } = town
    expect((await get(path)).status).toBe(404)
  })
})

describe('queries', () => {
  test.each([
    ["name eq 'Quay'", ['bin-1']],
    ["name eq 'Farmer''s Market'", ['bin-2']],
    ["substringof('ar', name) and not startswith(name, 'B')", ['bin-2']],
    ["properties/kind eq 'bin' or id eq 'bus-1'", ['bin-1', 'bin-2', 'bus-1']],
    ["properties/area eq 'north'", ['bin-2']],
    ["properties/area eq null and properties/kind eq 'bin'", ['bin-1']],
    ["Datastreams/ObservedProperty/id eq 'countsCar'", ['counter-1']],
    ['Datastreams/properties/ageSeconds lt 60', ['bus-1']],
    [
      "st_within(Locations/location, geography'POLYGON((4.4 52, 4.65 52, 4.65 52.3, 4.4 52.3, 4.4 52))')",
      ['bin-1', 'bin-2'],
    ],
    ["geo.intersects(Locations/location, geography'POINT(4.7 52.3)')", ['counter-1']],
    ["geo.distance(Locations/location, geography'POINT(4.5 52.1)') lt 0.15", ['bin-1', 'bin-2']],
    [
      "geo.length(geography'LINESTRING(0 0, 3 4, 3 5)') eq 6 and st_overlaps(Locations/location, geography'POINT(4.5 52.1)') eq false and id ne 'bus-1'",
      ['bin-1', 'bin-2', 'counter-1'],
    ],
    ["length(name) gt 5 and tolower(substring(name, 0, 6)) eq 'bridge'", ['counter-1']],
  ])('Things where %s', async (filter, expected) => {
    const { ids } = town
    expect(await ids(`Things?${query({ $filter: filter })}`)).toEqual(expected)
  })

  test.each([
    ['result gt 60', [70, 80, 90]],
    ['result mod 20 eq 10 and result lt 60', [10, 30, 50]],
    ['phenomenonTime ge 2026-02-16T08:00:00Z', [80, 90]],
    ['phenomenonTime gt 2026-02-16T09:00:00+01:00 and phenomenonTime lt 2026-02-16T10:00:00Z', [90]],
    ["phenomenonTime gt now() sub duration'PT4H30M'", [80, 90]],
    ['hour(phenomenonTime) eq 3', [30]],
    ['resultTime le 2026-02-16T01:00:05Z', [0, 10]],
    ["date(phenomenonTime) eq '2026-02-15'", []],
    ['during(phenomenonTime, 2026-02-16T02:00:00Z/2026-02-16T03:30:00Z)', [20, 30]],
  ])('Observations where %s', async (filter, expected) => {
    const { get } = town
    const { body } = await get(`Datastreams('bin-1.fillPercent')/Observations?${query({ $filter: filter })}`)
    expect(body.value.map(({ result }: { result: number }) => result)).toEqual(expected)
  })

  test('sets are ordered, counted and paged, by links that lead to all of it once', async () => {
    const { get } = town
    const collect = async (path: string, name: string) => {
      const found: unknown[] = []
      for (let next: string | undefined = path; next !== undefined; ) {
        const { body, status, text } = await get(next)
        expect(status, text).toBe(200)
        found.push(...body.value.map((entity: Record<string, unknown>) => entity[name]))
        next = body['@iot.nextLink']?.slice(`https://town.example${ROOT}/`.length)
      }
      return found
    }
    expect(await collect('Things?$orderby=name desc&$top=2', 'name')).toEqual([
      'bus-1',
      'Quay',
      "Farmer's Market",
      'Bridge',
    ])
    const all = "Datastreams('bin-1.fillPercent')/Observations"
    const results = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]
    expect(await collect(`${all}?$top=3`, 'result')).toEqual(results)
    expect(await collect(`${all}?$top=3&$orderby=phenomenonTime desc`, 'result')).toEqual(
      results.toReversed(),
    )
    expect(await collect(`${all}?$top=4&$orderby=result desc`, 'result')).toEqual(results.toReversed())
    expect(await collect(`${all}?$top=3&$skip=5`, 'result')).toEqual(results.slice(5))
    expect(await collect(`${all}?$top=1&$orderby=phenomenonTime desc`, 'result')).toEqual(
      results.toReversed(),
    )
    const everything = await collect('Observations?$top=3', '@iot.id')
    expect(everything).toHaveLength(18)
    expect(new Set(everything).size).toBe(18)
    const newest = await collect('Observations?$top=3&$orderby=phenomenonTime desc', '@iot.id')
    expect(new Set(newest)).toEqual(new Set(everything))
    const times = newest.map((id) => Number(String(id).split('@')[1]))
    expect(times).toEqual(times.toSorted((a, b) => b - a))
    expect(newest).toHaveLength(18)
    const counted = await get('Datastreams?$count=true&$top=1&$filter=Thing/id eq %27bin-2%27')
    expect([counted.body['@iot.count'], counted.body.value.length]).toEqual([2, 1])
  })

  test('what takes too much to look through comes in shorter pages, and is not counted', {
    timeout: 60_000,
  }, async () => {
    const { app, get } = await createTown()
    const start = Date.UTC(2025, 0, 1)
    const readings = Array.from({ length: 105_000 }, (_, index) => ({
      ...createReading({ time: '2025-01-01T00:00:00Z', fields: { fillPercent: index === 104_000 ? 99 : 1 } }),
      time: start + index * 60_000,
      receivedTime: start + index * 60_000,
    }))
    for (let from = 0; from < readings.length; from += 15_000) {
      await app.store.write(readings.slice(from, from + 15_000))
    }
    const full = `${query({ $filter: 'result gt 95' })}`
    for (const order of ['', '&$orderby=phenomenonTime desc']) {
      const found: unknown[] = []
      let pages = 0
      let next: string | undefined = `Datastreams('bin-1.fillPercent')/Observations?${full}${order}`
      while (next !== undefined) {
        const { body, status, text } = await get(next)
        expect(status, text).toBe(200)
        found.push(...body.value.map(({ result }: { result: number }) => result))
        next = body['@iot.nextLink']?.slice(`https://town.example${ROOT}/`.length)
        pages += 1
      }
      expect([found, pages]).toEqual([[99], 2])
    }
    for (const path of ["Datastreams('bin-1.fillPercent')/Observations", 'Observations']) {
      const { status, body } = await get(`${path}?$count=true`)
      expect([status, body.errors[0].path]).toEqual([400, '$count'])
    }
  })

  test('expansions are nested, with options of their own', async () => {
    const { get } = town
    const expand =
      "Datastreams($filter=ObservedProperty/id eq 'fillPercent';$select=id;$count=true;$expand=Observations($top=2;$orderby=phenomenonTime desc;$select=result),ObservedProperty($select=name))"
    const { body } = await get(`Things('bin-1')?${query({ $expand: expand, $select: 'name' })}`)
    const { 'Observations@iot.nextLink': next, ...datastream } = body.Datastreams[0]
    expect(body.name).toBe('Quay')
    expect(body['Datastreams@iot.count']).toBe(1)
    expect(datastream).toEqual({
      '@iot.id': 'bin-1.fillPercent',
      '@iot.selfLink': `https://town.example${ROOT}/Datastreams('bin-1.fillPercent')`,
      Observations: [{ result: 90 }, { result: 80 }],
      ObservedProperty: { name: 'Fill level' },
    })
    const following = await get(next.slice(`https://town.example${ROOT}/`.length))
    expect(following.body.value).toEqual([{ result: 70 }, { result: 60 }])
    const chained = await get('Things?$expand=Datastreams/ObservedProperty,Datastreams/Sensor&$top=1')
    expect(chained.body.value[0].Datastreams[0]).toMatchObject({
      ObservedProperty: { name: 'Fill level' },
      Sensor: { '@iot.id': 'bin' },
    })
  })

  test.each([
    [
      'Things',
      '$filter',
      "nme eq 'x'",
      'at character 1, before "nme eq \'x\'": Things have no nme, but id, name',
    ],
    ['Things', '$filter', "name eq 'x", 'at character 9'],
    ['Things', '$filter', "name eq 'x' and", 'at character 13'],
    ['Things', '$filter', 'nosuch(name)', 'there is no function nosuch'],
    ['Things', '$filter', 'startswith(name)', 'startswith takes 2 values, not 1'],
    ['Things', '$filter', "st_within(Locations/location, geography'POLYGON((1 2, 3 4))')", 'well-known text'],
    ['Things', '$filter', 'Datastreams/Observations/result gt 5', 'at character 13'],
    ['Things', '$filter', `${'('.repeat(60)}1 eq 1${')'.repeat(60)}`, 'nested more than 40 deep'],
    ['Things', '$orderby', 'nme', 'Things have no nme'],
    ['Things', '$select', 'name,nme', 'at character 6'],
    ['Things', '$expand', 'Observations', 'Things do not lead to "Observations"'],
    ['Things', '$expand', 'Datastreams($top=a)', 'at character 18'],
    ['Things', '$expand', 'Datastreams($tp=1)', 'an option is needed here'],
    ['Things', '$top', '-1', 'must be a whole number'],
    ['Things', '$count', 'yes', 'Invalid option'],
    ['Things', '$skip', '100001', 'follow @iot.nextLink instead'],
    ["Things('bin-1')", '$top', '1', 'is not possible at a single entity'],
    ['Observations', '$skiptoken', 'x', 'must be that of the @iot.nextLink'],
    ['Things', '$fliter', 'x', 'is not known here'],
  ])('%s?%s=%s is refused', async (path, option, value, expected) => {
    const { get } = town
    const { status, body } = await get(`${path}?${query({ [option]: value })}`)
    expect(status).toBe(400)
    expect(JSON.stringify(body.errors)).toContain(JSON.stringify(expected).slice(1, -1))
    if (option !== '$fliter') expect(body.errors[0].path).toBe(option)
  })
})
