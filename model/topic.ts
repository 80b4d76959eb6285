import { KINDS, type Kind } from './device.ts'
import { ID_PATTERN } from './id.ts'

/** The last level of a device's topics: what it sends (reading, status) and what it is sent (config, departures). */
const CHANNELS = ['reading', 'status', 'config', 'departures'] as const
type Channel = (typeof CHANNELS)[number]

export interface DeviceTopic {
  readonly authority: string
  readonly kind: Kind
  readonly device: string
  readonly channel: Channel
}

/** `kerbside/v1/{authority}/{kind}/{device}/{channel}`. */
export function formatTopic({ authority, kind, device, channel }: DeviceTopic): string {
  return `kerbside/v1/${authority}/${kind}/${device}/${channel}`
}

/** Undefined where the name is none of Kerbside's own topics. */
export function parseTopic(topicName: string): DeviceTopic | undefined {
  const [root, version, authority, kind, device, channel, ...rest] = topicName.split('/')
  if (root !== 'kerbside' || version !== 'v1' || rest.length > 0) return undefined
  if (authority === undefined || !ID_PATTERN.test(authority)) return undefined
  if (device === undefined || !ID_PATTERN.test(device)) return undefined
  if (!isOneOf(KINDS, kind) || !isOneOf(CHANNELS, channel)) return undefined
  return { authority, kind, device, channel }
}

function isOneOf<T extends string>(allowed: readonly T[], value: string | undefined): value is T {
  return value !== undefined && (allowed as readonly string[]).includes(value)
}
