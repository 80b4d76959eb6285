import type { Duplex } from 'node:stream'
import { generate, type IConnectPacket } from 'mqtt-packet'

/** Why a CONNECT is refused, in 3.1.1's return codes (table 3.1) and MQTT 5's reason codes (table 3-1). */
const REFUSALS = {
  wrongVersion: { returnCode: 1, reasonCode: 0x84 },
  wrongClientId: { returnCode: 2, reasonCode: 0x85 },
  unavailable: { returnCode: 3, reasonCode: 0x88 },
  busy: { returnCode: 3, reasonCode: 0x89 },
  tooManyConnections: { returnCode: 3, reasonCode: 0x97 },
  wrongCredentials: { returnCode: 4, reasonCode: 0x86 },
  notAuthorized: { returnCode: 5, reasonCode: 0x87 },
} as const
export type Refusal = keyof typeof REFUSALS

/** Answers a CONNECT with a refusal and ends the connection [MQTT-3.2.2-5]. */
export function refuseConnect(socket: Duplex, version: number, refusal: Refusal): void {
  if (socket.destroyed) return
  socket.end(generateConnack(version, refusal))
  // A client that does not close its own end is not waited for.
  setTimeout(() => socket.destroy(), 1_000).unref()
}

function generateConnack(version: number, refusal: Refusal): Buffer {
  const { returnCode, reasonCode } = REFUSALS[refusal]
  return version === 5
    ? generate({ cmd: 'connack', sessionPresent: false, reasonCode }, { protocolVersion: 5 })
    : generate({ cmd: 'connack', sessionPresent: false, returnCode }, { protocolVersion: 4 })
}

/** mqtt-packet leaves it out of its type that bridges have a version of their own. */
export function versionOf(connect: IConnectPacket): number {
  return connect.protocolVersion ?? 4
}
