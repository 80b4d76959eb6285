import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { openGraphRoads } from '../../../../rounds/roads/graph-roads.ts'
import { createOsrmRoads } from '../../../../rounds/roads/osrm-roads.ts'
import type { RoadGraph } from '../../../../rounds/roads/road-graph.ts'
import { createStraightRoads } from '../../../../rounds/roads/straight-roads.ts'
import { createTileDrawing } from '../../../../rounds/roads/tiles/draw-street-tile.ts'
import { createValhallaRoads } from '../../../../rounds/roads/valhalla-roads.ts'
import { buildTownRoads } from '../../../../wiring/build-town-roads.ts'

const TILE = { z: 14, x: 8081, y: 5392 }

let graph: RoadGraph
beforeAll(() => {
  graph = buildTownRoads(1)
})

test('tiles come from a thread, for as many as wait for them at once', async () => {
  const { streets, close } = openGraphRoads({ graph, threads: 1 })
  onTestFinished(close)
  const drawn = createTileDrawing(graph)(TILE)
  expect(drawn.length).toBeGreaterThan(1_000)
  expect(streets.bounds).toEqual(graph.about.bounds)
  const asked = await Promise.allSettled(Array.from({ length: 600 }, () => streets.cut(TILE)))
  const cut = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const refused = asked.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.code] : []))
  expect([cut.length, refused.length, new Set(refused)]).toEqual([500, 100, new Set(['BUSY'])])
  expect(cut.every((bytes) => Buffer.from(drawn).equals(bytes))).toBe(true)
  // Once they are drawn, others are.
  expect(await streets.cut({ z: 14, x: 0, y: 0 })).toHaveLength(0)
})

test('roads that are closed draw no tile', async () => {
  const { streets, close } = openGraphRoads({ graph, threads: 1 })
  await streets.cut(TILE)
  await close()
  await expect(streets.cut(TILE)).rejects.toMatchObject({ code: 'ROADS_UNAVAILABLE' })
})

test('of a server, and of straight lines, no streets are known', () => {
  const url = 'http://127.0.0.1:1'
  for (const roads of [createStraightRoads(), createOsrmRoads({ url }), createValhallaRoads({ url })]) {
    expect(roads.streets).toBeNull()
  }
})
