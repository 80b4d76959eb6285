import { z } from 'zod'
import { createTextSealer } from './seal-text.ts'

const hookSecretsSchema = z.array(
  z.object({
    /** `whsec_` and base64. */
    secret: z.string(),
    /** Until when it signs, in ms since 1970; null for the newest, which has no end. */
    untilTime: z.number().nullable(),
  }),
)
export type HookSecrets = Readonly<z.infer<typeof hookSecretsSchema>>

/** Encrypts what hooks sign with. */
export interface HookSecretSealer {
  /** For one hook of one authority: moved to another it cannot be read. */
  seal(authority: string, hook: string, secrets: HookSecrets): Uint8Array
  /** Undefined where it was sealed with another key, for another hook, or is damaged. */
  open(authority: string, hook: string, sealed: Uint8Array): HookSecrets | undefined
}

/** `secretKey` is KERBSIDE_SECRET_KEY. */
export function createHookSecretSealer(secretKey: string): HookSecretSealer {
  const sealer = createTextSealer(secretKey, 'kerbside hook secrets')
  return {
    seal: (authority, hook, secrets) => sealer.seal(`${authority}/${hook}`, JSON.stringify(secrets)),
    open(authority, hook, sealed) {
      const text = sealer.open(`${authority}/${hook}`, sealed)
      return text === undefined ? undefined : hookSecretsSchema.safeParse(JSON.parse(text)).data
    },
  }
}
