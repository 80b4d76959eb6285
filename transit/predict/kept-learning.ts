import type { Dwell } from './dwell-times.ts'
import type { LinkRecord } from './link-record.ts'

/** Of the meaning of what is packed: bytes of another version are of no use. */
export const VERSION = 1

/** Field numbers, which never change their meaning. */
export const FIELD = {
  version: 1,
  today: 2,
  ofTimetable: 3,
  link: 4,
  agency: 5,
  dwell: 6,
  layovers: 7,
  errors: 8,
  errorsBeforeStart: 9,
} as const

export interface KeptAgency {
  id: string
  ratios: number[]
  weights: number[]
  lateness: number[]
}

/** What was packed, as plain values. */
export interface Kept {
  version: number
  today: number[]
  ofTimetable: number[]
  links: LinkRecord[]
  holds: Map<string, KeptAgency>
  dwells: [string, Dwell][]
  layovers: number[]
  errors: number[][]
  errorsBeforeStart: number[][]
}
