import { z } from 'zod'
import { idSchema } from './id.ts'

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

const timeZoneSchema = z.string().refine((name) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}, 'a time zone of the IANA database, such as Europe/Berlin')

export const authoritySchema = z.object({
  id: idSchema,
  name: z.string().min(1).max(200),
  timeZone: timeZoneSchema,
  published: z.array(z.enum(PUBLISHABLE)),
})
export type Authority = z.infer<typeof authoritySchema>

export const newAuthoritySchema = authoritySchema.extend({
  name: authoritySchema.shape.name.optional(),
  timeZone: timeZoneSchema.default('UTC'),
  published: authoritySchema.shape.published.default([]),
})
export type NewAuthority = z.infer<typeof newAuthoritySchema>

export const authorityPatchSchema = authoritySchema.omit({ id: true }).partial()
export type AuthorityPatch = z.infer<typeof authorityPatchSchema>
