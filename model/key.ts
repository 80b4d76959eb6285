import { z } from 'zod'

/** What a key may do; each includes the ones before it. */
export const SCOPES = ['read', 'operate', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export const newKeySchema = z.object({
  name: z.string().min(1).max(200),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .max(SCOPES.length)
    .overwrite((scopes) => [...new Set(scopes)]),
})
export type NewKey = z.infer<typeof newKeySchema>

/** An API key as it is listed: never with its secret. */
export interface Key {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Milliseconds since 1970. */
  readonly createdTime: number
}

export function includesScope(scopes: readonly Scope[], wanted: Scope): boolean {
  return scopes.some((scope) => SCOPES.indexOf(scope) >= SCOPES.indexOf(wanted))
}
