import { z } from 'zod'

/** A text in each of its languages, by ISO 639-1 (RTIG T047, part 2, multi language text). */
export const textSchema = z.array(z.object({ lang: z.string().length(2), text: z.string() })).min(1)
export type Text = z.infer<typeof textSchema>

/** A thing of another data set (part 2, external reference). */
export const referenceSchema = z.object({ source: z.string().min(1), ref: z.string().min(1) })

export const timestampSchema = z.iso.datetime({ offset: true })

/** Where a display is (part 2, location configuration); the three lists are for topics, not for passengers. */
export const locationSchema = z.object({
  localities: z.array(z.string()),
  clusters: z.array(z.string()),
  stops: z.array(z.string()),
  locationName: textSchema.optional(),
  geographicCoordinates: z.object({ longitude: z.number(), latitude: z.number() }).optional(),
})
export type Location = z.infer<typeof locationSchema>

/** ISO 8601 in UTC without fractions, as in the standard's examples: what a small display can read. */
export function formatTimestamp(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}

export function toText(text: string, language = 'en'): Text {
  return [{ lang: language.slice(0, 2).toUpperCase(), text }]
}
