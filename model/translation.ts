import { z } from 'zod'

/** A text for passengers in one language (BCP 47); of several at most one may leave the language out. */
const translationSchema = z.strictObject({
  language: z
    .string()
    .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'must be a language such as en or de-CH')
    .nullable()
    .default(null),
  text: z.string().min(1).max(4_000),
})
export type Translation = z.infer<typeof translationSchema>

export const translationsSchema = z
  .array(translationSchema)
  .min(1)
  .max(20)
  .refine(
    (texts) => new Set(texts.map(({ language }) => language?.toLowerCase() ?? null)).size === texts.length,
    'each language may come once, and one text may be without',
  )
