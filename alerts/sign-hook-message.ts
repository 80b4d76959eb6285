import { createHmac } from 'node:crypto'
import type { HookMessage } from './write-hook-message.ts'

const SECRET_PREFIX = 'whsec_'

/**
 * The headers by which a receiver knows who posts, and that it is now, as in the Standard Webhooks specification 1.0.0, "Signature
 * scheme". `time` is when it is sent, in ms since 1970; with more than one secret (`whsec_` and base64) there are as many signatures.
 */
export function signHookMessage(
  { id, body }: HookMessage,
  { secrets, time }: { readonly secrets: readonly string[]; readonly time: number },
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(time / 1000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
