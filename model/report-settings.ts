import { z } from 'zod'
import { REPORT_SERVICES } from './citizen-report.ts'
import { translationsSchema } from './translation.ts'

const offerSchema = z.strictObject({
  isOffered: z.boolean().default(true),
  /** Instead of Kerbside's own words, by language. */
  name: translationsSchema.nullable().default(null),
  description: translationsSchema.nullable().default(null),
})

/** How an authority takes what people report. */
export const reportSettingsSchema = z.strictObject({
  /** A report that names no bin is joined to the nearest one, if it is so near. */
  nearestBinM: z.number().min(0).max(500).default(30),
  /** A report of the same is attached to an open one that is so near and so recent. */
  duplicateM: z.number().min(0).max(500).default(30),
  duplicateHours: z.number().min(0).max(720).default(48),
  /** Whether descriptions and links to pictures are published as they were written. */
  publishesWords: z.boolean().default(false),
  services: z.partialRecord(z.enum(REPORT_SERVICES), offerSchema).default({}),
})
export type ReportSettings = Readonly<z.infer<typeof reportSettingsSchema>>

export const DEFAULT_REPORT_SETTINGS: ReportSettings = reportSettingsSchema.parse({})
