import type { Agencies, Frequency, Routes, Shapes, Stops, StopTimes, Trips } from './timetable.ts'

/**
 * What a timetable is made of, without functions: it goes from the thread that reads feeds to others as it is. The large
 * columns are on shared memory, so nothing of them is copied.
 */
export interface TimetableData {
  readonly version: string
  readonly timeZone: string
  readonly agencies: Agencies
  readonly stops: Omit<Stops, 'indexOf'>
  readonly routes: Omit<Routes, 'indexOf'>
  /** Headsigns as numbers of `headsignTexts`, since thousands of trips have the same. */
  readonly trips: Omit<Trips, 'indexOf' | 'headsigns'> & {
    readonly headsigns: Int32Array
    readonly headsignTexts: readonly string[]
  }
  readonly stopTimes: StopTimes
  readonly shapes: Shapes
  readonly services: ServiceData
  readonly frequencies: readonly (readonly [trip: number, frequencies: readonly Frequency[]])[]
  /** See `translation-key.ts`. */
  readonly translations: ReadonlyMap<string, string>
}

export interface ServiceData {
  readonly count: number
  readonly ids: readonly string[]
  /** Bit 0 is Monday. */
  readonly weekdays: Uint8Array
  /** Days since 1970, of calendar.txt; the last before the first where it is not in there. */
  readonly firstDays: Int32Array
  readonly lastDays: Int32Array
  /** The exceptions of service s, of calendar_dates.txt, are firstExceptions[s] to before firstExceptions[s + 1], by day. */
  readonly firstExceptions: Uint32Array
  readonly exceptionDays: Int32Array
  /** 1 where it runs on that day, 0 where it does not. */
  readonly exceptionRuns: Uint8Array
}
