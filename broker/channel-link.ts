import type { Duplex } from 'node:stream'
import { generate, type IConnectPacket, type IPublishPacket, type Packet, parser } from 'mqtt-packet'
import type { DeviceChannel, DeviceMessage } from '../model/device-channel.ts'
import type { Logger } from '../model/logger.ts'
import { type Refusal, versionOf } from './connack.ts'

/**
 * The channel to devices, for API processes: over MQTT 5, with the installation's key. They publish to `{authority}/{topic}`
 * at QoS 1, with what is to be kept as a user property, and are sent what displays say as `say/{authority}/{device}/{topic}`
 * and, each time that an authority's broker begins anew, `reset/{authority}`.
 */
export interface ChannelLink {
  handle(socket: Duplex, connect: IConnectPacket, rest: Buffer): Refusal | undefined
  close(): void
}

/** By it a connection of the installation's asks for this and not for the journal. */
export const CHANNEL_PART = 'channel'
const RETAIN_PROPERTY = 'kerbside-retain'
/** API processes at a time. */
const LINKS_MAX = 16
/** Of one packet: larger than any content that displays are sent. */
const PACKET_BYTES_MAX = 1024 * 1024
/** What a process has not taken: beyond it, what displays say is not for it any more. */
const UNSENT_BYTES_MAX = 8 * 1024 * 1024

export function createChannelLink({
  channel,
  logger,
}: {
  channel: DeviceChannel
  logger: Logger
}): ChannelLink {
  const sockets = new Set<Duplex>()
  return {
    handle(socket, connect, rest) {
      if (versionOf(connect) < 5) return 'wrongVersion'
      if (sockets.size >= LINKS_MAX) return 'busy'
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      serve(socket, connect, rest)
      return undefined
    },
    close() {
      for (const socket of sockets) socket.destroy()
    },
  }

  function serve(socket: Duplex, connect: IConnectPacket, rest: Buffer): void {
    const protocol = { protocolVersion: 5 }
    const packets = parser(protocol)
    let unparsedBytes = 0
    const keepAlive = connect.keepalive
      ? setTimeout(() => socket.destroy(), connect.keepalive * 1_500).unref()
      : undefined
    const write = (packet: Packet): void => {
      if (!socket.destroyed) socket.write(generate(packet, protocol))
    }
    const tell = (topic: string, payload: Buffer | string): void => {
      if (socket.writableLength > UNSENT_BYTES_MAX) return
      write({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false })
    }
    const endings = [
      channel.onSaying(({ authority, device, topicName, payload }) =>
        tell(`say/${authority}/${device}/${topicName}`, Buffer.from(payload)),
      ),
      channel.onReset((authority) => tell(`reset/${authority ?? ''}`, '')),
    ]
    socket.on('error', () => undefined)
    socket.once('close', () => {
      clearTimeout(keepAlive)
      for (const end of endings) end()
    })
    packets.on('packet', (packet: Packet) => {
      unparsedBytes = 0
      if (packet.cmd === 'pingreq') write({ cmd: 'pingresp' })
      else if (packet.cmd === 'publish') {
        const message = readMessage(packet)
        if (message) channel.publish(message)
        if (packet.qos === 1) write({ cmd: 'puback', messageId: packet.messageId ?? 0 })
      } else socket.destroy()
    })
    packets.on('error', () => socket.destroy())
    write({
      cmd: 'connack',
      sessionPresent: false,
      reasonCode: 0,
      properties: { ...(connect.clientId === '' && { assignedClientIdentifier: CHANNEL_PART }) },
    })
    socket.on('data', receive)
    if (rest.length > 0) receive(rest)
    logger.info({}, 'a process that tells displays what to show is connected')

    function receive(chunk: Buffer): void {
      keepAlive?.refresh()
      unparsedBytes += chunk.length
      try {
        packets.parse(chunk)
      } catch {
        socket.destroy()
      }
      if (unparsedBytes > PACKET_BYTES_MAX) socket.destroy()
    }
  }
}

function readMessage({ topic, payload, properties }: IPublishPacket): DeviceMessage | undefined {
  const [authority, ...levels] = topic.split('/')
  const retain = String(properties?.userProperties?.[RETAIN_PROPERTY])
  if (!authority || levels.length === 0 || !isRetain(retain)) return undefined
  const expirySeconds = properties?.messageExpiryInterval
  return { authority, topicName: levels.join('/'), payload: payload.toString(), retain, expirySeconds }
}

function isRetain(text: string): text is DeviceMessage['retain'] {
  return text === 'no' || text === 'yes' || text === 'only'
}
