import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { formatTopic } from '../../model/topic.ts'
import type { SignSays, T047Sign } from '../behaviour/t047-sign.ts'
import type { Credentials } from './register-devices.ts'

/** A simulated T047 display on a connection of its own, MQTT 5, which comes back by itself. */
export interface SignLink {
  readonly sign: T047Sign
  /** Resolves when it is acknowledged. */
  say(says: SignSays): Promise<void>
  /** As after a power cut: gone without a word, back without a memory, asking for its content. */
  reboot(): Promise<void>
  /** The network is lost, and comes back; it remembers what it was told. */
  loseConnection(): Promise<void>
  close(): Promise<void>
}

export interface SignLinkOptions {
  readonly mqttUrl: string
  readonly authority: string
  readonly device: string
  readonly credentials: Credentials
  readonly sign: T047Sign
  readonly now: () => number
  /** After everything that it received. */
  readonly onReceived?: (topicName: string, payload: string, isRetained: boolean) => void
}

/** Resolves when it is connected, subscribed, and has said what it says at a start. */
export async function openSignLink(options: SignLinkOptions): Promise<SignLink> {
  const { authority, device, credentials, sign, now } = options
  const statusTopic = formatTopic({ authority, kind: 'display', device, channel: 'status' })
  const connectOptions: IClientOptions = {
    protocolVersion: 5,
    clientId: `sim-${device}`,
    username: credentials.username,
    password: credentials.password,
    clean: true,
    keepalive: 60,
    reconnectPeriod: 500,
    resubscribe: false,
    will: { topic: statusTopic, payload: Buffer.from('offline'), qos: 1, retain: true },
  }
  const client = await connectAsync(options.mqttUrl, connectOptions)
  client.on('error', () => undefined)
  client.on('message', (topicName, payload, { retain }) => {
    const text = payload.toString()
    for (const says of sign.receive(topicName, text, retain, now())) void say(says).catch(() => undefined)
    options.onReceived?.(topicName, text, retain)
  })
  let back = Promise.withResolvers<void>()
  client.on('connect', () => {
    begin(client).then(back.resolve, () => undefined)
  })
  await begin(client)
  await bootSign()

  return {
    sign,
    say,
    async reboot() {
      await drop()
      await bootSign()
    },
    loseConnection: drop,
    async close() {
      if (client.connected) await client.publishAsync(statusTopic, 'offline', { qos: 1, retain: true })
      await client.endAsync(!client.connected)
    },
  }

  async function begin({ connected }: MqttClient): Promise<void> {
    if (!connected) return
    await client.subscribeAsync([...sign.topicFilters], { qos: 1 })
    await client.publishAsync(statusTopic, 'online', { qos: 1, retain: true })
  }

  async function bootSign(): Promise<void> {
    for (const says of sign.boot(now())) await say(says)
  }

  async function say({ topic, payload }: SignSays): Promise<void> {
    await client.publishAsync(topic, payload, { qos: 1 })
  }

  async function drop(): Promise<void> {
    back = Promise.withResolvers<void>()
    client.stream.destroy()
    await back.promise
  }
}
