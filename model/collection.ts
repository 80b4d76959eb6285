import { z } from 'zod'
import { idSchema } from './id.ts'
import { polygonSchema } from './polygon.ts'

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const

const uprnSchema = z.string().regex(/^\d{1,12}$/, 'a UPRN is 1 to 12 digits')

const holidaySchema = z
  .strictObject({
    /** The day on which bins would have been collected. */
    date: z.iso.date(),
    /** When they are instead; null where they are not. */
    movedTo: z.iso.date().nullable().default(null),
    /** What people are told about it. */
    note: z.string().min(1).max(500).nullable().default(null),
  })
  .refine(({ date, movedTo }) => date !== movedTo, { path: ['movedTo'], message: 'must be another day' })

/** Days on which a stream is collected from households, and from which. */
export const collectionSchema = z
  .strictObject({
    id: idSchema,
    /** As people call it, such as Recycling. */
    name: z.string().min(1).max(200),
    stream: z.string().min(1).max(64),
    /** Of the households with a device in it, and of those in `uprns`; where both are absent, of all of the authority. */
    area: polygonSchema.nullable().default(null),
    uprns: z
      .array(uprnSchema)
      .max(50_000)
      .overwrite((uprns) => [...new Set(uprns.map((uprn) => uprn.replace(/^0+(?=\d)/, '')))])
      .nullable()
      .default(null),
    firstDate: z.iso.date(),
    /** From `firstDate` on, each so many days; or, where it is null, by the week. */
    everyDays: z.int().min(1).max(366).nullable().default(null),
    /** In each of these weeks, counted from that of `firstDate`, on `weekdays`; by default, on that of `firstDate`. */
    everyWeeks: z.int().min(1).max(52).default(1),
    weekdays: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .max(7)
      .overwrite((days) => [...new Set(days)])
      .nullable()
      .default(null),
    /** The last day on which it may be; null while nobody knows. */
    until: z.iso.date().nullable().default(null),
    holidays: z
      .array(holidaySchema)
      .max(500)
      .refine((all) => new Set(all.map(({ date }) => date)).size === all.length, 'each day may come once')
      .default([]),
  })
  .refine(({ everyDays, weekdays }) => everyDays === null || weekdays === null, {
    path: ['weekdays'],
    message: 'are not possible beside everyDays',
  })
  .refine(({ firstDate, until }) => until === null || until >= firstDate, {
    path: ['until'],
    message: 'must not be before firstDate',
  })
export type Collection = z.infer<typeof collectionSchema>

/** As it is told where its households are not asked for: how many they are. */
export type CollectionSummary = Omit<Collection, 'uprns'> & {
  /** Null where it is not by household. */
  readonly uprnCount: number | null
}

export interface CollectionRecord {
  readonly collection: CollectionSummary
  /** How often it was changed. */
  readonly revision: number
  /** In ms since 1970. */
  readonly changedTime: number
}
