/** Rows in the order of their group, and within it of their sequence. */
export interface RowOrder {
  /** Of group g those from firsts[g] to before firsts[g + 1]. */
  readonly firsts: Uint32Array
  /** By place the row of the file that belongs there; undefined where they were in order. */
  readonly rows: Uint32Array | undefined
  /** Rows that are of a group. */
  readonly count: number
}

/** `groups` has -1 for rows that are of none, which are left out. Equal sequences stay in the order of the file. */
export function orderRows(groups: Int32Array, groupCount: number, sequences: Uint32Array): RowOrder {
  const firsts = new Uint32Array(new SharedArrayBuffer((groupCount + 1) * 4))
  for (const group of groups) if (group >= 0) firsts[group + 1] = (firsts[group + 1] as number) + 1
  for (let group = 0; group < groupCount; group += 1) {
    firsts[group + 1] = (firsts[group + 1] as number) + (firsts[group] as number)
  }
  const count = firsts[groupCount] as number
  if (isInOrder(groups, sequences)) return { firsts, rows: undefined, count }
  const rows = new Uint32Array(count)
  const nextPlaces = firsts.slice(0, groupCount)
  for (let row = 0; row < groups.length; row += 1) {
    const group = groups[row] as number
    if (group < 0) continue
    const place = nextPlaces[group] as number
    rows[place] = row
    nextPlaces[group] = place + 1
  }
  for (let group = 0; group < groupCount; group += 1) {
    const ofGroup = rows.subarray(firsts[group], firsts[group + 1])
    if (!rises(ofGroup, sequences)) {
      ofGroup.sort((a, b) => (sequences[a] as number) - (sequences[b] as number) || a - b)
    }
  }
  return { firsts, rows, count }
}

/** A column in that order, on memory that threads share. */
export function orderColumn<T extends Int32Array | Uint32Array | Uint8Array | Float64Array | Float32Array>(
  column: T,
  { rows, count }: RowOrder,
  create: (length: number) => T,
): T {
  const ordered = create(count)
  if (rows)
    for (let place = 0; place < count; place += 1) ordered[place] = column[rows[place] as number] as number
  else ordered.set(column.subarray(0, count))
  return ordered
}

function isInOrder(groups: Int32Array, sequences: Uint32Array): boolean {
  for (let row = 0; row < groups.length; row += 1) {
    const group = groups[row] as number
    if (group < 0) return false
    if (row === 0) continue
    const before = groups[row - 1] as number
    if (group < before) return false
    if (group === before && (sequences[row] as number) < (sequences[row - 1] as number)) return false
  }
  return true
}

function rises(rows: Uint32Array, sequences: Uint32Array): boolean {
  for (let index = 1; index < rows.length; index += 1) {
    if ((sequences[rows[index] as number] as number) < (sequences[rows[index - 1] as number] as number))
      return false
  }
  return true
}
