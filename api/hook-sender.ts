import { randomUUID } from 'node:crypto'
import type { TryResult } from '../alerts/judge-try.ts'
import { signHookMessage } from '../alerts/sign-hook-message.ts'
import { writeAlertMail } from '../alerts/write-alert-mail.ts'
import { type HookMessage, writeHookMessage } from '../alerts/write-hook-message.ts'
import type { AlertEvent } from '../model/alert.ts'
import type { Authority } from '../model/authority.ts'
import type { Clock } from '../model/clock.ts'
import { messageOf } from '../model/error.ts'
import { formatTime } from '../model/time.ts'
import type { Mail, Mailer } from '../outside/open-mailer.ts'
import type { OutsideNames } from '../outside/outside-names.ts'
import { postOutside } from '../outside/post-outside.ts'
import type { HookRecord } from '../registry/registry.ts'
import type { HookSecretSealer } from '../registry/seal-hook-secrets.ts'

/** What this installation reaches hooks with. */
export interface HookReach {
  /** Undefined without KERBSIDE_SECRET_KEY: nothing can be signed. */
  readonly sealer: HookSecretSealer | undefined
  /** Undefined without KERBSIDE_SMTP: no e-mail can be sent. */
  readonly mailer: Mailer | undefined
  readonly isPrivateAllowed: boolean
  readonly names?: OutsideNames | undefined
}

/** Sends to one hook, once. Never rejects: what goes wrong is the result. */
export interface HookSender {
  /** An event to a hook with an address. */
  post(record: HookRecord, event: AlertEvent, signal: AbortSignal): Promise<SendResult>
  /** Events, at least one, to a hook with an e-mail address. */
  mail(record: HookRecord, events: readonly AlertEvent[], authority: Authority): Promise<SendResult>
  /** Says that nothing has happened, to either. */
  test(record: HookRecord, authority: Authority, signal: AbortSignal): Promise<SendResult>
}

export interface SendResult extends TryResult {
  /** By which the receiver knows it again. */
  readonly messageId: string
}

const ANSWER_MS = 15_000
const ANSWER_BYTES = 65_536

export function createHookSender({
  reach,
  clock,
  version,
  publicUrl,
}: {
  readonly reach: HookReach
  readonly clock: Clock
  readonly version: string
  readonly publicUrl?: string | undefined
}): HookSender {
  const { sealer, mailer, isPrivateAllowed, names } = reach
  return {
    post: (record, event, signal) => post(record, writeHookMessage(event), signal),

    async mail(record, events, authority) {
      const { subject, text } = writeAlertMail(events, {
        authorityName: authority.name,
        timeZone: authority.timeZone,
        hookName: record.hook.name,
        link: publicUrl && `${publicUrl}/#/${authority.id}/town`,
      })
      const [first] = events
      const id = first ? writeHookMessage(first).id : randomUUID()
      return mail(record, { subject, text, messageId: `${id}.${events.length}@kerbside` })
    },

    test(record, authority, signal) {
      const { hook } = record
      const id = `test_${randomUUID()}`
      if (hook.email !== null) {
        const text = `This is a test of the hook "${hook.name}" of ${authority.name}: alerts will be sent to this address.\n`
        return mail(record, {
          subject: `[${authority.name}] Test: nothing has happened`,
          text,
          messageId: `${id}@kerbside`,
        })
      }
      const timestamp = formatTime(clock.now())
      const data = { hook: hook.id, name: hook.name }
      const message = { type: 'hook.test', timestamp, authority: authority.id, data }
      return post(record, { id, body: JSON.stringify(message) }, signal)
    },
  }

  async function post(
    { authority, hook, sealed }: HookRecord,
    message: HookMessage,
    signal: AbortSignal,
  ): Promise<SendResult> {
    const fail = (problem: string): SendResult => ({ messageId: message.id, problem, statusCode: null })
    const secrets = sealed && sealer?.open(authority, hook.id, sealed)
    if (!secrets) return fail('its secret cannot be read with this KERBSIDE_SECRET_KEY: give it a new one')
    const time = clock.now()
    const valid = secrets.filter(({ untilTime }) => untilTime === null || untilTime > time)
    const signature = signHookMessage(message, { secrets: valid.map(({ secret }) => secret), time })
    try {
      const { status, headers } = await postOutside({
        url: hook.url ?? '',
        headers: { ...signature, 'content-type': 'application/json', 'user-agent': `Kerbside/${version}` },
        body: Buffer.from(message.body),
        isPrivateAllowed,
        bytesMax: ANSWER_BYTES,
        timeoutMs: ANSWER_MS,
        signal,
        names,
      })
      return {
        messageId: message.id,
        problem: explainStatus(status, headers.location),
        statusCode: status,
        retryAfterMs: readRetryAfter(headers['retry-after'], time),
      }
    } catch (error) {
      return fail(messageOf(error))
    }
  }

  async function mail(
    { hook }: HookRecord,
    content: Pick<Mail, 'subject' | 'text' | 'messageId'>,
  ): Promise<SendResult> {
    const { messageId } = content
    try {
      if (!mailer) throw new Error('this installation sends no e-mail: it has no KERBSIDE_SMTP')
      await mailer.send({ to: hook.email ?? '', time: clock.now(), ...content })
      return { messageId, problem: null, statusCode: null }
    } catch (error) {
      return { messageId, problem: messageOf(error), statusCode: null }
    }
  }
}

/** The specification's "Delivery success and failure": anything but 2xx is a failure. Null where it is none. */
function explainStatus(status: number, location: string | undefined): string | null {
  if (status >= 200 && status < 300) return null
  if (status < 300 || status >= 400) return `it answered ${status}`
  return `it answered ${status}, which leads to ${location?.slice(0, 200) ?? 'nowhere'}: redirects are not followed`
}

/** RFC 9110, 10.2.3: seconds, or a date, of the receiver's clock; in ms from `now`. */
function readRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const time = Date.parse(value)
  return Number.isNaN(time) ? undefined : Math.max(0, time - now)
}
