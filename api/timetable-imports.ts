import type { TimetableVersion } from '../registry/registry.ts'
import type { ImportFaults } from '../transit/timetable/import-fault.ts'
import type { Timetable } from '../transit/timetable/timetable.ts'

/** Changes of which timetable is in use. */
export interface TimetableImports {
  /**
   * Checks a GTFS zip and puts it to use, while the one before it serves. Where it has errors nothing changes. One that is kept
   * already is made the current one again. Rejects with TOO_LARGE, and with BUSY where too many are being imported.
   */
  importZip(authority: string, zip: AsyncIterable<Uint8Array>, actor: string): Promise<TimetableImport>
  /** Goes back to a version that is kept; resolves when it is in use. */
  makeCurrent(authority: string, id: string, actor: string): Promise<TimetableVersion>
  /** What was odd in the timetable that is in memory now; undefined where none is. */
  findWarnings(authority: string): TimetableWarnings | undefined
  /** Breaks off what is being read, as the process ends: imports reject with BUSY, from now on. */
  stopReading(): void
}

export interface TimetableWarnings extends Pick<ImportFaults, 'warnings' | 'warningCount'> {
  /** Of the version. */
  readonly id: string
}

export interface TimetableImport extends ImportFaults {
  /** Undefined where there are errors. */
  readonly imported?: {
    readonly version: TimetableVersion
    readonly timetable: Timetable
    /** Whether these bytes were not kept before. */
    readonly isNew: boolean
  }
}
