import { measureMetres } from '../../model/measure-metres.ts'
import type { Crossings, RoadWay } from './collect-ways.ts'
import type { RoadGraph } from './road-graph.ts'

/** Ways cut at their crossings. */
export interface Streets
  extends Pick<
    RoadGraph,
    | 'wayIds'
    | 'classes'
    | 'names'
    | 'nameOffsets'
    | 'nameBytes'
    | 'maxHeights'
    | 'maxWeights'
    | 'lengths'
    | 'shapeOffsets'
    | 'shape'
    | 'durations'
    | 'weights'
  > {
  readonly nodeCount: number
  /** By arc: the nodes that it leaves and reaches. */
  readonly tails: Int32Array
  readonly heads: Int32Array
  /** OpenStreetMap's id of a node that can be passed. */
  readonly nodeOfId: ReadonlyMap<number, number>
}

const DEGREE_PARTS = 1e7
/** How many times longer a street may seem, that only those may drive who have something to do there. */
const DESTINATION_PRICE = 4

interface Piece {
  readonly way: RoadWay
  readonly nodeIds: readonly number[]
}

export function cutStreets(ways: readonly RoadWay[], crossings: Crossings): Streets {
  const pieces = ways.flatMap((way) => cutWay(way, crossings))
  const count = pieces.length
  const cornerCount = pieces.reduce((sum, { nodeIds }) => sum + nodeIds.length, 0)
  const nodeOfId = new Map<number, number>()
  let nodeCount = 0
  const streets = {
    tails: new Int32Array(2 * count),
    heads: new Int32Array(2 * count),
    wayIds: Float64Array.from(pieces, ({ way }) => way.id),
    classes: Uint8Array.from(pieces, ({ way }) => way.rules.roadClass),
    ...packNames(pieces.map(({ way }) => way.name)),
    maxHeights: new Float32Array(count),
    maxWeights: new Float32Array(count),
    lengths: new Int32Array(count),
    shapeOffsets: new Int32Array(count + 1),
    shape: new Int32Array(2 * cornerCount),
    durations: new Int32Array(2 * count),
    weights: new Int32Array(2 * count),
  }
  let corner = 0
  for (const [street, { way, nodeIds }] of pieces.entries()) {
    const first = numberOf(nodeIds[0] as number)
    const last = numberOf(nodeIds.at(-1) as number)
    streets.tails.set([first, last], 2 * street)
    streets.heads.set([last, first], 2 * street)
    let [maxHeight, maxWeight] = [way.rules.maxHeightM, way.rules.maxWeightKg]
    for (const id of nodeIds) {
      streets.shape.set(crossings.positionOf(id) as [number, number], 2 * corner++)
      const limits = crossings.limitsOf(id)
      maxHeight = Math.min(maxHeight, limits?.maxHeightM ?? maxHeight)
      maxWeight = Math.min(maxWeight, limits?.maxWeightKg ?? maxWeight)
    }
    streets.maxHeights[street] = maxHeight
    streets.maxWeights[street] = maxWeight
    streets.shapeOffsets[street + 1] = 2 * corner
    const metres = measureShape(streets.shape, streets.shapeOffsets[street] as number, 2 * corner)
    streets.lengths[street] = Math.max(1, Math.round(metres * 100))
    for (const [direction, rules] of [way.rules.forward, way.rules.backward].entries()) {
      if (!rules) continue
      const ms = Math.max(1, Math.round((metres / rules.speedKph) * 3600))
      streets.durations[2 * street + direction] = ms
      streets.weights[2 * street + direction] = rules.isDestinationOnly ? ms * DESTINATION_PRICE : ms
    }
  }
  return { ...streets, nodeCount, nodeOfId }

  /** Nobody passes a closed node: each street that ends at one has it for itself. */
  function numberOf(id: number): number {
    if (crossings.isClosed(id)) return nodeCount++
    const known = nodeOfId.get(id)
    if (known !== undefined) return known
    nodeOfId.set(id, nodeCount)
    return nodeCount++
  }
}

/** Each name once, the empty one first. */
function packNames(ofStreets: readonly string[]): Pick<RoadGraph, 'names' | 'nameOffsets' | 'nameBytes'> {
  const numbers = new Map([['', 0]])
  const names = Int32Array.from(ofStreets, (name) => {
    const number = numbers.get(name) ?? numbers.size
    numbers.set(name, number)
    return number
  })
  const texts = [...numbers.keys()].map((name) => Buffer.from(name))
  const nameOffsets = new Int32Array(texts.length + 1)
  for (const [number, { length }] of texts.entries()) {
    nameOffsets[number + 1] = (nameOffsets[number] as number) + length
  }
  return { names, nameOffsets, nameBytes: Uint8Array.from(Buffer.concat(texts)) }
}

/** An extract ends somewhere: where a way's nodes are missing, it is cut too. */
function cutWay(way: RoadWay, crossings: Crossings): Piece[] {
  const pieces: Piece[] = []
  let nodeIds: number[] = []
  for (const id of way.nodeIds) {
    if (!crossings.positionOf(id)) {
      finish([])
      continue
    }
    if (id !== nodeIds.at(-1)) nodeIds.push(id)
    if (nodeIds.length > 1 && (crossings.isCrossing(id) || crossings.isClosed(id))) finish([id])
  }
  finish([])
  return pieces

  function finish(next: number[]): void {
    if (nodeIds.length > 1) pieces.push({ way, nodeIds })
    nodeIds = next
  }
}

function measureShape(shape: Int32Array, from: number, to: number): number {
  let metres = 0
  for (let i = from + 2; i < to; i += 2) {
    metres += measureMetres(
      (shape[i - 2] as number) / DEGREE_PARTS,
      (shape[i - 1] as number) / DEGREE_PARTS,
      (shape[i] as number) / DEGREE_PARTS,
      (shape[i + 1] as number) / DEGREE_PARTS,
    )
  }
  return metres
}
