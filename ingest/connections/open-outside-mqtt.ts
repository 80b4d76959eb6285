import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type IClientOptions, MqttClient } from 'mqtt'
import { messageOf } from '../../model/error.ts'
import { createOutsideLookup, refusePrivateHost } from '../../outside/outside-lookup.ts'
import type { ConnectionRun } from './connection-runner.ts'

export const KEEPALIVE_SECONDS = 30
const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 60_000
/** Between one packet's end and the next one's: more are not waited for, since MQTT 3.1.1 cannot ask a broker to stay below. */
const PACKET_BYTES_MAX = 8 * 1024 * 1024

export interface OutsideMqtt {
  readonly client: MqttClient
  /** What went wrong last; null where nothing does. */
  findProblem(): string | null
}

/**
 * A client of a broker that somebody set up, which loses and finds its connection by itself, more and more rarely while it is
 * refused, and subscribes to `topicFilter` each time. MQTT 3.1.1, which all of them speak. Throws where the address leads to a
 * private network; a name is looked at each time that it is connected to.
 */
export function openOutsideMqtt(
  { connection, credentials, isPrivateAllowed, random }: ConnectionRun,
  { topicFilter, qos, ...options }: IClientOptions & { readonly topicFilter: string; readonly qos: 0 | 1 },
): OutsideMqtt {
  const { hostname, port, protocol } = new URL(connection.url)
  const host = hostname.replace(/^\[|\]$/g, '')
  refusePrivateHost(host, isPrivateAllowed)
  const lookup = createOutsideLookup(isPrivateAllowed)
  let problem: string | null = 'not connected yet'
  let unreadBytes = 0

  const client = new MqttClient(openStream, {
    protocolVersion: 4,
    keepalive: KEEPALIVE_SECONDS,
    connectTimeout: 10_000,
    reconnectPeriod: FIRST_DELAY_MS,
    reconnectOnConnackError: true,
    resubscribe: false,
    queueQoSZero: false,
    ...(credentials.username !== undefined && { username: credentials.username }),
    ...(credentials.password !== undefined && { password: credentials.password }),
    ...options,
  })
  client.on('connect', () => {
    client.options.reconnectPeriod = FIRST_DELAY_MS
    client.subscribe(topicFilter, { qos }, (error, granted) => {
      // Where the connection was lost meanwhile, why is known better.
      if (!client.connected) return
      const isRefused = (granted ?? []).some((one) => one.qos >= 0x80)
      if (error) problem = messageOf(error)
      else problem = isRefused ? `the broker refuses the subscription to ${topicFilter}` : null
    })
  })
  client.on('packetreceive', () => {
    unreadBytes = 0
  })
  client.on('reconnect', () => {
    const delay = Math.min((client.options.reconnectPeriod ?? FIRST_DELAY_MS) * 2, LONGEST_DELAY_MS)
    client.options.reconnectPeriod = delay * (0.75 + random() / 2)
  })
  client.on('error', (error) => {
    problem = messageOf(error)
  })
  client.on('close', () => {
    problem ??= 'the connection was closed'
  })
  return { client, findProblem: () => problem }

  function openStream() {
    const isSecure = protocol === 'mqtts:'
    const target = { host, port: Number(port) || (isSecure ? 8883 : 1883), lookup }
    const stream = isSecure ? connectTls({ ...target, servername: host }) : connectTcp(target)
    unreadBytes = 0
    stream.on('data', (chunk: Buffer) => {
      unreadBytes += chunk.length
      if (unreadBytes <= PACKET_BYTES_MAX) return
      problem = `the broker sends a packet of more than ${PACKET_BYTES_MAX} bytes`
      stream.destroy()
    })
    return stream
  }
}
