import { z } from 'zod'

const titleSchema = z.string().min(1).max(200)
const descriptionSchema = z.string().min(1).max(2_000)
/** An address that fits into a header as it is. */
export const licenceSchema = z
  .string()
  .max(500)
  .regex(/^https?:\/\/[!-;=?-~]+$/, 'must be an http or https address')
export const attributionSchema = z.string().min(1).max(500)

/** What is said of any published dataset. */
const termsShape = {
  title: titleSchema.optional(),
  description: descriptionSchema.optional(),
  /** The address of what it may be used for; without it, the authority's. */
  licence: licenceSchema.optional(),
  /** Who is to be named by whoever shows it; without it, the authority's. */
  attribution: attributionSchema.optional(),
}

/** What is told of devices is also a matter of when. */
const deviceTermsShape = {
  ...termsShape,
  /** What is younger is not told without a key. */
  delaySeconds: z.int().min(0).max(2_678_400).optional(),
}

const binTermsShape = {
  ...deviceTermsShape,
  /**
   * The grid that the places of households' bins are rounded to, in metres; a bin with a UPRN is a household's. Without it
   * such bins are left out. Less than 50 m would tell the house.
   */
  roundPlacesM: z.int().min(50).max(10_000).optional(),
}

/** On which terms an authority publishes each of its datasets; what is not named has the authority's own. */
export const publicationSchema = z.strictObject({
  bins: z.strictObject(binTermsShape).optional(),
  counters: z.strictObject(deviceTermsShape).optional(),
  displays: z.strictObject(deviceTermsShape).optional(),
  vehicles: z.strictObject(deviceTermsShape).optional(),
  departures: z.strictObject(termsShape).optional(),
  gtfs: z.strictObject(termsShape).optional(),
  'gtfs-rt': z.strictObject(termsShape).optional(),
  'service-alerts': z.strictObject(termsShape).optional(),
  rounds: z.strictObject(termsShape).optional(),
  'bin-days': z.strictObject(termsShape).optional(),
  open311: z.strictObject(termsShape).optional(),
})
export type Publication = z.infer<typeof publicationSchema>

type PatchOf<T> = { [K in keyof T]?: T[K] | null | undefined }
type PublicationPatch = { [D in keyof Publication]?: PatchOf<NonNullable<Publication[D]>> | null | undefined }

/** A merge patch (RFC 7396) of it: null takes back a term, or all those of a dataset. */
export const publicationPatchSchema = z.strictObject(
  Object.fromEntries(
    Object.entries(publicationSchema.shape).map(([dataset, terms]) => {
      const fields = Object.entries(terms.unwrap().shape).map(([name, term]) => [
        name,
        term.unwrap().nullable().optional(),
      ])
      return [dataset, z.strictObject(Object.fromEntries(fields)).nullable().optional()]
    }),
  ),
) as unknown as z.ZodType<PublicationPatch>
