import type { IncomingMessage } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import { writeToStream } from 'mqtt-packet'
import type { Clock } from '../model/clock.ts'
import type { DeviceChannel } from '../model/device-channel.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { Registry } from '../registry/registry.ts'
import { createAcceptedReporter } from './accepted-reporter.ts'
import { createAuthenticator } from './authenticate.ts'
import { createAuthorityBrokers } from './authority-brokers.ts'
import { CHANNEL_PART, createChannelLink } from './channel-link.ts'
import { createConnectionGate } from './connection-gate.ts'
import { type BrokerCounters, createCounters } from './counters.ts'
import { createFlowControl } from './flow-control.ts'
import type { Journal } from './journal.ts'
import { type BrokerLimits, DEFAULT_BROKER_LIMITS } from './limits.ts'
import { createRelay } from './relay.ts'
import { createWebSocketListener } from './web-socket.ts'

export interface BrokerDeps {
  readonly registry: Registry
  readonly directory: DeviceDirectory
  readonly journal: Journal
  readonly clock: Clock
  readonly logger: Logger
  readonly listen: {
    readonly mqtt?: Address | undefined
    readonly mqtts?: (Address & { readonly cert: string | Buffer; readonly key: string | Buffer }) | undefined
  }
  readonly limits?: Partial<BrokerLimits> | undefined
  /**
   * Whether the ingest service may fetch the journal here; default true. False where the ingest reads the journal in
   * process, which a second reader would end.
   */
  readonly hasRelay?: boolean | undefined
}

interface Address {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
}

interface BrokerStats extends Readonly<BrokerCounters> {
  readonly connections: number
  /** Authorities whose broker is open. */
  readonly authorities: number
  /** Published and not yet on disk. */
  readonly waitingMessages: number
  readonly waitingBytes: number
  /** Not read until what waits is on disk, or their device's rate is below its limit. */
  readonly heldConnections: number
  readonly isIngestConnected: boolean
}

export interface Broker {
  /** Null where there is no such listener. */
  readonly mqttPort: number | null
  readonly mqttsPort: number | null
  /** To and from the devices that are connected here. */
  readonly channel: DeviceChannel
  /** MQTT over WebSocket at `/mqtt`; another path is answered 404. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Tells the registry the totals of now, so that a balance is up to date. Rejects where the registry is away. */
  reportAccepted(): Promise<void>
  stats(): BrokerStats
  /** Ends all connections. The journal is the caller's to close, afterwards. */
  close(): Promise<void>
}

/** How often the registry is asked for changed devices and revoked keys, in ms. */
const WATCH_INTERVAL = 500
/** How often all keys of operators are checked and unused brokers let go, in ms. */
const CARE_INTERVAL = 10_000

export async function startBroker(deps: BrokerDeps): Promise<Broker> {
  const { registry, directory, journal, logger, listen, hasRelay = true } = deps
  const limits: BrokerLimits = { ...DEFAULT_BROKER_LIMITS, ...deps.limits }
  // Otherwise the packet library keeps a buffer for each number that a message id may have, 7 MB of them.
  ;(writeToStream as unknown as { cacheNumbers: boolean }).cacheNumbers = false
  const counters = createCounters()
  const flow = createFlowControl({ journal, limits })
  const authenticator = createAuthenticator({ registry, directory, limits, logger })
  const authorities = createAuthorityBrokers({
    directory,
    journal,
    flow,
    counters,
    limits,
    logger,
    isKeyOf: authenticator.isKeyOf,
  })
  const relay = createRelay({ journal, limits, logger })
  const channelLink = createChannelLink({ channel: authorities.channel, logger })
  const reporter = createAcceptedReporter({ registry, journal, logger })
  const gate = createConnectionGate({
    authenticator,
    counters,
    limits,
    logger,
    isFull: () => flow.isFull,
    onUser: authorities.admit,
    onInstallation({ socket, connect, rest }) {
      if (!hasRelay) return 'notAuthorized'
      const isForChannel = connect.properties?.userProperties?.['kerbside-part'] === CHANNEL_PART
      return (isForChannel ? channelLink : relay).handle(socket, connect, rest)
    },
  })
  const webSockets = createWebSocketListener({ limits, onConnection: gate.accept })

  const accept = (socket: Socket): void => {
    socket.setNoDelay(true)
    // Finds peers that are gone without a word, whatever their own keep-alive.
    socket.setKeepAlive(true, 60_000)
    gate.accept(socket, socket.remoteAddress ?? '')
  }
  const servers: Server[] = []
  let mqttPort: number | null = null
  let mqttsPort: number | null = null
  if (listen.mqtt) {
    const server = createServer(accept)
    servers.push(server)
    mqttPort = await startListening(server, listen.mqtt, logger)
  }
  if (listen.mqtts) {
    const { cert, key } = listen.mqtts
    const server = createTlsServer({ cert, key, handshakeTimeout: limits.connectSeconds * 1_000 }, accept)
    server.on('tlsClientError', (error) =>
      logger.debug({ error: messageOf(error) }, 'a TLS handshake failed'),
    )
    servers.push(server)
    mqttsPort = await startListening(server, listen.mqtts, logger)
  }

  const watch = repeat(WATCH_INTERVAL, 'devices could not be refreshed', logger, () => directory.refresh())
  const care = repeat(CARE_INTERVAL, 'keys could not be checked', logger, async () => {
    authorities.dropIdle()
    await authorities.checkKeys()
  })

  return {
    mqttPort,
    mqttsPort,
    channel: authorities.channel,
    handleUpgrade: webSockets.handleUpgrade,
    reportAccepted: reporter.report,
    stats: () => ({
      ...counters,
      connections: gate.connections,
      authorities: authorities.size,
      waitingMessages: flow.waitingMessages,
      waitingBytes: flow.waitingBytes,
      heldConnections: flow.heldConnections,
      isIngestConnected: relay.isConnected,
    }),
    async close() {
      clearInterval(watch)
      clearInterval(care)
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)))
      await authorities.close()
      await relay.close()
      channelLink.close()
      gate.close()
      webSockets.close()
      authenticator.close()
      await Promise.all(closed)
      await reporter.close()
      flow.close()
    },
  }
}

async function startListening(server: Server, { host, port }: Address, logger: Logger): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, backlog: 4_096 }, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
  server.on('error', (error) => logger.error({ error: messageOf(error) }, 'a listener failed'))
  return (server.address() as AddressInfo).port
}

function repeat(
  interval: number,
  problem: string,
  logger: Logger,
  work: () => Promise<void>,
): NodeJS.Timeout {
  let isRunning = false
  let hasFailed = false
  return setInterval(() => {
    if (isRunning) return
    isRunning = true
    work()
      .then(
        () => {
          hasFailed = false
        },
        (error: unknown) => {
          // Said once an outage.
          if (!hasFailed) logger.warn({ error: messageOf(error) }, problem)
          hasFailed = true
        },
      )
      .finally(() => {
        isRunning = false
      })
  }, interval).unref()
}
