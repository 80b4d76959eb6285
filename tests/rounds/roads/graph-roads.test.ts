import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../../model/random.ts'
import { type GraphRoads, openGraphRoads } from '../../../rounds/roads/graph-roads.ts'
import { importOsm } from '../../../rounds/roads/import-osm.ts'
import type { Place } from '../../../rounds/roads/place.ts'
import { type ArcProfiles, type Leg, UNREACHABLE } from '../../../rounds/roads/roads.ts'
import { findTestData } from '../../fixtures/find-test-data.ts'
import { type OsmStreets, readOsmStreets } from './osm-streets.ts'
import { searchBySteps } from './search-by-steps.ts'

const folder = findTestData('routing/osm')

interface Town {
  readonly roads: GraphRoads
  readonly streets: OsmStreets
}

async function openTown(file: string): Promise<Town> {
  const path = join(folder as string, file)
  const roads = openGraphRoads({ graph: await importOsm(path), threads: 2 })
  return { roads, streets: await readOsmStreets(path) }
}

/** Between two corners of a way, nearer to its end by `ratio`. */
function placeOnWay({ ways, positions }: OsmStreets, wayId: number, ratio: number): Place {
  const nodes = (ways.get(wayId)?.nodeIds ?? []).map((id) => positions.get(id) as readonly [number, number])
  const exact = ratio * (nodes.length - 1)
  const index = Math.min(nodes.length - 2, Math.floor(exact))
  const [a, b] = [nodes[index], nodes[index + 1]] as [readonly [number, number], readonly [number, number]]
  const share = exact - index
  return { longitude: a[0] + share * (b[0] - a[0]), latitude: a[1] + share * (b[1] - a[1]) }
}

/** Nodes in the middle of a way, which no other way touches. */
function pickInnerNodes({ ways, positions, stepsFrom }: OsmStreets, count: number, seed: number): number[] {
  const random = createRandom(seed)
  const uses = new Map<number, number>()
  for (const { nodeIds } of ways.values()) for (const id of nodeIds) uses.set(id, (uses.get(id) ?? 0) + 1)
  const inner = [...ways.values()]
    .flatMap(({ nodeIds }) => nodeIds.slice(1, -1))
    .filter((id) => uses.get(id) === 1 && positions.has(id) && stepsFrom.has(id))
  return Array.from({ length: count }, () => inner[Math.floor(random() * inner.length)] as number)
}

function placeAt({ positions }: OsmStreets, node: number): Place {
  const [longitude, latitude] = positions.get(node) as readonly [number, number]
  return { longitude, latitude }
}

/** Whether a leg goes over all of a way's inner nodes in a row. */
function goesOver({ ways, positions }: OsmStreets, wayId: number, leg: Leg): boolean {
  const corners = new Set(leg.map(([x, y]) => `${x.toFixed(7)},${y.toFixed(7)}`))
  return (ways.get(wayId)?.nodeIds ?? []).every((id) => {
    const [x, y] = positions.get(id) as readonly [number, number]
    return corners.has(`${x.toFixed(7)},${y.toFixed(7)}`)
  })
}

describe.skipIf(!folder).each(['monaco-osrm.osm.pbf', 'andorra.osm.pbf'])('the roads of %s', (file) => {
  let town: Town
  beforeAll(async () => {
    town = await openTown(file)
  })
  afterAll(() => town?.roads.close())

  test('take as long as a plain search over every node says', async () => {
    const { roads, streets } = town
    const nodes = pickInnerNodes(streets, 60, 7)
    const { durations, distances, unreachable } = await roads.measure(
      nodes.map((node) => placeAt(streets, node)),
    )
    const plain = nodes.map((node) => searchBySteps(streets, node))
    const reachOf = (i: number): number => nodes.filter((node) => plain[i]?.has(node)).length
    const hub = nodes.map((_, i) => i).sort((a, b) => reachOf(b) - reachOf(a))[0] as number
    // Places on an island of streets are taken to the nearest street that leads on: those are not compared.
    const kept = nodes
      .map((_, i) => i)
      .filter((i) => plain[hub]?.has(nodes[i] as number) && plain[i]?.has(nodes[hub] as number))
    const lost = unreachable.map(({ placeIndex }) => placeIndex)
    expect(kept.filter((index) => lost.includes(index))).toEqual([])
    let compared = 0
    for (const i of kept) {
      for (const j of kept) {
        if (nodes[i] === nodes[j]) continue
        const expected = plain[i]?.get(nodes[j] as number)
        const found = durations[i * nodes.length + j] as number
        const what = `from ${nodes[i]} to ${nodes[j]}`
        // Each street is rounded to a millisecond and a centimetre, and the whole up.
        expect(Math.abs(found - (expected?.seconds as number)), what).toBeLessThan(1.3)
        const distance = distances[i * nodes.length + j] as number
        expect(Math.abs(distance - (expected?.metres as number)), what).toBeLessThan(5)
        compared++
      }
    }
    expect(compared).toBeGreaterThan(2_000)
  })

  test('obey one-ways, turn restrictions and the ban on turning round', async () => {
    const { roads, streets } = town
    const nodes = pickInnerNodes(streets, 600, 11)
    const legs = await roads.trace(nodes.map((node) => placeAt(streets, node)))
    const drawn = legs.filter((leg) => leg !== null)
    expect(drawn.length).toBeGreaterThan(400)
    expect(drawn.flatMap((leg) => streets.findFaults(leg))).toEqual([])
  })

  test('are never longer by way of a third place', async () => {
    const { roads, streets } = town
    const nodes = pickInnerNodes(streets, 40, 13)
    const { durations, unreachable } = await roads.measure(nodes.map((node) => placeAt(streets, node)))
    const lost = new Set(unreachable.map(({ placeIndex }) => placeIndex))
    const kept = nodes.map((_, index) => index).filter((index) => !lost.has(index))
    const at = (i: number, j: number): number => durations[i * nodes.length + j] as number
    for (const a of kept) {
      for (const b of kept) {
        // A price for streets without a through way makes the quickest way no shorter, but may make it slower.
        for (const c of kept) expect(at(a, c)).toBeLessThanOrEqual((at(a, b) + at(b, c)) * 1.2 + 2)
      }
    }
  })

  test('are measured as they are drawn', async () => {
    const { roads, streets } = town
    const places = pickInnerNodes(streets, 40, 17).map((node) => placeAt(streets, node))
    const { distances } = await roads.measure(places)
    const legs = await roads.trace(places)
    for (const [i, leg] of legs.entries()) {
      const distance = distances[i * places.length + i + 1] as number
      if (!leg || distance === UNREACHABLE) continue
      expect(Math.abs(lengthOf(leg) - distance)).toBeLessThan(5 + distance * 0.001)
    }
  })

  test('have profiles that add up the speeds along the way', async () => {
    const { roads, streets } = town
    const places = pickInnerNodes(streets, 60, 23).map((node) => placeAt(streets, node))
    const plain = await roads.measure(places)
    const sliceCount = 4
    const random = createRandom(5)
    const profileOfEdge = Uint8Array.from({ length: roads.edges.count }, () => Math.floor(random() * 6))
    const ratios = Float64Array.from({ length: 6 * sliceCount }, () => 0.4 + 0.6 * random())
    const table = await roads.measure(places, { speeds: { sliceCount, profileOfEdge, ratios } })
    expect(table.durations).toEqual(plain.durations)
    const profiles = table.profiles as ArcProfiles
    expect(profiles.ratios.length / sliceCount).toBeLessThanOrEqual(255)
    const means: number[] = []
    for (const [slice] of Array(sliceCount).entries()) {
      // A map on which each street is as fast as in this slice alone has only this one ratio.
      const only = Float64Array.from(
        { length: 6 },
        (_, profile) => ratios[profile * sliceCount + slice] as number,
      )
      const exact = await roads.measure(places, { speeds: { sliceCount: 1, profileOfEdge, ratios: only } })
      for (const [arc, duration] of plain.durations.entries()) {
        if (duration === UNREACHABLE || duration < 60) continue
        const found = profiles.ratios[(profiles.ofArc[arc] as number) * sliceCount + slice] as number
        const one = exact.profiles as ArcProfiles
        means.push(Math.abs(found - (one.ratios[one.ofArc[arc] as number] as number)))
      }
    }
    const mean = means.reduce((sum, error) => sum + error, 0) / means.length
    expect(means.length).toBeGreaterThan(5_000)
    expect(mean).toBeLessThan(0.02)
  })

  test('have one profile where all streets are alike', async () => {
    const { roads, streets } = town
    const places = pickInnerNodes(streets, 20, 29).map((node) => placeAt(streets, node))
    const profileOfEdge = new Uint8Array(roads.edges.count)
    const speeds = { sliceCount: 2, profileOfEdge, ratios: Float64Array.of(1, 0.5) }
    const { profiles } = await roads.measure(places, { speeds })
    expect(profiles?.ratios).toHaveLength(2)
    expect(profiles?.ratios[0]).toBeCloseTo(1, 3)
    expect(profiles?.ratios[1]).toBeCloseTo(0.5, 3)
    expect(new Set(profiles?.ofArc)).toEqual(new Set([0]))
  })

  test('do not depend on how many threads search them', async () => {
    const { roads, streets } = town
    const places = pickInnerNodes(streets, 80, 19).map((node) => placeAt(streets, node))
    const single = openGraphRoads({ graph: await importOsm(join(folder as string, file)), threads: 1 })
    try {
      expect(await single.measure(places)).toEqual(await roads.measure(places))
    } finally {
      await single.close()
    }
  })
})

describe.skipIf(!folder)('on real streets', () => {
  let monaco: Town
  beforeAll(async () => {
    monaco = await openTown('monaco-osrm.osm.pbf')
  })
  afterAll(() => monaco?.roads.close())

  test('Rue des Remparts, a one-way street, is driven back only by another way', async () => {
    const { roads, streets } = monaco
    const [low, high] = [placeOnWay(streets, 4_227_157, 0.3), placeOnWay(streets, 4_227_157, 0.7)]
    const { distances } = await roads.measure([low, high])
    expect(distances[1]).toBeLessThan(100)
    expect(distances[2]).toBeGreaterThan(3 * (distances[1] as number))
    const [back] = await roads.trace([high, low])
    expect(streets.findFaults(back as Leg)).toEqual([])
  })

  test.each([
    // Relations 4261963 and 4799601.
    { from: 176_527_122, via: 25_177_185, to: 166_399_477 },
    { from: 92_627_402, via: 1_397_731_778, to: 65_562_952 },
  ])('the forbidden left turn at node $via is not taken', async ({ from, via, to }) => {
    const { roads, streets } = monaco
    const [leg] = await roads.trace([placeOnWay(streets, from, 0.5), placeOnWay(streets, to, 0.5)])
    expect(streets.findFaults(leg as Leg)).toEqual([])
    const [x, y] = streets.positions.get(via) as readonly [number, number]
    const at = (leg as Leg).findIndex(([lon, lat]) => Math.hypot(lon - x, lat - y) < 1e-7)
    const nodesOf = (way: number) => streets.ways.get(way)?.nodeIds ?? []
    const isOn = (way: number, corner: readonly [number, number] | undefined) =>
      nodesOf(way).some((id) => {
        const position = streets.positions.get(id)
        return position && corner && Math.hypot(position[0] - corner[0], position[1] - corner[1]) < 1e-7
      })
    const isTaken = at > 0 && isOn(from, leg?.[at - 1]) && isOn(to, leg?.[at + 1])
    expect(isTaken).toBe(false)
  })

  test('a lorry of 4.5 m goes round the tunnel of the Basse Corniche, which is 4.3 m high', async () => {
    const { roads, streets } = monaco
    const tunnel = streets.ways.get(155_085_107)?.nodeIds ?? []
    const [first, last] = [tunnel[0] as number, tunnel.at(-1) as number]
    const beyond = (node: number): number | undefined =>
      [...streets.stepsFrom.values()].flat().find((step) => step.from === node && step.wayId !== 155_085_107)
        ?.to
    const places = [beyond(first), beyond(last)].map((node) => placeAt(streets, node as number))
    const [low] = await roads.trace(places, { lorry: { heightM: 3.5, weightKg: 18_000 } })
    const [high] = await roads.trace(places, { lorry: { heightM: 4.5, weightKg: 18_000 } })
    expect(goesOver(streets, 155_085_107, low as Leg)).toBe(true)
    expect(high === null || !goesOver(streets, 155_085_107, high as Leg)).toBe(true)
  })

  test('a lorry of 12 t does not enter the part of Avenue du Général de Gaulle that bears 10 t', async () => {
    const { roads, streets } = monaco
    const places = [placeOnWay(streets, 23_009_810, 0.5), placeOnWay(streets, 4_227_157, 0.5)]
    const light = await roads.measure(places, { lorry: { heightM: null, weightKg: 9_000 } })
    expect(light.unreachable).toEqual([])
    const heavy = await roads.measure(places, { lorry: { heightM: null, weightKg: 12_000 } })
    expect(heavy.unreachable).toHaveLength(1)
    expect(heavy.unreachable[0]?.reason).toBe('cut_off')
  })

  test('a blocked way and a blocked polygon are gone round', async () => {
    const { roads, streets } = monaco
    const places = [placeOnWay(streets, 4_229_659, 0.5), placeOnWay(streets, 4_227_157, 0.5)]
    const [free] = await roads.trace(places)
    const middle = (free as Leg)[Math.floor((free as Leg).length / 2)] as readonly [number, number]
    const ring = [
      [middle[0] - 2e-4, middle[1] - 2e-4],
      [middle[0] + 2e-4, middle[1] - 2e-4],
      [middle[0] + 2e-4, middle[1] + 2e-4],
      [middle[0] - 2e-4, middle[1] + 2e-4],
    ] as const
    const [round] = await roads.trace(places, { blocked: [{ type: 'polygon', ring }] })
    const isInRing = ([x, y]: readonly [number, number]): boolean =>
      Math.abs(x - middle[0]) < 2e-4 && Math.abs(y - middle[1]) < 2e-4
    expect((free as Leg).some(isInRing)).toBe(true)
    expect((round as Leg).some(isInRing)).toBe(false)
    expect(streets.findFaults(round as Leg)).toEqual([])
    const wayId = [...streets.stepsFrom.values()]
      .flat()
      .find(({ from }) => keyOf(streets.positions.get(from)) === keyOf(middle))?.wayId as number
    const table = await roads.measure(places)
    const blocked = await roads.measure(places, { blocked: [{ type: 'way', wayId }] })
    expect(blocked.durations[1]).toBeGreaterThan(table.durations[1] as number)
    // What was blocked is open again.
    expect((await roads.measure(places)).durations).toEqual(table.durations)
  })

  test('a place in the sea is named, and the others are measured', async () => {
    const { roads, streets } = monaco
    const sea = { longitude: 7.48, latitude: 43.72 }
    const places = [placeOnWay(streets, 4_229_659, 0.5), sea, placeOnWay(streets, 4_227_157, 0.5)]
    const { unreachable, durations } = await roads.measure(places)
    expect(unreachable).toEqual([{ placeIndex: 1, reason: 'no_road_near' }])
    expect([1, 3, 4, 5, 7].map((cell) => durations[cell])).toEqual(Array(5).fill(UNREACHABLE))
    expect(durations[2]).toBeLessThan(3_600)
    expect((await roads.trace(places)).map((leg) => leg === null)).toEqual([true, true])
  })

  test('nothing and one place are tables too', async () => {
    const { roads, streets } = monaco
    expect((await roads.measure([])).durations).toHaveLength(0)
    expect(Array.from((await roads.measure([placeOnWay(streets, 4_229_659, 0.5)])).durations)).toEqual([0])
    expect(await roads.trace([])).toEqual([])
  })

  test('a search that is called off rejects, and so does one after the closing', async () => {
    const { streets } = monaco
    const graph = await importOsm(join(folder as string, 'monaco-osrm.osm.pbf'))
    const roads = openGraphRoads({ graph, threads: 1 })
    const places = pickInnerNodes(streets, 200, 3).map((node) => placeAt(streets, node))
    const stopping = new AbortController()
    const measuring = roads.measure(places, { signal: stopping.signal })
    stopping.abort(new Error('called off'))
    await expect(measuring).rejects.toThrow('called off')
    const broken = roads.measure(places)
    await roads.close()
    await expect(broken).rejects.toMatchObject({ code: 'ROADS_UNAVAILABLE' })
    await expect(roads.measure(places)).rejects.toMatchObject({ code: 'ROADS_UNAVAILABLE' })
  })

  test('edges are told with their middles, for whoever knows their traffic', () => {
    const { edges, about } = monaco.roads
    expect(edges.count).toBe(about.streetCount)
    const [west, south, east, north] = about.bounds
    expect(edges.longitudes.every((value) => value >= west && value <= east)).toBe(true)
    expect(edges.latitudes.every((value) => value >= south && value <= north)).toBe(true)
    expect(monaco.roads.attribution).toContain('OpenStreetMap')
  })
})

function keyOf(position: readonly [number, number] | undefined): string {
  return position?.map((degrees) => degrees.toFixed(7)).join() ?? ''
}

function lengthOf(leg: Leg): number {
  return leg.slice(1).reduce((sum, [x, y], i) => {
    const [fromX, fromY] = leg[i] as readonly [number, number]
    return sum + Math.hypot((x - fromX) * Math.cos((y * Math.PI) / 180), y - fromY) * 111_195
  }, 0)
}
