import { z } from 'zod'
import { idSchema } from './id.ts'
import { attributionSchema, licenceSchema, publicationPatchSchema, publicationSchema } from './publication.ts'
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
  'open311',
  'bin-days',
] as const
export type Publishable = (typeof PUBLISHABLE)[number]

export const authoritySchema = z.object({
  id: idSchema,
  name: z.string().min(1).max(200),
  timeZone: timeZoneSchema,
  /** What is named twice counts once. */
  published: z.array(z.enum(PUBLISHABLE)).overwrite((names) => [...new Set(names)]),
  /** The address of what the published data may be used for; not there where nothing is said. */
  licence: licenceSchema.optional(),
  /** Who is to be named by whoever shows the data. */
  attribution: attributionSchema.optional(),
  /** What holds for single datasets; not there where nothing does. */
  publication: publicationSchema.optional(),
})
export type Authority = z.infer<typeof authoritySchema>

export const newAuthoritySchema = authoritySchema.extend({
  name: authoritySchema.shape.name.optional(),
  timeZone: timeZoneSchema.default('UTC'),
  published: authoritySchema.shape.published.default([]),
})
export type NewAuthority = z.infer<typeof newAuthoritySchema>

export const authorityPatchSchema = authoritySchema
  .omit({ id: true })
  .extend({
    licence: licenceSchema.nullable(),
    attribution: attributionSchema.nullable(),
    publication: publicationPatchSchema.nullable(),
  })
  .partial()
export type AuthorityPatch = z.infer<typeof authorityPatchSchema>
