import { measureMetres } from '../../model/measure-metres.ts'
import { ByteIndex } from './byte-index.ts'
import { GrowingArray } from './growing-array.ts'
import type { FaultList } from './import-fault.ts'
import { orderColumn, orderRows, type RowOrder } from './order-rows.ts'
import { parseWhole } from './parse-field.ts'
import { type Feed, quote, readTable } from './read-table.ts'
import { sharedFloat32, sharedFloat64 } from './shared-array.ts'
import type { Shapes } from './timetable.ts'

const FILE = 'shapes.txt'
/** At 32 bytes each. */
const POINTS_MAX = 10_000_000

export interface ShapeReading {
  readonly shapes: Shapes
  readonly shapeIds: ByteIndex
  /** The feed's own shape_dist_traveled by point, in whatever unit; NaN for the points of a shape that lacks some. */
  readonly feedDistances: Float64Array
}

export function readShapes(feed: Feed): ShapeReading {
  const shapeIds = new ByteIndex()
  const ofShapes = new GrowingArray((length) => new Int32Array(length))
  const sequences = new GrowingArray((length) => new Uint32Array(length))
  const latitudes = new GrowingArray((length) => new Float64Array(length))
  const longitudes = new GrowingArray((length) => new Float64Array(length))
  const distances = new GrowingArray((length) => new Float64Array(length))
  readTable(
    feed,
    {
      file: FILE,
      rowsMax: POINTS_MAX,
      required: ['shape_id', 'shape_pt_lat', 'shape_pt_lon', 'shape_pt_sequence'],
      optional: ['shape_dist_traveled'],
    },
    (table) => {
      const { shape_id: id, shape_pt_sequence: sequenceColumn } = table.columns
      return (row) => {
        let shape = -1
        if (row.isEmpty(id)) table.requireText(row, 'shape_id')
        else shape = shapeIds.add(row.buffer, row.start(id), row.end(id))
        const sequence = parseWhole(row.buffer, row.start(sequenceColumn), row.end(sequenceColumn))
        if (sequence < 0) {
          const message = `shape_pt_sequence is ${quote(row.text(sequenceColumn))}; a whole number from 0 is allowed`
          table.error(row, 'shape_pt_sequence', 'invalid_integer', message)
        }
        const latitude = table.decimal(row, 'shape_pt_lat', -90, 90)
        const longitude = table.decimal(row, 'shape_pt_lon', -180, 180)
        if (row.isEmpty(table.columns.shape_pt_lat)) table.requireText(row, 'shape_pt_lat')
        if (row.isEmpty(table.columns.shape_pt_lon)) table.requireText(row, 'shape_pt_lon')
        ofShapes.push(shape)
        sequences.push(Math.max(0, sequence))
        latitudes.push(latitude)
        longitudes.push(longitude)
        distances.push(table.decimal(row, 'shape_dist_traveled', 0, Number.POSITIVE_INFINITY))
      }
    },
  )
  const order = orderRows(ofShapes.view(), shapeIds.count, sequences.view())
  refuseSameSequences(feed.faults, order, sequences.view(), shapeIds)
  const feedDistances = orderColumn(distances.view(), order, (length) => new Float64Array(length))
  const shapes = {
    count: shapeIds.count,
    ids: shapeIds.texts(),
    firstPoints: order.firsts,
    longitudes: orderColumn(longitudes.view(), order, sharedFloat64),
    latitudes: orderColumn(latitudes.view(), order, sharedFloat64),
    distances: sharedFloat32(order.count),
  }
  for (let shape = 0; shape < shapes.count; shape += 1) {
    measureShape(shapes, shape)
    checkFeedDistances(feed.faults, shapes, shape, feedDistances)
  }
  return { shapes, shapeIds, feedDistances }
}

function refuseSameSequences(
  faults: FaultList,
  { firsts, rows }: RowOrder,
  sequences: Uint32Array,
  shapeIds: ByteIndex,
): void {
  for (let shape = 0; shape < shapeIds.count; shape += 1) {
    for (let place = (firsts[shape] ?? 0) + 1; place < (firsts[shape + 1] ?? 0); place += 1) {
      const [index, before] = rows ? [rows[place] ?? 0, rows[place - 1] ?? 0] : [place, place - 1]
      if (sequences[index] !== sequences[before]) continue
      faults.error(
        { file: FILE, row: index + 2, column: 'shape_pt_sequence' },
        'duplicate_key',
        `shape_pt_sequence ${sequences[index]} is in the shape ${quote(shapeIds.text(shape))} already; each is allowed once`,
      )
    }
  }
}

function measureShape({ firstPoints, longitudes, latitudes, distances }: Shapes, shape: number): void {
  const first = firstPoints[shape] ?? 0
  let metres = 0
  for (let point = first + 1; point < (firstPoints[shape + 1] ?? 0); point += 1) {
    metres += measureMetres(
      longitudes[point - 1] as number,
      latitudes[point - 1] as number,
      longitudes[point] as number,
      latitudes[point] as number,
    )
    distances[point] = metres
  }
}

/** Distances of a shape that are not all there, or do not rise, are of no use: NaN in their place. */
function checkFeedDistances(
  faults: FaultList,
  { firstPoints, ids }: Shapes,
  shape: number,
  feedDistances: Float64Array,
): void {
  const ofShape = feedDistances.subarray(firstPoints[shape], firstPoints[shape + 1])
  if (ofShape.length < 2) {
    const message = `the shape ${quote(ids[shape] ?? '')} has one point; two or more make a way`
    faults.warn({ file: FILE }, 'single_shape_point', message)
  }
  if (ofShape.some(Number.isNaN)) {
    ofShape.fill(Number.NaN)
    return
  }
  const fall = ofShape.findIndex((distance, index) => index > 0 && distance < (ofShape[index - 1] ?? 0))
  if (fall === -1) return
  const message = `the distances of the shape ${quote(ids[shape] ?? '')} fall to ${ofShape[fall]}; they are not used`
  faults.warn({ file: FILE, column: 'shape_dist_traveled' }, 'decreasing_shape_distance', message)
  ofShape.fill(Number.NaN)
}
