import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../model/random.ts'
import { createDaySpeeds, type DaySpeeds, PROFILES_MAX } from '../../../rounds/traffic/edge-speeds.ts'
import { createTrafficHistory } from '../../../rounds/traffic/traffic-history.ts'
import { simulateCounter, WEEK } from './simulate-counter.ts'

/** A Monday. */
const NOW = Date.parse('2026-02-16T00:00:00Z')
const QUESTION = { date: '2026-02-17', timeZone: 'UTC', now: NOW }
const [PRIMARY, RESIDENTIAL] = [4, 11]
/** Degrees of latitude. */
const KM = 1 / 111.195

/** A counter whose road is driven at a part of its free speed in the morning's rush hour. */
function placeCounter(latitude: number, rushRatio: number, roadClass?: number) {
  const history = simulateCounter(NOW - 8 * WEEK, NOW, { noise: 0.02 })
  // The simulated speed falls from 60 to about 35 km/h at its slowest: stretched to what is asked for.
  for (const [index, weight] of history.speedWeights.entries()) {
    if (weight === 0) continue
    const speed = (history.speedSums[index] as number) / weight
    history.speedSums[index] = weight * (60 - ((60 - speed) * (1 - rushRatio)) / (1 - 35 / 60))
  }
  return { longitude: 13, latitude, history, roadClass }
}

function placeEdges(edges: readonly { latitude: number; roadClass: number }[]) {
  return {
    count: edges.length,
    classes: Uint8Array.from(edges, ({ roadClass }) => roadClass),
    longitudes: new Float64Array(edges.length).fill(13),
    latitudes: Float64Array.from(edges, ({ latitude }) => latitude),
    lengths: new Float64Array(edges.length).fill(100),
  }
}

function ratioOf({ profileOfEdge, ratios, sliceCount }: DaySpeeds, edge: number, slice: number): number {
  return ratios[(profileOfEdge[edge] as number) * sliceCount + slice] as number
}

describe("a day's speeds by edge", () => {
  test('are those of a counter beside it, and fade to those of its class', () => {
    const counters = [
      placeCounter(52, 0.5, PRIMARY),
      placeCounter(52.2, 0.9, PRIMARY),
      placeCounter(52.3, 0.9, PRIMARY),
    ]
    const kilometres = [0, 0.5, 1, 2, 6]
    const edges = kilometres.map((km) => ({ latitude: 52 + km * KM, roadClass: PRIMARY }))
    const speeds = createDaySpeeds(placeEdges(edges), counters, QUESTION)
    const rush = kilometres.map((_, edge) => ratioOf(speeds, edge, 8))
    expect(rush[0]).toBeLessThan(0.68)
    expect(rush.toSorted()).toEqual(rush)
    expect(rush[4]).toBeGreaterThan(0.75)
    const night = kilometres.map((_, edge) => ratioOf(speeds, edge, 3))
    for (const ratio of night) expect(ratio).toBeCloseTo(1, 1)
  })

  test('learn each class of road from its own counters first', () => {
    const counters = [52.1, 52.2, 52.3, 52.4].map((latitude) => placeCounter(latitude, 0.5, PRIMARY))
    counters.push(...[52.5, 52.6, 52.7, 52.8].map((latitude) => placeCounter(latitude, 0.95, RESIDENTIAL)))
    const edges = [PRIMARY, RESIDENTIAL].map((roadClass) => ({ latitude: 51, roadClass }))
    const speeds = createDaySpeeds(placeEdges(edges), counters, QUESTION)
    expect(ratioOf(speeds, 0, 8)).toBeLessThan(ratioOf(speeds, 1, 8) - 0.15)
  })

  test('are free flow at all hours where nothing is counted, and the town has the first profile', () => {
    const edges = placeEdges([{ latitude: 52, roadClass: PRIMARY }])
    const unknown = { longitude: 13, latitude: 52, history: createTrafficHistory() }
    const speeds = createDaySpeeds(edges, [unknown], QUESTION)
    expect(speeds.ratios).toEqual(new Float64Array(24).fill(1))
    expect([...speeds.profileOfEdge]).toEqual([0])
    const ofNoEdges = createDaySpeeds(placeEdges([]), [placeCounter(52, 0.5)], QUESTION)
    expect(ofNoEdges.ratios).toHaveLength(24)
    expect(ofNoEdges.ratios[8]).toBeLessThan(0.9)
  })

  test("have a slice for each hour of a day on which the place's clock changes", () => {
    const counters = [placeCounter(52, 0.5)]
    const edges = placeEdges([{ latitude: 52, roadClass: PRIMARY }])
    for (const [date, hours, start] of [
      ['2026-03-29', 23, '2026-03-28T23:00:00Z'],
      ['2026-10-25', 25, '2026-10-24T22:00:00Z'],
      ['2026-02-17', 24, '2026-02-16T23:00:00Z'],
    ] as const) {
      const speeds = createDaySpeeds(edges, counters, { date, timeZone: 'Europe/Berlin', now: NOW })
      expect(speeds.sliceCount).toBe(hours)
      expect(speeds.startTime).toBe(Date.parse(start))
      expect(speeds.ratios.length % hours).toBe(0)
    }
  })

  test('of a large town make at most 32 profiles, the same ones each time', () => {
    const random = createRandom(5)
    const counters = Array.from({ length: 60 }, () => placeCounter(52 + 0.3 * random(), 0.3 + 0.6 * random()))
    const places = Array.from({ length: 5_000 }, () => ({
      latitude: 52 + 0.3 * random(),
      roadClass: Math.floor(15 * random()),
    }))
    const speeds = createDaySpeeds(placeEdges(places), counters, QUESTION)
    const profileCount = speeds.ratios.length / speeds.sliceCount
    expect(profileCount).toBeGreaterThan(8)
    expect(profileCount).toBeLessThanOrEqual(PROFILES_MAX)
    expect(Math.max(...speeds.profileOfEdge)).toBeLessThan(profileCount)
    expect(createDaySpeeds(placeEdges(places), counters, QUESTION)).toEqual(speeds)
  })

  test('never let a later start arrive earlier, on any edge', () => {
    const random = createRandom(7)
    const counters = Array.from({ length: 12 }, () =>
      placeCounter(52 + 0.05 * random(), 0.2 + 0.7 * random()),
    )
    const places = Array.from({ length: 300 }, () => ({
      latitude: 52 + 0.05 * random(),
      roadClass: Math.floor(15 * random()),
    }))
    const speeds = createDaySpeeds(placeEdges(places), counters, QUESTION)
    for (const ratio of speeds.ratios) expect(ratio).toBeGreaterThan(0)
    for (let trial = 0; trial < 2_000; trial++) {
      const edge = Math.floor(random() * places.length)
      const duration = random() * 7_200
      const leave = random() * 90_000 - 1_800
      const later = leave + random() * 1_800
      const arrival = arrive(speeds, edge, leave, duration)
      expect(arrive(speeds, edge, later, duration)).toBeGreaterThan(arrival)
      expect(arrival).toBeGreaterThan(leave)
    }
  })
})

/**
 * Second by second of the slices, after Ichoua, Gendreau and Potvin 2003, figure 2: who is under way when a slice ends goes
 * on at the next one's speed. In seconds after the day's start; the first and the last slice reach beyond the day.
 */
function arrive(speeds: DaySpeeds, edge: number, leave: number, duration: number): number {
  const { sliceSeconds, sliceCount } = speeds
  const sliceAt = (time: number) => Math.min(sliceCount - 1, Math.max(0, Math.floor(time / sliceSeconds)))
  let time = leave
  let remaining = duration
  for (;;) {
    const slice = sliceAt(time)
    const ratio = ratioOf(speeds, edge, slice)
    const end = slice === sliceCount - 1 ? Number.POSITIVE_INFINITY : (slice + 1) * sliceSeconds
    if ((end - time) * ratio >= remaining) return time + remaining / ratio
    remaining -= (end - time) * ratio
    time = end
  }
}
