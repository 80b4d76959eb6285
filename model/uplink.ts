import type { Rejection } from './rejection.ts'

/** The LoRaWAN network servers that uplinks are taken from: The Things Stack v3, and ChirpStack v4. */
export const NETWORKS = ['tts', 'chirpstack'] as const
export type Network = (typeof NETWORKS)[number]

/** What a device sent through a LoRaWAN network, whichever server told of it. */
export interface Uplink {
  readonly network: Network
  /** Whose it is, for ever: 16 hexadecimal digits, in lower case. */
  readonly devEui: string
  /** What the network's users call the device. */
  readonly deviceName: string | null
  /** Its address since it last joined; with `frameCount`, which begins at 0 then, it tells uplinks apart. */
  readonly devAddr: string | null
  readonly frameCount: number
  /** Makers tell kinds of payload apart by it; 0 carries only what is between device and network. */
  readonly port: number
  /** What the network's codec made of the payload; null where there is no codec, or it failed. */
  readonly decoded: Readonly<Record<string, unknown>> | null
  /** As it was sent, in base64. */
  readonly rawPayload: string
  /** When the network received it, in ms since 1970; null where it does not say. */
  readonly time: number | null
  /** Made up by somebody who tries the network's integrations: nothing was measured. */
  readonly isSimulated: boolean
  /** What the network knows of the device's make: words such as its brand, its model and the name of its profile. */
  readonly makeWords: readonly string[]
}

/** Undefined where a message is of another kind than an uplink: a join, a status, an acknowledgement. */
export type ReadUplink = (message: unknown) => Uplink | Rejection | undefined
