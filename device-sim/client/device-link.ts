import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import type { Kind } from '../../model/device.ts'
import { KerbsideError, messageOf } from '../../model/error.ts'
import { formatTopic } from '../../model/topic.ts'
import { type Payload, packPayloads } from './pack-payloads.ts'
import type { Credentials } from './register-devices.ts'

/** One device's own connection: its will says `offline`, its retained status `online`. */
export interface DeviceLink {
  readonly authority: string
  readonly kind: Kind
  readonly device: string
  /** Resolves with how many readings were acknowledged, which is all of them; at QoS 1, one message after another. */
  publish(payloads: Iterable<Payload>): Promise<number>
  /** Any bytes, under the device's own reading topic; resolves when acknowledged (at once at QoS 0). */
  publishRaw(payload: string | Buffer, options?: { qos?: 0 | 1 | 2; dup?: boolean }): Promise<void>
  /** Drops the connection as a lost network does: no DISCONNECT, so the broker publishes the will. It comes back. */
  drop(): Promise<void>
  /** Says goodbye: publishes `offline` and disconnects. */
  close(): Promise<void>
}

export interface DeviceLinkOptions {
  readonly mqttUrl: string
  readonly authority: string
  readonly kind: Kind
  readonly device: string
  readonly credentials: Credentials
  /** Whether it says that it is `online` and leaves a will; otherwise it only delivers. */
  readonly saysStatus?: boolean
  /** MQTT 3.1.1 (4) or 5. */
  readonly protocolVersion?: 4 | 5
  readonly signal?: AbortSignal | undefined
}

const CONNECT_TIMEOUT_MS = 20_000
// The library's own pace of trying again; what is in flight it sends again by itself, marked as a duplicate.
const RECONNECT_PERIOD_MS = 1_000
// A broker of its own process learns of a new device a little after the API has registered it, and may start later.
const CONNECT_PATIENCE_MS = 30_000

export async function openDeviceLink(options: DeviceLinkOptions): Promise<DeviceLink> {
  const { authority, kind, device, credentials, saysStatus = true } = options
  const readingTopic = formatTopic({ authority, kind, device, channel: 'reading' })
  const statusTopic = formatTopic({ authority, kind, device, channel: 'status' })
  const connectOptions: IClientOptions = {
    protocolVersion: options.protocolVersion ?? 4,
    clientId: `sim-${device}`,
    username: credentials.username,
    password: credentials.password,
    clean: true,
    keepalive: 60,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: RECONNECT_PERIOD_MS,
    resubscribe: false,
    ...(saysStatus
      ? { will: { topic: statusTopic, payload: Buffer.from('offline'), qos: 1, retain: true } }
      : {}),
  }
  const client = await connectPatiently(options.mqttUrl, connectOptions, options.signal)
  // The library reports lost connections here and reconnects by itself; without a listener Node would exit.
  client.on('error', () => undefined)
  // What waits for the broker. The library forgets what is in flight without a word when it is ended by force.
  const waiting = new Set<(error: Error) => void>()
  const abandon = (): void => {
    client.end(true)
    for (const reject of waiting)
      reject(new KerbsideError('BUSY', `${device} gave up waiting for its broker`))
    waiting.clear()
  }
  options.signal?.addEventListener('abort', abandon, { once: true })
  if (saysStatus) {
    const sayOnline = () => client.publishAsync(statusTopic, 'online', { qos: 1, retain: true })
    await sayOnline()
    // Each time that it is back. What fails here fails because the connection is gone again.
    client.on('connect', () => {
      sayOnline().catch(() => undefined)
    })
  }

  return {
    authority,
    kind,
    device,
    async publish(payloads) {
      let acknowledged = 0
      for (const message of packPayloads(payloads)) {
        await publishOnce(message.text, { qos: 1 })
        acknowledged += message.readings
      }
      return acknowledged
    },
    async publishRaw(payload, { qos = 1, dup = false } = {}) {
      await publishOnce(payload, { qos, dup })
    },
    async drop() {
      if (!client.connected) return
      await orAbandoned((resolve) => {
        client.once('connect', () => resolve())
        client.stream.destroy()
      })
    },
    async close() {
      options.signal?.removeEventListener('abort', abandon)
      if (saysStatus && client.connected) {
        await client.publishAsync(statusTopic, 'offline', { qos: 1, retain: true })
      }
      await client.endAsync(!client.connected)
    },
  }

  function publishOnce(payload: string | Buffer, how: { qos: 0 | 1 | 2; dup?: boolean }): Promise<void> {
    return orAbandoned((resolve, reject) => {
      client.publish(readingTopic, payload, how, (error) => (error ? reject(error) : resolve()))
    })
  }

  /** Settles as `begin` says, or rejects when the device is told to end. */
  async function orAbandoned(
    begin: (resolve: () => void, reject: (error: Error) => void) => void,
  ): Promise<void> {
    options.signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    waiting.add(reject)
    try {
      begin(resolve, reject)
      await promise
    } finally {
      waiting.delete(reject)
    }
  }
}

async function connectPatiently(
  mqttUrl: string,
  options: IClientOptions,
  signal: AbortSignal | undefined,
): Promise<MqttClient> {
  const deadline = performance.now() + CONNECT_PATIENCE_MS
  for (;;) {
    signal?.throwIfAborted()
    try {
      return await connectAsync(mqttUrl, options)
    } catch (error) {
      if (performance.now() > deadline) {
        throw new KerbsideError(
          'BUSY',
          `${options.username ?? ''} could not connect to ${mqttUrl}: ${messageOf(error)}`,
          { cause: error },
        )
      }
      await sleep(RECONNECT_PERIOD_MS / 2, undefined, signal ? { signal } : {})
    }
  }
}
