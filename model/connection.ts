import { z } from 'zod'
import { idSchema } from './id.ts'

/** Where passwords and keys are not seen by whoever reads the connection: they are told apart, and never shown. */
const MESSAGE_OF_USERINFO =
  'names a user or a password: tell them in credentials, where they are kept encrypted'

function urlSchema(protocol: RegExp, message: string) {
  return z
    .string()
    .max(2_000)
    .refine((text) => protocol.test(URL.parse(text)?.protocol ?? ''), message)
    .refine((text) => {
      const url = URL.parse(text)
      return !url || (url.username === '' && url.password === '')
    }, MESSAGE_OF_USERINFO)
}

const gtfsRealtimeShape = {
  id: idSchema,
  type: z.literal('gtfs-realtime'),
  /** Of a GTFS-Realtime message in protobuf: vehicle positions, trip updates or both. */
  url: urlSchema(/^https?:$/, 'must be an http or https address'),
  /** How long after one answer the next one is asked for. */
  intervalSeconds: z.int().min(5).max(3_600).default(20),
}
const hfpShape = {
  id: idSchema,
  type: z.literal('hfp'),
  /** Of a broker. */
  url: urlSchema(/^mqtts?:$/, 'must be an mqtt or mqtts address'),
  topicFilter: z
    .string()
    .regex(/^\/hfp\/v2\/[^\0]{1,500}$/, 'must begin with /hfp/v2/')
    .default('/hfp/v2/journey/ongoing/vp/bus/#'),
}

export const connectionSchema = z.discriminatedUnion('type', [
  z.object(gtfsRealtimeShape),
  z.object(hfpShape),
])
/** Another system that an authority has readings or predictions from. */
export type Connection = z.infer<typeof connectionSchema>

const namedTexts = z.record(z.string().regex(/^[\w-]{1,100}$/), z.string().min(1).max(4_000))

/** What the other end wants to be told before it answers; encrypted where it is kept. */
export const credentialsSchema = z.strictObject({
  headers: namedTexts.optional(),
  /** Added to the address. */
  query: namedTexts.optional(),
  username: z.string().min(1).max(500).optional(),
  password: z.string().min(1).max(4_000).optional(),
})
export type Credentials = z.infer<typeof credentialsSchema>

const newShape = { credentials: credentialsSchema.optional() }
export const newConnectionSchema = z.discriminatedUnion('type', [
  z.object({ ...gtfsRealtimeShape, ...newShape }),
  z.object({ ...hfpShape, ...newShape }),
])

/** Only what is given changes; credentials as a whole, or null for none. */
export const connectionPatchSchema = z.strictObject({
  url: z.string().optional(),
  intervalSeconds: z.number().optional(),
  topicFilter: z.string().optional(),
  credentials: credentialsSchema.nullable().optional(),
})

/** How a connection fares. */
export interface ConnectionState {
  /** When it was last tried, and last with success, in ms since 1970. */
  readonly triedTime: number
  readonly succeededTime: number | null
  /** What went wrong the last time; null where nothing did. */
  readonly problem: string | null
  /** In the last message. */
  readonly vehicles: number
  readonly trips: number
}
