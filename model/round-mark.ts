import { z } from 'zod'
import { idSchema } from './id.ts'
import { binIdSchema } from './shared-id.ts'

const MARK_TYPES = ['done', 'impossible', 'reopened', 'blocked', 'breakdown', 'reading'] as const

/** `[longitude, latitude]`, whether or not the last corner repeats the first. */
const ringSchema = z
  .array(z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]))
  .min(3)
  .max(1_000)

const markShape = {
  type: z.enum(MARK_TYPES),
  deviceId: binIdSchema.optional(),
  tipId: idSchema.optional(),
  /** Who did it; needed of a tip, and of a bin that is in no lorry's plan. */
  lorryId: idSchema.optional(),
  reason: z.string().min(1).max(500).optional(),
  /** What crosses the ring or lies in it is closed. */
  polygon: ringSchema.optional(),
  /** OpenStreetMap's number of the street that is closed. */
  wayId: z.int().min(1).optional(),
  fillPercent: z.number().min(0).max(100).optional(),
}
type MarkField = Exclude<keyof typeof markShape, 'type' | 'reason'>

/** By type, what it is about: one of the first; and what it needs or may have besides. */
const FIELDS: Record<
  (typeof MARK_TYPES)[number],
  { readonly about: readonly MarkField[]; readonly also: readonly MarkField[] }
> = {
  done: { about: ['deviceId', 'tipId'], also: ['lorryId'] },
  impossible: { about: ['deviceId'], also: ['lorryId'] },
  reopened: { about: ['deviceId', 'lorryId', 'polygon', 'wayId'], also: [] },
  blocked: { about: ['polygon', 'wayId'], also: [] },
  breakdown: { about: ['lorryId'], also: [] },
  reading: { about: ['deviceId'], also: ['fillPercent'] },
}

/** What happened on a round's day, as it is told: `time` is that of its receipt where it is absent. */
export const newRoundMarkSchema = z
  .strictObject({ ...markShape, time: z.iso.datetime({ offset: true }).optional() })
  .superRefine((mark, context) => {
    const { about, also } = FIELDS[mark.type]
    const refuse = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (about.filter((field) => mark[field] !== undefined).length !== 1) {
      refuse(about[0] as string, `${mark.type} takes one of ${about.join(', ')}`)
    }
    for (const field of ['deviceId', 'tipId', 'lorryId', 'polygon', 'wayId', 'fillPercent'] as const) {
      if (mark[field] !== undefined && !about.includes(field) && !also.includes(field)) {
        refuse(field, `${mark.type} takes none`)
      }
    }
    if (mark.type === 'reading' && mark.fillPercent === undefined) refuse('fillPercent', 'is needed')
    if (mark.tipId !== undefined) {
      // A lorry comes to the same tip more than once a day.
      if (mark.lorryId === undefined) refuse('lorryId', 'is needed with tipId')
      if (mark.time === undefined) refuse('time', 'is needed with tipId')
    }
  })
export type NewRoundMark = z.infer<typeof newRoundMarkSchema>

/** As it is kept with the round. */
export const roundMarkSchema = z.object({ ...markShape, time: z.string() })
export type RoundMark = z.infer<typeof roundMarkSchema>

/** What the last mending changed of a plan. */
export const roundChangeSchema = z.object({
  type: z.enum(['moved', 'left', 'added', 'later', 'earlier', 'lorry', 'note']),
  /** In a sentence. */
  message: z.string(),
  deviceId: z.string().optional(),
  lorryId: z.string().optional(),
  /** Of a bin that is moved. */
  fromLorryId: z.string().optional(),
  /** How much later than planned before, below 0 where earlier. */
  delaySeconds: z.number().optional(),
})
export type RoundChange = z.infer<typeof roundChangeSchema>
