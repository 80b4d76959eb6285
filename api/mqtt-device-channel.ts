import mqtt from 'mqtt'
import type { DeviceChannel, SignSaying } from '../model/device-channel.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'

/**
 * The channel to devices of a broker that is another process: `broker/channel-link.ts` is its other end. Comes back by itself;
 * what is published while the broker is away is lost, and said again at the reset that follows.
 */
export function openMqttDeviceChannel({ url, logger }: { url: string; logger: Logger }): DeviceChannel & {
  close(): Promise<void>
} {
  const sayingListeners = new Set<(saying: SignSaying) => void>()
  const resetListeners = new Set<(authority: string | undefined) => void>()
  let isAway = false
  const client = mqtt.connect(url, {
    protocolVersion: 5,
    clean: true,
    keepalive: 30,
    reconnectPeriod: 1_000,
    reconnectOnConnackError: true,
    resubscribe: false,
    queueQoSZero: false,
    properties: { userProperties: { 'kerbside-part': 'channel' } },
  })
  client.on('connect', () => {
    isAway = false
    logger.info({}, 'connected to the broker of the displays')
    for (const listener of resetListeners) listener(undefined)
  })
  client.on('error', noteAway)
  client.on('close', () => noteAway(new Error('the connection was closed')))
  client.on('message', (topicName, payload) => {
    const [kind, authority = '', device = '', ...levels] = topicName.split('/')
    if (kind === 'reset') for (const listener of resetListeners) listener(authority)
    if (kind !== 'say') return
    const saying = { authority, device, topicName: levels.join('/'), payload }
    for (const listener of sayingListeners) listener(saying)
  })

  return {
    publish({ authority, topicName, payload, retain, expirySeconds }) {
      if (!client.connected) return
      client.publish(`${authority}/${topicName}`, payload, {
        qos: 1,
        properties: {
          userProperties: { 'kerbside-retain': retain },
          ...(expirySeconds && { messageExpiryInterval: expirySeconds }),
        },
      })
    },
    onSaying(listener) {
      sayingListeners.add(listener)
      return () => sayingListeners.delete(listener)
    },
    onReset(listener) {
      resetListeners.add(listener)
      return () => resetListeners.delete(listener)
    },
    close: () => client.endAsync(true),
  }

  function noteAway(error: Error): void {
    if (isAway || client.disconnecting) return
    isAway = true
    logger.warn({ reason: messageOf(error) }, 'the broker of the displays is away: connecting again')
  }
}
