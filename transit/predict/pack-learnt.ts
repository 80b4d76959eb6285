import { PbfWriter } from 'pbf'
import type { Dwell } from './dwell-times.ts'
import { FIELD, type KeptAgency, VERSION } from './kept-learning.ts'
import type { Learnt } from './learnt.ts'
import type { LinkRecord } from './link-record.ts'
import { HOLD_CLASSES } from './stop-holds.ts'
import { WEEK_CELLS } from './week-cell.ts'

/** Protocol buffers, so that fields may be added and old bytes still be read. */
export function packLearnt(learnt: Learnt): Uint8Array {
  const pbf = new PbfWriter()
  pbf.writeVarintField(FIELD.version, VERSION)
  pbf.writePackedDouble(FIELD.today, [...learnt.linkTimes.today.state])
  pbf.writePackedDouble(FIELD.ofTimetable, [...learnt.linkTimes.ofTimetable.state])
  for (const record of learnt.links.list()) {
    if (record.time > 0 || record.heldWeight > 0) pbf.writeMessage(FIELD.link, writeLink, record)
  }
  for (const [id, { ratios, weights, lateness }] of learnt.holds) {
    const agency = {
      id,
      ratios: HOLD_CLASSES.map((kind) => ratios[kind]),
      weights: HOLD_CLASSES.map((kind) => weights[kind]),
      lateness: [...lateness.list()],
    }
    pbf.writeMessage(FIELD.agency, writeAgency, agency)
  }
  for (const dwell of learnt.dwells.list()) pbf.writeMessage(FIELD.dwell, writeDwell, dwell)
  pbf.writePackedFloat(FIELD.layovers, [...learnt.layovers.list()])
  for (const errors of learnt.errors.list()) pbf.writeMessage(FIELD.errors, writeFloats, errors)
  for (const errors of learnt.errorsBeforeStart.list()) {
    pbf.writeMessage(FIELD.errorsBeforeStart, writeFloats, errors)
  }
  return pbf.finish()
}

function writeLink(record: LinkRecord, pbf: PbfWriter): void {
  pbf.writeStringField(1, record.fromStopId)
  pbf.writeStringField(2, record.toStopId)
  pbf.writeDoubleField(3, record.time)
  pbf.writePackedDouble(4, [record.recentSeconds, record.recentWeight, record.heldRatios, record.heldWeight])
  // Most cells of most links are empty: each is told with its number.
  const cells: number[] = []
  for (let cell = 0; cell < WEEK_CELLS; cell += 1) {
    const count = record.cells?.[cell * 2 + 1] ?? 0
    if (count > 0) cells.push(cell, record.cells?.[cell * 2] ?? 0, count)
  }
  pbf.writePackedFloat(5, cells)
}

function writeAgency({ id, ratios, weights, lateness }: KeptAgency, pbf: PbfWriter): void {
  pbf.writeStringField(1, id)
  pbf.writePackedDouble(2, ratios)
  pbf.writePackedDouble(3, weights)
  pbf.writePackedFloat(4, lateness)
}

function writeDwell([stopId, { seconds, weight }]: readonly [string, Dwell], pbf: PbfWriter): void {
  pbf.writeStringField(1, stopId)
  pbf.writeFloatField(2, seconds)
  pbf.writeFloatField(3, weight)
}

function writeFloats(values: readonly number[], pbf: PbfWriter): void {
  pbf.writePackedFloat(1, [...values])
}
