import { z } from 'zod'
import type { Network } from './uplink.ts'

/** A device's own identifier, for ever: in upper case as well as in lower case, which it is kept in. */
export const devEuiSchema = z
  .string()
  .regex(/^[0-9A-Fa-f]{16}$/, 'must be the 16 hexadecimal digits of a DevEUI')
  .overwrite((text) => text.toLowerCase())

/** A device that a network told of, and that nobody has registered. */
export interface FoundDevice {
  /** In lower case. */
  readonly devEui: string
  readonly connectionId: string
  readonly network: Network
  /** What it is called there. */
  readonly name: string | null
  /** The mapping that seems to fit, by what the network knows of it or by its fields. */
  readonly suggestedMapping: string | null
  /** ms since 1970 */
  readonly firstTime: number
  readonly lastTime: number
  readonly uplinks: number
  /** Nobody wants its readings: they are not taken in. */
  readonly isIgnored: boolean
}

/** One uplink of it; `sample` is the network's message, null where that is too long to be kept. */
export type Finding = Pick<
  FoundDevice,
  'devEui' | 'connectionId' | 'network' | 'name' | 'suggestedMapping'
> & {
  readonly time: number
  readonly sample: string | null
}

/** In characters; a longer message is no sample. */
export const SAMPLE_LENGTH_MAX = 32_768
