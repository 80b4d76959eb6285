import { hash } from 'node:crypto'
import type { Uplink } from '../../model/uplink.ts'
import type { SeenSequence } from '../../registry/registry.ts'

/**
 * How an uplink is known again, where it came through two gateways or was sent twice. Its frame counter begins again after a join, and
 * then the device has another address.
 */
export function sequenceOfUplink(
  { devAddr, frameCount, port, rawPayload, time }: Uplink,
  device: string,
  { authority, receivedTime }: { readonly authority: string; readonly receivedTime: number },
): SeenSequence {
  return {
    authority,
    device,
    sequence: frameCount,
    hash: hash('sha256', `uplink ${devAddr} ${port} ${rawPayload}`).slice(0, 32),
    time: time ?? receivedTime,
  }
}
