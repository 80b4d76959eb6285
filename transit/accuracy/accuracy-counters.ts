import { findBin, isGood, MBTA_BINS, TRANSIT_APP_BINS } from './accuracy-bins.ts'

/** Counts of what predictions came to. They fade, so they are no whole numbers. */
export interface AccuracyCount {
  readonly routeId: string
  /** Of the day there, when it was predicted: 0 to 23. */
  readonly hour: number
  readonly scheme: 'mbta' | 'transitApp'
  /** Of the scheme's bins. */
  readonly bin: number
  readonly count: number
  readonly good: number
  /** Of actual minus predicted, in seconds. */
  readonly absoluteErrorSeconds: number
  readonly errorSeconds: number
  /** Predictions that had an 80 % interval, and those of them that it held. */
  readonly intervals: number
  readonly covered: number
}

interface PredictionOutcome {
  readonly routeId: string
  readonly hour: number
  readonly predictedHorizonSeconds: number
  readonly actualHorizonSeconds: number
  /** Actual minus predicted. */
  readonly errorSeconds: number
  /** Whether the 80 % interval held it; null where there was none. */
  readonly isCovered: boolean | null
}

export interface AccuracyCounters {
  add(outcome: PredictionOutcome): void
  /** A day has passed: what was counted before weighs less. */
  fade(): void
  list(): readonly AccuracyCount[]
  pack(): Uint8Array
}

/** Routes that are counted apart; those of further ones are not counted. */
const ROUTES_MAX = 2_000
/** A tenth less a day: about the last ten days. */
const KEPT_PER_DAY = 0.9
/** Below this nothing is left to tell of a bin. */
const COUNT_MIN = 0.5

const SCHEMES = [
  { name: 'mbta', bins: MBTA_BINS },
  { name: 'transitApp', bins: TRANSIT_APP_BINS },
] as const
const FIELDS = 6
const BINS = 4
const PER_HOUR = SCHEMES.length * BINS * FIELDS
const PER_ROUTE = 24 * PER_HOUR
const FORMAT = 1

/** Counters as they were packed, where `packed` is that and of this version; otherwise empty ones. */
export function createAccuracyCounters(packed?: Uint8Array): AccuracyCounters {
  const routes = unpack(packed)
  return {
    add(outcome) {
      const counts = countsOf(outcome.routeId)
      if (!counts) return
      addTo(counts, outcome, 0, findBin(MBTA_BINS, outcome.predictedHorizonSeconds))
      addTo(counts, outcome, 1, findBin(TRANSIT_APP_BINS, outcome.actualHorizonSeconds))
    },
    fade() {
      for (const [routeId, counts] of routes) {
        for (let index = 0; index < counts.length; index += 1)
          counts[index] = (counts[index] ?? 0) * KEPT_PER_DAY
        if (counts.every((value, index) => index % FIELDS !== 0 || value < COUNT_MIN)) routes.delete(routeId)
      }
    },
    list() {
      return [...routes].flatMap(([routeId, counts]) => listOf(routeId, counts))
    },
    pack: () => pack(routes),
  }

  function countsOf(routeId: string): Float64Array | undefined {
    let counts = routes.get(routeId)
    if (!counts && routes.size < ROUTES_MAX) {
      counts = new Float64Array(PER_ROUTE)
      routes.set(routeId, counts)
    }
    return counts
  }
}

function addTo(counts: Float64Array, outcome: PredictionOutcome, scheme: number, bin: number): void {
  if (bin < 0) return
  const { hour, errorSeconds, isCovered } = outcome
  const at = hour * PER_HOUR + (scheme * BINS + bin) * FIELDS
  const values = [
    1,
    isGood(SCHEMES[scheme]?.bins[bin], errorSeconds) ? 1 : 0,
    Math.abs(errorSeconds),
    errorSeconds,
    isCovered === null ? 0 : 1,
    isCovered ? 1 : 0,
  ]
  for (const [index, value] of values.entries()) counts[at + index] = (counts[at + index] ?? 0) + value
}

function listOf(routeId: string, counts: Float64Array): AccuracyCount[] {
  const list: AccuracyCount[] = []
  for (let hour = 0; hour < 24; hour += 1) {
    for (const [scheme, { name }] of SCHEMES.entries()) {
      for (let bin = 0; bin < BINS; bin += 1) {
        const at = hour * PER_HOUR + (scheme * BINS + bin) * FIELDS
        const [count = 0, good = 0, absolute = 0, error = 0, intervals = 0, covered = 0] = counts.subarray(
          at,
          at + FIELDS,
        )
        if (count < COUNT_MIN) continue
        const sums = { absoluteErrorSeconds: absolute, errorSeconds: error, intervals, covered }
        list.push({ routeId, hour, scheme: name, bin, count, good, ...sums })
      }
    }
  }
  return list
}

/** The format's number and the routes as a line of JSON, then each route's numbers that are not 0, with their places. */
function pack(routes: ReadonlyMap<string, Float64Array>): Uint8Array {
  const head: { routeId: string; count: number }[] = []
  const bodies: Float64Array[] = []
  for (const [routeId, counts] of routes) {
    const pairs: number[] = []
    for (const [index, value] of counts.entries()) if (value !== 0) pairs.push(index, value)
    head.push({ routeId, count: pairs.length })
    bodies.push(Float64Array.from(pairs))
  }
  const text = new TextEncoder().encode(`${JSON.stringify({ format: FORMAT, routes: head })}\n`)
  const bytes = new Uint8Array(text.length + bodies.reduce((sum, body) => sum + body.byteLength, 0))
  bytes.set(text)
  let at = text.length
  for (const body of bodies) {
    bytes.set(new Uint8Array(body.buffer), at)
    at += body.byteLength
  }
  return bytes
}

function unpack(packed: Uint8Array | undefined): Map<string, Float64Array> {
  const routes = new Map<string, Float64Array>()
  const end = packed?.indexOf(0x0a) ?? -1
  if (!packed || end < 0) return routes
  try {
    const head = JSON.parse(new TextDecoder().decode(packed.subarray(0, end)))
    if (head.format !== FORMAT) return routes
    let at = end + 1
    for (const { routeId, count } of head.routes.slice(0, ROUTES_MAX)) {
      const pairs = new Float64Array(packed.slice(at, at + count * 8).buffer)
      at += count * 8
      const counts = new Float64Array(PER_ROUTE)
      for (let index = 0; index < pairs.length; index += 2) counts[pairs[index] ?? 0] = pairs[index + 1] ?? 0
      routes.set(routeId, counts)
    }
  } catch {
    // Damaged: what there is of it is worth less than a fresh start.
    return new Map()
  }
  return routes
}
