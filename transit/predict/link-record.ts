import { WEEK_CELLS } from './week-cell.ts'

/** What is known of the way from one stop to the next. Seconds are from arrival to arrival. */
export interface LinkRecord {
  readonly fromStopId: string
  readonly toStopId: string
  /** A decayed sum of recent traversals' seconds, and of their number, as it was at `time` (ms since 1970). */
  recentSeconds: number
  recentWeight: number
  time: number
  /** Mean seconds and number of traversals by the cells of the week; undefined before the first. */
  cells: Float32Array | undefined
  /** Of buses that were early: the decayed sum of the shares of their lead that they waited off, and of their number. */
  heldRatios: number
  heldWeight: number
}

export function createLinkRecord(fromStopId: string, toStopId: string): LinkRecord {
  return {
    fromStopId,
    toStopId,
    recentSeconds: 0,
    recentWeight: 0,
    time: 0,
    cells: undefined,
    heldRatios: 0,
    heldWeight: 0,
  }
}

export function meanOfCell({ cells }: LinkRecord, cell: number): number {
  return cells?.[cell * 2] ?? 0
}

export function countOfCell({ cells }: LinkRecord, cell: number): number {
  return cells?.[cell * 2 + 1] ?? 0
}

/** `countMax` makes the mean forget: it is as of so many traversals at most. */
export function addToCell(record: LinkRecord, cell: number, seconds: number, countMax: number): void {
  record.cells ??= new Float32Array(WEEK_CELLS * 2)
  const count = Math.min(countMax, countOfCell(record, cell) + 1)
  const mean = meanOfCell(record, cell)
  record.cells[cell * 2] = mean + (seconds - mean) / count
  record.cells[cell * 2 + 1] = count
}
