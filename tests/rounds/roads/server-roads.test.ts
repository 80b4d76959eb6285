import { afterEach, describe, expect, test } from 'vitest'
import { createOsrmRoads } from '../../../rounds/roads/osrm-roads.ts'
import type { Place } from '../../../rounds/roads/place.ts'
import { type Roads, UNREACHABLE } from '../../../rounds/roads/roads.ts'
import { createValhallaRoads } from '../../../rounds/roads/valhalla-roads.ts'
import { type JsonAnswer, startJsonServer } from './start-json-server.ts'

/**
 * Servers that answer in the format of OSRM and Valhalla about a land where a degree east takes a metre and ten seconds,
 * and the way back twice as long. South of the equator is the sea, and the island north of 10° has no bridge.
 */
const metresBetween = (a: Place, b: Place): number | null => {
  if (a.latitude > 10 !== b.latitude > 10) return null
  const east = b.longitude - a.longitude
  return Math.round(100 * (east >= 0 ? east : -2 * east)) / 100
}

interface FakeServer {
  readonly requests: string[]
  answer(path: string, body: unknown): JsonAnswer | undefined
}

function fakeOsrm(): FakeServer {
  const requests: string[] = []
  const parse = (text: string): Place[] =>
    text.split(';').map((pair) => {
      const [longitude = Number.NaN, latitude = Number.NaN] = pair.split(',').map(Number)
      return { longitude, latitude }
    })
  return {
    requests,
    answer(path) {
      requests.push(path)
      const url = new URL(path, 'http://osrm')
      const [, service, , , coordinates = ''] = decodeURI(url.pathname).split('/')
      const places = parse(coordinates)
      if (places.length > 100) return { status: 400, body: { code: 'TooBig', message: 'Too many' } }
      if (places.some(({ latitude }) => latitude < 0)) {
        return { status: 400, body: { code: 'NoSegment', message: 'no segment for coordinate 0' } }
      }
      if (service === 'nearest') return { body: { code: 'Ok', waypoints: [] } }
      if (service === 'route') {
        const [a, b] = places as [Place, Place]
        if (metresBetween(a, b) === null) return { status: 400, body: { code: 'NoRoute' } }
        const line = [
          [a.longitude, a.latitude],
          [b.longitude, a.latitude],
          [b.longitude, b.latitude],
        ]
        return { body: { code: 'Ok', routes: [{ geometry: { type: 'LineString', coordinates: line } }] } }
      }
      const pick = (name: string): Place[] =>
        (url.searchParams.get(name) ?? '').split(';').map((number) => places[Number(number)] as Place)
      const [sources, destinations] = [pick('sources'), pick('destinations')]
      const rows = sources.map((a) => destinations.map((b) => metresBetween(a, b)))
      return {
        body: {
          code: 'Ok',
          distances: rows,
          durations: rows.map((row) => row.map((metres) => metres && metres * 10)),
          sources: sources.map(({ latitude }) => ({ distance: latitude === 5 ? 900 : 3 })),
          destinations: destinations.map(({ latitude }) => ({ distance: latitude === 5 ? 900 : 3 })),
        },
      }
    },
  }
}

function fakeValhalla(): FakeServer {
  const requests: string[] = []
  type Location = { lon: number; lat: number }
  const toPlace = ({ lon, lat }: Location): Place => ({ longitude: lon, latitude: lat })
  const noEdge = { status: 400, body: { error_code: 171, error: 'No suitable edges near location' } }
  return {
    requests,
    answer(path, body) {
      requests.push(`${path} ${JSON.stringify(body)}`)
      const { sources = [], targets = [], locations = [] } = body as Record<string, Location[]>
      if (path === '/locate') return { body: locations.map(({ lat }) => ({ edges: lat < 0 ? null : [{}] })) }
      if (sources.length > 50 || targets.length > 50) return { status: 400, body: { error_code: 150 } }
      if ([...sources, ...targets, ...locations].some(({ lat }) => lat < 0)) return noEdge
      if (path === '/route') {
        const [a, b] = locations.map(toPlace) as [Place, Place]
        if (metresBetween(a, b) === null) return { status: 400, body: { error_code: 442, error: 'No path' } }
        return { body: { trip: { legs: [{ shape: '_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI' }] } } }
      }
      const rows = sources.map((source) =>
        targets.map((target) => {
          const metres = metresBetween(toPlace(source), toPlace(target))
          return { distance: metres && metres / 1000, time: metres && metres * 10 }
        }),
      )
      return { body: { sources_to_targets: rows, units: 'kilometers' } }
    },
  }
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(
  create: (options: { url: string; retryMs: number; timeoutMs: number }) => Roads,
  answer: FakeServer['answer'],
): Promise<Roads> {
  const server = await startJsonServer(answer)
  closing.push(() => server.close())
  const roads = create({ url: `${server.url}/`, retryMs: 1, timeoutMs: 10_000 })
  closing.push(() => roads.close())
  return roads
}

describe.each([
  { name: 'OSRM', create: createOsrmRoads, fake: fakeOsrm, tiles: 9 },
  { name: 'Valhalla', create: createValhallaRoads, fake: fakeValhalla, tiles: 9 },
])('the roads of $name', ({ create, fake, tiles }) => {
  test('are measured in tiles that the server allows', async () => {
    const server = fake()
    const roads = await start(create, server.answer)
    const places = Array.from({ length: 130 }, (_, i) => ({ longitude: i + 0.25, latitude: 1 }))
    const { distances, durations, unreachable } = await roads.measure(places)
    expect(server.requests).toHaveLength(tiles)
    expect(unreachable).toEqual([])
    for (const [i, from] of places.entries()) {
      for (const [j, to] of places.entries()) {
        const metres = metresBetween(from, to) as number
        expect(distances[i * 130 + j]).toBe(Math.ceil(metres))
        expect(durations[i * 130 + j]).toBe(Math.ceil(metres * 10))
      }
    }
    expect(roads.isEstimated).toBe(false)
  })

  test('name places in the sea and on an island, and measure the others', async () => {
    const roads = await start(create, fake().answer)
    const places = [1, -1, 2, 20, 3].map((latitude, longitude) => ({ longitude, latitude }))
    const { durations, unreachable } = await roads.measure(places)
    expect(unreachable).toEqual([
      { placeIndex: 1, reason: 'no_road_near' },
      { placeIndex: 3, reason: 'cut_off' },
    ])
    expect([0, 1, 2, 3, 4].map((to) => durations[to])).toEqual([0, UNREACHABLE, 20, UNREACHABLE, 40])
  })

  test('are drawn leg by leg, without those that have no way', async () => {
    const roads = await start(create, fake().answer)
    const places = [1, 2, 20, -1].map((latitude, longitude) => ({ longitude, latitude }))
    const legs = await roads.trace(places)
    expect(legs.map((leg) => leg?.length ?? null)).toEqual([3, null, null])
  })

  test('are asked again where the server is away for a moment', async () => {
    const { answer } = fake()
    const failures: (JsonAnswer | undefined)[] = [undefined, { status: 503, body: {} }, { body: '<html>' }]
    const roads = await start(create, (path, body) =>
      failures.length > 0 ? failures.shift() : answer(path, body),
    )
    const { durations } = await roads.measure([
      { longitude: 0, latitude: 1 },
      { longitude: 1, latitude: 1 },
    ])
    expect(Array.from(durations)).toEqual([0, 10, 20, 0])
  })

  test('are unavailable where the server stays away, refuses, or is another one', async () => {
    const places = [
      { longitude: 0, latitude: 1 },
      { longitude: 1, latitude: 1 },
    ]
    for (const answer of [
      undefined,
      { status: 400, body: { code: 'InvalidQuery', error_code: 100, error: 'no' } },
      { body: { hello: 'world' } },
    ]) {
      const roads = await start(create, () => answer)
      await expect(roads.measure(places)).rejects.toMatchObject({ code: 'ROADS_UNAVAILABLE' })
      await expect(roads.trace(places)).rejects.toMatchObject({ code: 'ROADS_UNAVAILABLE' })
    }
  })

  test('end what is under way when it is called off', async () => {
    const stopping = new AbortController()
    const roads = await start(create, () => {
      stopping.abort(new Error('called off'))
      return undefined
    })
    const places = [
      { longitude: 0, latitude: 1 },
      { longitude: 1, latitude: 1 },
    ]
    await expect(roads.measure(places, { signal: stopping.signal })).rejects.toThrow('called off')
  })

  test('refuse to block a way that they cannot block', async () => {
    const roads = await start(create, fake().answer)
    const search = { blocked: [{ type: 'way' as const, wayId: 1 }] }
    await expect(roads.measure([], search)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })
})

test('OSRM takes a place to a road however far away: beyond 250 m it is beside none', async () => {
  const roads = await start(createOsrmRoads, fakeOsrm().answer)
  const { unreachable } = await roads.measure([1, 5, 2].map((latitude) => ({ longitude: 0, latitude })))
  expect(unreachable).toEqual([{ placeIndex: 1, reason: 'no_road_near' }])
})

test('Valhalla is told of the lorry and of blocked polygons, and its polylines have six digits', async () => {
  const server = fakeValhalla()
  const roads = await start(createValhallaRoads, server.answer)
  const places = [1, 2].map((latitude) => ({ longitude: 0, latitude }))
  const ring = [
    [0, 0],
    [1, 0],
    [1, 1],
  ] as const
  const [leg] = await roads.trace(places, {
    lorry: { heightM: 3.6, weightKg: 18_000 },
    blocked: [{ type: 'polygon', ring }],
  })
  expect(JSON.parse(server.requests[0]?.replace('/route ', '') ?? '')).toMatchObject({
    costing: 'truck',
    costing_options: { truck: { height: 3.6, weight: 18 } },
    exclude_polygons: [ring],
  })
  // The example of Google's description, 38.5 -120.2, 40.7 -120.95, 43.252 -126.453, written with six digits.
  expect(leg).toEqual([
    [-120.2, 38.5],
    [-120.95, 40.7],
    [-126.453, 43.252],
  ])
})
