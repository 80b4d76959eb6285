import { z } from 'zod'
import { ALERT_EVENT_TYPES } from './alert.ts'
import { ALERT_CONDITIONS } from './alert-condition.ts'
import { idSchema } from './id.ts'

const urlSchema = z
  .string()
  .max(2_000)
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'must be an http or https address')
  .refine((text) => {
    const url = URL.parse(text)
    return !url || (url.username === '' && url.password === '')
  }, 'must not name a user or a password: whoever receives knows Kerbside by its signature')

const nameSchema = z.string().trim().min(1).max(200)
const emailSchema = z.email('must be an e-mail address').max(254)
const eventsSchema = z
  .array(z.enum(ALERT_EVENT_TYPES))
  .min(1)
  .max(20)
  .overwrite((types) => [...new Set(types)])
/** Null for all of them, those of later versions too. */
const conditionsSchema = z
  .array(z.enum(ALERT_CONDITIONS))
  .min(1)
  .max(100)
  .overwrite((conditions) => [...new Set(conditions)])
  .nullable()

/** Who is told of alerts: an address that is posted to (`url`), or a person who is written to (`email`); the other is null. */
export const hookSchema = z.object({
  id: idSchema,
  name: nameSchema,
  url: urlSchema.nullable(),
  email: emailSchema.nullable(),
  events: eventsSchema,
  conditions: conditionsSchema,
})
export type Hook = Readonly<z.infer<typeof hookSchema>>

export const newHookSchema = z
  .strictObject({
    id: idSchema.optional(),
    name: nameSchema,
    url: urlSchema.optional(),
    email: emailSchema.optional(),
    events: eventsSchema.default([...ALERT_EVENT_TYPES]),
    conditions: conditionsSchema.default(null),
  })
  .refine(({ url, email }) => (url === undefined) !== (email === undefined), {
    path: ['url'],
    message: 'either url or email is needed, and not both',
  })

/** Only what is given changes; a url stays one, as an e-mail address does. Any change has the hook tried again at once. */
export const hookPatchSchema = z.strictObject({
  name: nameSchema.optional(),
  url: urlSchema.optional(),
  email: emailSchema.optional(),
  events: eventsSchema.optional(),
  conditions: conditionsSchema.optional(),
  isPaused: z.boolean().optional(),
})

/** How a hook fares; times are ms since 1970. */
export interface HookProgress {
  /** How often the event that is next was tried, in vain, since it was first tried at `triedSince`. */
  readonly attempts: number
  readonly triedSince: number | null
  /** Nothing was delivered since then, though it was tried. */
  readonly failingSince: number | null
  readonly deliveredTime: number | null
  /** What went wrong the last time; null where nothing did. */
  readonly problem: string | null
}

export const NEW_HOOK_PROGRESS: HookProgress = {
  attempts: 0,
  triedSince: null,
  failingSince: null,
  deliveredTime: null,
  problem: null,
}

export const DELIVERY_STATUSES = ['waiting', 'delivered', 'given-up'] as const
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]

/** What became of an event at a hook that wants it; times are ms since 1970. */
export interface HookDelivery {
  /** AlertEvent.sequence */
  readonly sequence: number
  /** By which the receiver knows it again; e-mails of several events have one. */
  readonly messageId: string
  readonly status: DeliveryStatus
  readonly type: (typeof ALERT_EVENT_TYPES)[number]
  readonly alertId: string
  readonly eventTime: number
  readonly attempts: number
  readonly triedTime: number
  /** What an http receiver answered last. */
  readonly statusCode: number | null
  readonly problem: string | null
  /** Why it was given up. */
  readonly note: string | null
}
