import type { IPublishPacket, MqttClient } from 'mqtt'
import type { Delivery, DeliveryWindow } from './delivery-window.ts'

/** How often the broker is pinged while its answers wait behind what is not read: a part of the keep-alive. */
const PINGS_PER_KEEPALIVE = 0.3

export interface DeferredAcknowledgements {
  /** Tells the broker that it may forget them, in this order; those of a connection that is gone, when they come again. */
  acknowledge(deliveries: readonly Delivery[]): void
  /** To be called where the connection is closed. */
  stopPinging(): void
}

/**
 * Has a client acknowledge a message when it is told to, rather than when it has come; while the window is full none is
 * read. `onPublish` is called for each message, with what tells its connection from others.
 */
export function deferAcknowledgements(
  client: MqttClient,
  {
    window,
    keepaliveSeconds,
    onPublish,
  }: {
    readonly window: DeliveryWindow
    readonly keepaliveSeconds: number
    readonly onPublish: (packet: IPublishPacket, stream: object) => void
  },
): DeferredAcknowledgements {
  let blockedPings: NodeJS.Timeout | undefined

  // mqtt.js sends PUBACK when the callback of handleMessage is called without an error, and reads the next packet only
  // then. Called with one, it reads on and sends none: the PUBACK is written by `acknowledge`, once the message is done.
  client.handleMessage = (packet, callback) => {
    onPublish(packet, client.stream)
    const readOn = () => {
      clearInterval(blockedPings)
      callback(DEFERRED)
    }
    if (!window.isFull) {
      readOn()
      return
    }
    // The broker's answers to pings wait behind what is not read: so they are sent without waiting for them.
    clearInterval(blockedPings)
    blockedPings = setInterval(
      () => {
        if (!client.connected) return
        client.sendPing()
        client.reschedulePing(true)
      },
      keepaliveSeconds * 1000 * PINGS_PER_KEEPALIVE,
    )
    window.whenRoom(readOn)
  }

  return {
    acknowledge(deliveries) {
      const { stream } = client
      if (!client.connected || stream.destroyed) return
      const packets = Buffer.allocUnsafe(deliveries.length * PUBACK_BYTES)
      let length = 0
      for (const delivery of deliveries) {
        if (delivery.messageId === undefined || delivery.connection !== stream) continue
        // [MQTT-3.4]: type 4, two bytes remain, the packet's identifier; MQTT 5 leaves out a reason code that is 0.
        packets.writeUInt16BE(0x4002, length)
        packets.writeUInt16BE(delivery.messageId, length + 2)
        length += PUBACK_BYTES
        window.release(delivery)
      }
      if (length > 0) stream.write(packets.subarray(0, length))
    },
    stopPinging: () => clearInterval(blockedPings),
  }
}

const DEFERRED = new Error('acknowledged later')
const PUBACK_BYTES = 4
