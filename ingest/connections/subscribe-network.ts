import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionReport, NetworkConnection } from '../../model/connection.ts'
import { messageOf } from '../../model/error.ts'
import type { Logger } from '../../model/logger.ts'
import { AbortedError, createRetry } from '../create-retry.ts'
import { deferAcknowledgements } from '../defer-acknowledgements.ts'
import { DeliveryWindow } from '../delivery-window.ts'
import { type ConnectionRun, ENDS_SESSION } from './connection-runner.ts'
import { KEEPALIVE_SECONDS, type OutsideMqtt, openOutsideMqtt } from './open-outside-mqtt.ts'
import type { UplinkIntake, UplinkSender } from './uplink-intake.ts'

/** Of a connection, not stored yet: then it is not read until some are. */
const WINDOW = { messages: 1_000, bytes: 4 * 1024 * 1024 }
const READ_AT_ONCE = 500
/** How often it is looked whether there is something new to say, and after how long it is said all the same. */
const LOOK_EVERY_MS = 2_000
const SAY_EVERY_MS = 60_000
/** So long a broker has for the last words. */
const FAREWELL_MS = 2_000

export type NetworkRun = ConnectionRun<NetworkConnection> & {
  readonly intake: UplinkIntake
  readonly logger: Logger
  /** Uplinks before this run, and when the last of them came. */
  readonly before: Pick<ConnectionReport, 'uplinks' | 'lastUplinkTime'>
}

/**
 * Takes uplinks from a LoRaWAN network's broker, until the run is aborted. The broker keeps a session for it: what it sends at
 * QoS 1 is acknowledged once it is stored or quarantined, and comes again otherwise. Rejects where the registry refuses
 * what is to be kept.
 */
export async function subscribeNetwork(run: NetworkRun): Promise<void> {
  const { authority, connection, credentials, intake, logger, random, signal } = run
  const window = new DeliveryWindow(WINDOW)
  const retry = createRetry({ logger, random, signal })
  const topicFilter = topicFilterOf(connection)
  let { uplinks = 0, lastUplinkTime = null } = run.before
  let failure: string | null = null
  let outside: OutsideMqtt
  try {
    outside = openOutsideMqtt(
      { ...run, credentials: { ...usernameOf(connection), ...credentials } },
      { topicFilter, qos: 1, clean: false, clientId: connection.clientId },
    )
  } catch (error) {
    // Until somebody changes the connection, or how this process was started.
    return run.report({ uplinks, lastUplinkTime, isConnected: false, problem: messageOf(error) })
  }
  const { client } = outside
  const { acknowledge, stopPinging } = deferAcknowledgements(client, {
    window,
    keepaliveSeconds: KEEPALIVE_SECONDS,
    onPublish(packet, stream) {
      const { topic, dup, qos } = packet
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
      const messageId = qos > 0 ? packet.messageId : undefined
      const again = dup && messageId !== undefined && window.findAgain(messageId, topic, payload)
      if (again) {
        again.connection = stream
        if (again.isForgotten) acknowledge([again])
        return
      }
      const origin = { position: undefined, authority, device: '', timeSlots: 0, isForgotten: false }
      window.add({ ...origin, topic, payload, messageId, receivedTime: run.now(), connection: stream })
    },
  })
  client.on('packetreceive', (packet) => {
    if (packet.cmd === 'connack' && !packet.sessionPresent) window.endSession()
  })
  client.on('close', stopPinging)
  const sender: UplinkSender = {
    authority,
    connection: connection.id,
    network: connection.type,
    retry,
    done(deliveries) {
      for (const delivery of deliveries) window.forget(delivery)
      acknowledge(deliveries)
    },
  }

  const reporting = reportOften()
  signal.addEventListener('abort', () => window.close(), { once: true })
  try {
    await passOn()
  } finally {
    window.close()
    await end()
    await reporting
  }

  async function passOn(): Promise<void> {
    for (;;) {
      const deliveries = signal.aborted ? [] : await window.read(READ_AT_ONCE)
      if (deliveries.length === 0) return
      try {
        const count = await intake.pass(sender, deliveries)
        if (count === 0) continue
        uplinks += count
        lastUplinkTime = run.now()
      } catch (error) {
        // The broker sends them again.
        if (error instanceof AbortedError) return
        failure = messageOf(error)
        throw error
      }
    }
  }

  async function reportOften(): Promise<void> {
    let said = ''
    let saidAt = Number.NEGATIVE_INFINITY
    while (!signal.aborted && failure === null) {
      const problem = outside.findProblem()
      const report = { uplinks, lastUplinkTime, isConnected: client.connected && problem === null, problem }
      const text = JSON.stringify(report)
      if (text !== said || performance.now() - saidAt > SAY_EVERY_MS) {
        await run.report(report)
        said = text
        saidAt = performance.now()
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
    }
    if (failure !== null) await run.report({ uplinks, lastUplinkTime, isConnected: false, problem: failure })
  }

  async function end(): Promise<void> {
    stopPinging()
    // What it would keep from now on is for nobody.
    if (signal.reason === ENDS_SESSION && client.connected) {
      await inTime(client.unsubscribeAsync(topicFilter).catch(() => undefined))
    }
    await inTime(new Promise<void>((resolve) => client.end(!client.connected, () => resolve())))
    client.stream.destroy()
  }
}

function inTime(farewell: Promise<unknown>): Promise<unknown> {
  return Promise.race([farewell, sleep(FAREWELL_MS, undefined, { ref: false })])
}

function topicFilterOf(connection: NetworkConnection): string {
  return connection.type === 'tts'
    ? `v3/${connection.application}/devices/+/up`
    : `application/${connection.applicationId}/device/+/event/up`
}

/** The Things Stack's users are its applications: one who gives a key alone has said all. */
function usernameOf(connection: NetworkConnection): { username?: string } {
  return connection.type === 'tts' ? { username: connection.application } : {}
}
