import type { PublishPacket } from 'aedes'
import { z } from 'zod'

type Properties = NonNullable<PublishPacket['properties']>

/** MQTT 5's properties of a retained message that mean something to whoever gets it, as the journal keeps them. */
const keptSchema = z.object({
  contentType: z.string().optional(),
  payloadFormatIndicator: z.boolean().optional(),
  responseTopic: z.string().optional(),
  userProperties: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  messageExpiryInterval: z.number().optional(),
  /** When the Message Expiry Interval has passed, in ms since 1970. */
  expiryTime: z.number().optional(),
})

/** Undefined where there are none. `now` in ms since 1970. */
export function toKept(packet: PublishPacket, now: number): object | undefined {
  const { properties } = packet
  if (!properties || Object.keys(properties).length === 0) return undefined
  const { contentType, payloadFormatIndicator, responseTopic, userProperties, messageExpiryInterval } =
    properties
  return {
    contentType,
    payloadFormatIndicator,
    responseTopic,
    userProperties,
    messageExpiryInterval,
    ...(messageExpiryInterval && { expiryTime: now + messageExpiryInterval * 1_000 }),
  }
}

export function fromKept(kept: unknown): { properties?: Properties; messageExpiry?: number } {
  const parsed = keptSchema.safeParse(kept)
  if (!parsed.success) return {}
  const { expiryTime, ...properties } = parsed.data
  return {
    properties: properties as Properties,
    ...(expiryTime !== undefined && { messageExpiry: expiryTime }),
  }
}
