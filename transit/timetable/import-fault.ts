/** One thing that is wrong, or odd, in a GTFS feed. */
export interface ImportFault {
  /** Null where it is the zip itself. */
  readonly file: string | null
  /** Counted from 1, which is the header; null where it is none of the rows alone. */
  readonly row: number | null
  readonly column: string | null
  /** Stable, and where MobilityData's validator has a notice of the same meaning, that notice's. */
  readonly code: string
  /** What there is, and what is allowed. */
  readonly message: string
}

export interface ImportFaults {
  /** The first of them; `errorCount` counts all. */
  readonly errors: readonly ImportFault[]
  readonly errorCount: number
  readonly warnings: readonly ImportFault[]
  readonly warningCount: number
}

export interface FaultPlace {
  readonly file?: string
  readonly row?: number
  readonly column?: string
}

/** Collects the faults of an import. A feed of which every row is wrong costs no more memory than one of which a few are. */
export interface FaultList {
  error(place: FaultPlace, code: string, message: string): void
  warn(place: FaultPlace, code: string, message: string): void
  readonly faults: ImportFaults
}

/** Faults that are listed, of errors and of warnings each. */
const LISTED_MAX = 1_000
/** Of one kind in one file: more of the same would only hide the others. */
const LISTED_OF_KIND_MAX = 50

export function createFaultList(): FaultList {
  const errors = createBoundedList()
  const warnings = createBoundedList()
  return {
    error: errors.add,
    warn: warnings.add,
    get faults() {
      return {
        errors: errors.listed,
        errorCount: errors.count(),
        warnings: warnings.listed,
        warningCount: warnings.count(),
      }
    },
  }
}

/** Thrown where reading cannot go on; whoever reads the feed turns it into one of its errors. */
export class FeedRefusal extends Error {
  readonly place: FaultPlace
  readonly code: string

  constructor(place: FaultPlace, code: string, message: string) {
    super(message)
    this.name = 'FeedRefusal'
    this.place = place
    this.code = code
  }
}

function createBoundedList() {
  const listed: ImportFault[] = []
  const countOfKind = new Map<string, number>()
  let count = 0
  return {
    listed,
    count: () => count,
    add({ file, row, column }: FaultPlace, code: string, message: string): void {
      count += 1
      const kind = `${file}/${code}`
      const ofKind = countOfKind.get(kind) ?? 0
      if (listed.length >= LISTED_MAX || ofKind >= LISTED_OF_KIND_MAX) return
      countOfKind.set(kind, ofKind + 1)
      listed.push({ file: file ?? null, row: row ?? null, column: column ?? null, code, message })
    },
  }
}
