import type { Rejection } from '../../model/rejection.ts'
import type { Network, ReadUplink, Uplink } from '../../model/uplink.ts'
import { readChirpstackUplink } from './read-chirpstack-uplink.ts'
import { readTtsUplink } from './read-tts-uplink.ts'

/** How each network's messages are read. */
export const UPLINK_READERS: Readonly<Record<Network, ReadUplink>> = {
  tts: readTtsUplink,
  chirpstack: readChirpstackUplink,
}

/** What a network told, as an uplink; a message of another kind is refused. */
export function readNetworkMessage(network: Network, message: unknown): Uplink | Rejection {
  return (
    UPLINK_READERS[network](message) ?? {
      reason: 'not_uplink',
      detail: 'message: is of another kind, such as a join or a status, only uplinks are allowed',
    }
  )
}
