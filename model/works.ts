import { z } from 'zod'
import { idSchema } from './id.ts'
import { timeSchema } from './period.ts'
import { polygonSchema } from './polygon.ts'
import { translationsSchema } from './translation.ts'

const positionSchema = z.array(z.number().min(-180).max(180)).length(2)

/** Where works are: GeoJSON (RFC 7946, 3.1), `[longitude, latitude]`. */
const worksGeometrySchema = z.union([
  z.strictObject({ type: z.literal('Point'), coordinates: positionSchema }),
  z.strictObject({ type: z.literal('LineString'), coordinates: z.array(positionSchema).min(2).max(1_000) }),
  polygonSchema,
])

/** Works in the streets that are announced. */
export const worksSchema = z.object({
  id: idSchema,
  title: translationsSchema,
  description: translationsSchema.nullable().default(null),
  from: timeSchema,
  /** Null while nobody knows. */
  until: timeSchema.nullable().default(null),
  geometry: worksGeometrySchema.nullable().default(null),
  /** Where there is more to read. */
  url: z
    .string()
    .max(2_000)
    .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'must be an http or https address')
    .nullable()
    .default(null),
})
export type Works = z.infer<typeof worksSchema>

/** As they are entered: where they have no id they are given one. */
export const newWorksSchema = worksSchema
  .extend({ id: idSchema.optional() })
  .strict()
  .refine(({ from, until }) => until === null || from < until, {
    path: ['until'],
    message: 'must be later than from',
  })
