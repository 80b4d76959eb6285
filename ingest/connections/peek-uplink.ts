import { PAYLOAD_BYTES_MAX } from '../../model/reading.ts'
import type { Network, Uplink } from '../../model/uplink.ts'
import { UPLINK_READERS } from '../uplinks/read-network-message.ts'

const DEV_EUI = /^[0-9A-Fa-f]{16}$/

export interface PeekedUplink {
  /** In lower case; null where nothing tells it. */
  readonly devEui: string | null
  /** Undefined where it cannot be read: then it goes to the quarantine, which says why. */
  readonly uplink: Uplink | undefined
}

/** What a network published; undefined where that is no uplink. */
export function peekUplink(
  network: Network,
  topicName: string,
  payload: Uint8Array,
): PeekedUplink | undefined {
  const broken = { devEui: findDevEui(network, topicName), uplink: undefined }
  if (payload.byteLength > PAYLOAD_BYTES_MAX) return broken
  let message: unknown
  try {
    message = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString())
  } catch {
    return broken
  }
  const read = UPLINK_READERS[network](message)
  if (!read) return undefined
  return 'reason' in read ? broken : { devEui: read.devEui, uplink: read }
}

/** `application/{id}/device/{devEUI}/event/up`; The Things Stack's topics have a name that people gave in its place. */
function findDevEui(network: Network, topicName: string): string | null {
  const level = network === 'chirpstack' ? (topicName.split('/')[3] ?? '') : ''
  return DEV_EUI.test(level) ? level.toLowerCase() : null
}
