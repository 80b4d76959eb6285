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

/** By which a network's broker knows this client again, and keeps for it what comes while it is away. */
const clientIdSchema = z
  .string()
  .regex(/^[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits, "_", ".", ":" or "-"')
/** The Things Stack's ids: small letters and digits, with single dashes between them. */
const APPLICATION = /^[a-z0-9](?:-?[a-z0-9]){1,35}(?:@[a-z0-9](?:-?[a-z0-9]){1,35})?$/
const ttsShape = {
  id: idSchema,
  type: z.literal('tts'),
  /** Of its MQTT server. */
  url: urlSchema(/^mqtts?:$/, 'must be an mqtt or mqtts address'),
  /** As its MQTT server wants it for a username; without a tenant where the installation has none. */
  application: z.string().regex(APPLICATION, 'must be like "bins@town": the application, and its tenant'),
  clientId: clientIdSchema,
}
const chirpstackShape = {
  id: idSchema,
  type: z.literal('chirpstack'),
  /** Of the broker that its MQTT integration publishes to. */
  url: urlSchema(/^mqtts?:$/, 'must be an mqtt or mqtts address'),
  /** "+" for all that the broker shows to this user. */
  applicationId: z
    .string()
    .regex(
      /^(?:\+|[0-9a-f-]{36}|[0-9]{1,10})$/,
      'must be the id that ChirpStack shows of the application, or "+"',
    ),
  clientId: clientIdSchema,
}

const telraamShape = {
  id: idSchema,
  type: z.literal('telraam'),
  /** Of its HTTP interface. */
  url: urlSchema(/^https?:$/, 'must be an http or https address').default('https://telraam-api.net'),
  /** The road that is counted, as its page is named. */
  segmentId: z.string().regex(/^\d{1,20}$/, 'must be the digits that Telraam shows of the segment'),
  /** Whose readings its hours are. */
  deviceId: idSchema,
  /** How long after one answer the next one is asked for; there is something new once an hour. */
  intervalSeconds: z.int().min(300).max(86_400).default(900),
}

export const connectionSchema = z.discriminatedUnion('type', [
  z.object(gtfsRealtimeShape),
  z.object(hfpShape),
  z.object(ttsShape),
  z.object(chirpstackShape),
  z.object(telraamShape),
])
/** Another system that an authority has readings or predictions from. */
export type Connection = z.infer<typeof connectionSchema>
/** A LoRaWAN network, which hands over the uplinks of devices of any maker. */
export type NetworkConnection = Extract<Connection, { type: 'tts' | 'chirpstack' }>

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
/** One is made where none is given. */
const newNetworkShape = { ...newShape, clientId: clientIdSchema.optional() }
export const newConnectionSchema = z.discriminatedUnion('type', [
  z.object({ ...gtfsRealtimeShape, ...newShape }),
  z.object({ ...hfpShape, ...newShape }),
  z.object({ ...ttsShape, ...newNetworkShape }),
  z.object({ ...chirpstackShape, ...newNetworkShape }),
  z.object({ ...telraamShape, ...newShape }),
])

/** Only what is given changes; credentials as a whole, or null for none. */
export const connectionPatchSchema = z.strictObject({
  url: z.string().optional(),
  intervalSeconds: z.number().optional(),
  topicFilter: z.string().optional(),
  application: z.string().optional(),
  applicationId: z.string().optional(),
  clientId: z.string().optional(),
  segmentId: z.string().optional(),
  deviceId: z.string().optional(),
  credentials: credentialsSchema.nullable().optional(),
})

/** How a connection fares. */
export interface ConnectionState extends ConnectionReport {
  /** When it was last tried, and last with success, in ms since 1970. */
  readonly triedTime: number
  readonly succeededTime: number | null
}

/** What a runner says of it: of vehicles and trips where it is a feed, of uplinks where it is a network, of readings otherwise. */
export interface ConnectionReport {
  /** What went wrong the last time; null where nothing did. */
  readonly problem: string | null
  /** In the last message. */
  readonly vehicles?: number
  readonly trips?: number
  /** In the last answer of one that is asked for them. */
  readonly readings?: number
  readonly isConnected?: boolean
  /** Since it was set up. */
  readonly uplinks?: number
  /** When the last one came, in ms since 1970; null before the first. */
  readonly lastUplinkTime?: number | null
}
