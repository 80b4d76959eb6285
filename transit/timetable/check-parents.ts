import type { FaultList } from './import-fault.ts'

const FILE = 'stops.txt'
const NAMES = ['a stop', 'a station', 'an entrance', 'a generic node', 'a boarding area']
/** By location_type: that of its parent_station; null for none. */
const PARENT_TYPES = [1, null, 1, 1, 0] as const
const NEEDS_PARENT = [false, false, true, true, true]

/** Whether every place is in one that may hold it, and none, through others, in itself. */
export function checkParents({
  faults,
  rows,
  ids,
  types,
  parents,
}: {
  faults: FaultList
  rows: readonly number[]
  ids: readonly string[]
  types: Uint8Array
  parents: Int32Array
}): void {
  const isInCircle = findCircles(parents)
  for (const [stop, row] of rows.entries()) {
    const place = { file: FILE, row, column: 'parent_station' }
    const type = types[stop] ?? 0
    const name = NAMES[type]
    const parent = parents[stop] ?? -1
    if (isInCircle[stop]) {
      faults.error(place, 'cyclic_parent', `${ids[stop]} is, through its parent_station, within itself`)
    } else if (parent === -1) {
      if (NEEDS_PARENT[type]) {
        faults.error(place, 'missing_required_field', `parent_station is empty; ${name} needs it`)
      }
    } else if (PARENT_TYPES[type] !== types[parent]) {
      const wanted = PARENT_TYPES[type]
      const allowed = wanted === null || wanted === undefined ? 'none' : NAMES[wanted]
      faults.error(
        place,
        'wrong_parent_location_type',
        `parent_station is ${NAMES[types[parent] ?? 0]}; for ${name} ${allowed} is allowed`,
      )
    }
  }
}

function findCircles(parents: Int32Array): Uint8Array {
  const isInCircle = new Uint8Array(parents.length)
  /** The stop from which the walk began that came by. */
  const walkOf = new Int32Array(parents.length).fill(-1)
  for (let start = 0; start < parents.length; start += 1) {
    let stop = start
    while (stop !== -1 && walkOf[stop] === -1) {
      walkOf[stop] = start
      stop = parents[stop] ?? -1
    }
    if (stop === -1 || walkOf[stop] !== start) continue
    for (let member = stop; isInCircle[member] === 0; member = parents[member] ?? -1) isInCircle[member] = 1
  }
  return isInCircle
}
