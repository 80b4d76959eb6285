import { z } from 'zod'
import { idSchema } from './id.ts'
import { timeZoneSchema } from './time-zone.ts'

/** What an authority may open to everybody. */
export const PUBLISHABLE = [
  'bins',
  'counters',
  'displays',
  'vehicles',
  'departures',
  'gtfs',
  'gtfs-rt',
  'service-alerts',
  'rounds',
] as const
export type Publishable = (typeof PUBLISHABLE)[number]

export const authoritySchema = z.object({
  id: idSchema,
  name: z.string().min(1).max(200),
  timeZone: timeZoneSchema,
  /** What is named twice counts once. */
  published: z.array(z.enum(PUBLISHABLE)).overwrite((names) => [...new Set(names)]),
  /** The address of what the published data may be used for; not there where nothing is said. */
  licence: z
    .string()
    .max(500)
    .regex(/^https?:\/\/[!-;=?-~]+$/, 'must be an http or https address')
    .optional(),
  /** Who is to be named by whoever shows the data. */
  attribution: z.string().min(1).max(500).optional(),
})
export type Authority = z.infer<typeof authoritySchema>

export const newAuthoritySchema = authoritySchema.extend({
  name: authoritySchema.shape.name.optional(),
  timeZone: timeZoneSchema.default('UTC'),
  published: authoritySchema.shape.published.default([]),
})
export type NewAuthority = z.infer<typeof newAuthoritySchema>

const { licence, attribution } = authoritySchema.shape
export const authorityPatchSchema = authoritySchema
  .omit({ id: true })
  .extend({ licence: licence.nullable(), attribution: attribution.nullable() })
  .partial()
export type AuthorityPatch = z.infer<typeof authorityPatchSchema>
