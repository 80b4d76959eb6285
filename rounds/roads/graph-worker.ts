import { parentPort, workerData } from 'node:worker_threads'
import { KerbsideError, messageOf } from '../../model/error.ts'
import { closeStreets } from './close-streets.ts'
import { contractArcs } from './contract-arcs.ts'
import { createLegSearch } from './find-leg.ts'
import type { GraphAnswer, GraphJob, GraphWorkerData, PreparedSearch } from './graph-job.ts'
import { groupProfiles, type ProfileTree } from './group-profiles.ts'
import type { Hierarchy } from './hierarchy.ts'
import { createRowMeasure, type RowMeasure } from './measure-rows.ts'
import type { Place } from './place.ts'
import type { UnreachablePlace } from './roads.ts'
import { computeSliceTimes } from './slice-times.ts'
import { createSnapping } from './snap-places.ts'
import { createTileDrawing } from './tiles/draw-street-tile.ts'

// The entry of a worker thread that searches the graph: all of them share its arrays.
const { graph } = workerData as GraphWorkerData
/** What differs from day to day is a few lorries and closed streets. */
const HIERARCHIES_MAX = 8
/** Of the places of a table, those whose ways to each other are looked at to find profiles. */
const SAMPLE_PLACES = 64
/** By the streets that are closed, the latest used last. */
const hierarchies = new Map<string, Hierarchy>()
/** Made when it is first asked for: only one of the threads is. */
let snap: ReturnType<typeof createSnapping> | undefined
let drawTile: ReturnType<typeof createTileDrawing> | undefined
/** Of the table under way. */
let rows: { tableId: number; measure: RowMeasure } | undefined

parentPort?.on('message', ({ id, job }: { id: number; job: GraphJob }) => {
  try {
    send({ id, result: run(job) })
  } catch (error) {
    // Errors lose their class and fields on the way to another thread.
    const code = error instanceof KerbsideError ? error.code : 'INTERNAL'
    send({ id, failure: { code, message: messageOf(error) } })
  }
})

function send(answer: GraphAnswer): void {
  parentPort?.postMessage(answer)
}

function run(job: GraphJob): unknown {
  switch (job.type) {
    case 'prepare':
      return prepare(job)
    case 'locate':
      return locate(job.places)
    case 'rows':
      measureFor(job).fill(job.rows, job.from, job.to, job.tree)
      return undefined
    case 'profiles':
      return sampleProfiles(measureFor(job), job)
    case 'legs': {
      const find = createLegSearch(graph, job.hierarchy)
      return job.pairs.map(([from, to]) => from && to && find(from, to))
    }
    case 'tile':
      drawTile ??= createTileDrawing(graph)
      return drawTile(job.tile)
  }
}

function locate(places: readonly Place[]): UnreachablePlace[] {
  snap ??= createSnapping(graph)
  return places
    .map(snap)
    .flatMap((found, placeIndex) => (typeof found === 'string' ? [{ placeIndex, reason: found }] : []))
}

function prepare(job: Extract<GraphJob, { type: 'prepare' }>): PreparedSearch {
  snap ??= createSnapping(graph)
  const hierarchy = hierarchyFor(closeStreets(graph, job))
  return {
    snapped: job.places.map(snap),
    hierarchy,
    times: job.speeds && computeSliceTimes(hierarchy, job.speeds),
  }
}

function measureFor(job: Extract<GraphJob, { type: 'rows' | 'profiles' }>): RowMeasure {
  if (rows?.tableId !== job.tableId) {
    rows = {
      tableId: job.tableId,
      measure: createRowMeasure(graph, job.hierarchy, job.places, job.times),
    }
  }
  return rows.measure
}

/** Ways between places spread evenly over the table. */
function sampleProfiles(
  measure: RowMeasure,
  { places, times }: Extract<GraphJob, { type: 'profiles' }>,
): ProfileTree {
  const pick = (max: number): number[] => {
    const step = Math.max(1, Math.ceil(places.length / max))
    return places.map((_, index) => index).filter((index) => index % step === 0)
  }
  const targets = pick(SAMPLE_PLACES)
  const samples = targets.flatMap((from) => measure.sampleRatios(from, targets))
  return groupProfiles(Float64Array.from(samples), times.speeds.sliceCount)
}

function hierarchyFor(closed: Uint8Array | undefined): Hierarchy {
  if (!closed) return graph.hierarchy
  const key = Buffer.from(closed).toString('latin1')
  const hierarchy = hierarchies.get(key) ?? share(contractArcs(graph, { closed, order: listOrder() }))
  hierarchies.delete(key)
  hierarchies.set(key, hierarchy)
  for (const oldest of hierarchies.keys()) {
    if (hierarchies.size <= HIERARCHIES_MAX) break
    hierarchies.delete(oldest)
  }
  return hierarchy
}

function listOrder(): Int32Array {
  const { nodeOfArc, upOffsets } = graph.hierarchy
  const order = new Int32Array(upOffsets.length - 1)
  for (const [arc, node] of nodeOfArc.entries()) if (node !== -1) order[node] = arc
  return order
}

/** In memory that the other threads read too. */
function share(hierarchy: Hierarchy): Hierarchy {
  const shared = Object.entries(hierarchy).map(([name, array]: [string, Int32Array]) => {
    const copy = new Int32Array(new SharedArrayBuffer(array.byteLength))
    copy.set(array)
    return [name, copy] as const
  })
  return Object.fromEntries(shared) as unknown as Hierarchy
}
