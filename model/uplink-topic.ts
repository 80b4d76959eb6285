import { ID_PATTERN } from './id.ts'
import { NETWORKS, type Network } from './uplink.ts'

/**
 * Where a connection's uplinks go inside Kerbside. No device's own topic looks like it, and a device may publish to its own
 * alone: so nobody sends uplinks but connections.
 */
export interface UplinkTopic {
  readonly authority: string
  readonly network: Network
  /** The connection's id. */
  readonly connection: string
  /** 16 hexadecimal digits, in lower case; null where the message names none that can be read. */
  readonly devEui: string | null
}

const NO_EUI = 'unknown'
const DEV_EUI = /^[0-9a-f]{16}$/

/** `kerbside/v1/{authority}/uplink/{network}/{connection}/{devEui}` */
export function formatUplinkTopic({ authority, network, connection, devEui }: UplinkTopic): string {
  return `kerbside/v1/${authority}/uplink/${network}/${connection}/${devEui ?? NO_EUI}`
}

/** Undefined where the name is no such topic. */
export function parseUplinkTopic(topicName: string): UplinkTopic | undefined {
  const [root, version, authority = '', channel, network = '', connection = '', devEui = '', ...rest] =
    topicName.split('/')
  if (root !== 'kerbside' || version !== 'v1' || channel !== 'uplink' || rest.length > 0) return undefined
  if (!ID_PATTERN.test(authority) || !ID_PATTERN.test(connection)) return undefined
  if (!(NETWORKS as readonly string[]).includes(network)) return undefined
  if (devEui !== NO_EUI && !DEV_EUI.test(devEui)) return undefined
  return { authority, network: network as Network, connection, devEui: devEui === NO_EUI ? null : devEui }
}
