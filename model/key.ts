import { z } from 'zod'

/** What a key may do; each includes the ones before it. The first reads what everybody may read, but is counted by itself. */
export const SCOPES = ['published', 'read', 'operate', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export const requestsPerMinuteSchema = z.int().min(1).max(1_000_000)

export const newKeySchema = z.object({
  name: z.string().min(1).max(200),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .max(SCOPES.length)
    .overwrite((scopes) => [...new Set(scopes)]),
  requestsPerMinute: requestsPerMinuteSchema.optional(),
})
export type NewKey = z.infer<typeof newKeySchema>

/** An API key as it is listed: never with its secret. */
export interface Key {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Milliseconds since 1970. */
  readonly createdTime: number
  /** Undefined where the installation's limit is the only one. */
  readonly requestsPerMinute?: number | undefined
}

export function includesScope(scopes: readonly Scope[], wanted: Scope): boolean {
  return scopes.some((scope) => SCOPES.indexOf(scope) >= SCOPES.indexOf(wanted))
}
