import { z } from 'zod'
import { idSchema } from './id.ts'

/** What people may report, by the standard's `service_code`. */
export const REPORT_SERVICES = ['overflowing-bin', 'damaged-bin', 'missed-collection', 'other'] as const
export type ReportService = (typeof REPORT_SERVICES)[number]

export const REPORT_STATUSES = ['open', 'closed'] as const
export type ReportStatus = (typeof REPORT_STATUSES)[number]

/** Why it was closed: the bin was emptied, an operator says that it is done, or it was no report at all. */
export const REPORT_OUTCOMES = ['emptied', 'done', 'rejected'] as const
type ReportOutcome = (typeof REPORT_OUTCOMES)[number]

/** What somebody wrote, which may say who they are: removed with the contact details, see `Registry.trimReports`. */
export const reportWordsSchema = z.object({
  description: z.string().max(4_000).nullable(),
  address: z.string().max(500).nullable(),
  addressId: z.string().max(100).nullable(),
  /** Kept as it is, and never fetched. */
  mediaUrl: z.string().max(2_000).nullable(),
})
export type ReportWords = Readonly<z.infer<typeof reportWordsSchema>>

/** Who reported; shown to the authority's operators alone. */
export const reportContactSchema = z.object({
  firstName: z.string().max(200).nullable(),
  lastName: z.string().max(200).nullable(),
  email: z.string().max(254).nullable(),
  phone: z.string().max(100).nullable(),
})
export type ReportContact = Readonly<z.infer<typeof reportContactSchema>>

/** What the bin's sensor had said of its level by the time of the report, the oldest first; times are ms since 1970. */
export interface ReportReading {
  readonly time: number
  readonly fillPercent: number
}

/** What a report is made from. */
export interface NewCitizenReport {
  readonly service: ReportService
  /** The bin that it is about; null where none is known. */
  readonly deviceId: string | null
  readonly longitude: number | null
  readonly latitude: number | null
  /** In which the reporter is answered: BCP 47. */
  readonly language: string
  readonly words: ReportWords
  readonly contact: ReportContact | null
  readonly readings: readonly ReportReading[]
}

/** As it is kept; times are ms since 1970. */
export interface CitizenReport {
  readonly id: string
  readonly service: ReportService
  readonly status: ReportStatus
  /** Null while it is open. */
  readonly outcome: ReportOutcome | null
  readonly deviceId: string | null
  readonly longitude: number | null
  readonly latitude: number | null
  readonly language: string
  readonly requestedTime: number
  readonly updatedTime: number
  readonly closedTime: number | null
  /** How many said so, the first included. */
  readonly voices: number
  readonly readings: readonly ReportReading[]
  /** What an operator tells whoever reported it. */
  readonly note: string | null
  /** Null once it was removed. */
  readonly words: ReportWords | null
}

/** One of those who said so: the first, or a later one that was attached to it. */
export interface ReportVoice {
  readonly id: string
  readonly requestedTime: number
  readonly words: ReportWords | null
  /** Null where none was given, or kept, or it was removed. */
  readonly contact: ReportContact | null
}

/** What is to be known of a bin's open reports elsewhere. */
export interface OpenReport {
  readonly id: string
  readonly service: ReportService
  readonly deviceId: string
  readonly requestedTime: number
  readonly voices: number
  readonly readings: readonly ReportReading[]
}

/** Only what is given changes. A closed report that is opened again has no outcome any more. */
export const reportPatchSchema = z
  .strictObject({
    /** Joins it to a bin; null parts it. */
    deviceId: idSchema.nullable().optional(),
    status: z.enum(REPORT_STATUSES).optional(),
    /** With `closed`: `done` by default, `rejected` where it was no report. */
    outcome: z.enum(['done', 'rejected']).optional(),
    note: z.string().trim().min(1).max(1_000).nullable().optional(),
  })
  .refine(({ status, outcome }) => outcome === undefined || status === 'closed', {
    path: ['outcome'],
    message: 'takes the status closed beside it',
  })
export type ReportPatch = Readonly<z.infer<typeof reportPatchSchema>>
