import { PbfReader } from 'pbf'
import { FIELD, type Kept, type KeptAgency, VERSION } from './kept-learning.ts'
import { createLinkRecord, type LinkRecord } from './link-record.ts'
import { WEEK_CELLS } from './week-cell.ts'

/** Undefined where the bytes are of another version, or broken. */
export function unpackLearnt(bytes: Uint8Array): Kept | undefined {
  const kept: Kept = {
    version: 0,
    today: [],
    ofTimetable: [],
    links: [],
    holds: new Map(),
    dwells: [],
    layovers: [],
    errors: [],
    errorsBeforeStart: [],
  }
  try {
    new PbfReader(bytes).readFields(readField, kept)
  } catch {
    return undefined
  }
  return kept.version === VERSION ? kept : undefined
}

function readField(tag: number, kept: Kept, pbf: PbfReader): void {
  if (tag === FIELD.version) kept.version = pbf.readVarint()
  else if (tag === FIELD.today) kept.today = pbf.readPackedDouble()
  else if (tag === FIELD.ofTimetable) kept.ofTimetable = pbf.readPackedDouble()
  else if (tag === FIELD.link) kept.links.push(pbf.readMessage(readLink, createLinkDraft()).record)
  else if (tag === FIELD.agency) {
    const agency = pbf.readMessage(readAgency, { id: '', ratios: [], weights: [], lateness: [] })
    kept.holds.set(agency.id, agency)
  } else if (tag === FIELD.dwell) {
    const { stopId, seconds, weight } = pbf.readMessage(readDwell, { stopId: '', seconds: 0, weight: 0 })
    kept.dwells.push([stopId, { seconds, weight }])
  } else if (tag === FIELD.layovers) kept.layovers = pbf.readPackedFloat()
  else if (tag === FIELD.errors) kept.errors.push(pbf.readMessage(readFloats, []))
  else if (tag === FIELD.errorsBeforeStart) kept.errorsBeforeStart.push(pbf.readMessage(readFloats, []))
}

interface LinkDraft {
  record: LinkRecord
}

function createLinkDraft(): LinkDraft {
  return { record: createLinkRecord('', '') }
}

function readLink(tag: number, draft: LinkDraft, pbf: PbfReader): void {
  if (tag === 1) draft.record = { ...draft.record, fromStopId: pbf.readString() }
  else if (tag === 2) draft.record = { ...draft.record, toStopId: pbf.readString() }
  else if (tag === 3) draft.record.time = pbf.readDouble()
  else if (tag === 4) {
    const [recentSeconds = 0, recentWeight = 0, heldRatios = 0, heldWeight = 0] = pbf.readPackedDouble()
    draft.record = { ...draft.record, recentSeconds, recentWeight, heldRatios, heldWeight }
  } else if (tag === 5) {
    const packed = pbf.readPackedFloat()
    const cells = new Float32Array(WEEK_CELLS * 2)
    for (let at = 0; at + 2 < packed.length; at += 3) {
      cells.set([packed[at + 1] ?? 0, packed[at + 2] ?? 0], Math.min(WEEK_CELLS - 1, packed[at] ?? 0) * 2)
    }
    draft.record.cells = packed.length > 0 ? cells : undefined
  }
}

function readAgency(tag: number, agency: KeptAgency, pbf: PbfReader): void {
  if (tag === 1) agency.id = pbf.readString()
  else if (tag === 2) agency.ratios = pbf.readPackedDouble()
  else if (tag === 3) agency.weights = pbf.readPackedDouble()
  else if (tag === 4) agency.lateness = pbf.readPackedFloat()
}

function readDwell(
  tag: number,
  dwell: { stopId: string; seconds: number; weight: number },
  pbf: PbfReader,
): void {
  if (tag === 1) dwell.stopId = pbf.readString()
  else if (tag === 2) dwell.seconds = pbf.readFloat()
  else if (tag === 3) dwell.weight = pbf.readFloat()
}

function readFloats(tag: number, values: number[], pbf: PbfReader): void {
  if (tag === 1) pbf.readPackedFloat(values)
}
