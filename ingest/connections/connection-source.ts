import { randomUUID } from 'node:crypto'
import type { Clock } from '../../model/clock.ts'
import type { Connection, ConnectionState } from '../../model/connection.ts'
import { messageOf } from '../../model/error.ts'
import type { Logger } from '../../model/logger.ts'
import type { MessageSource } from '../../model/message-source.ts'
import type { Random } from '../../model/random.ts'
import type { DeviceDirectory } from '../../registry/device-directory.ts'
import type { ConnectionRecord, Registry } from '../../registry/registry.ts'
import type { CredentialSealer } from '../../registry/seal-credentials.ts'
import type { QuarantineReplay } from '../replay-quarantined.ts'
import { createConnectedVehicles } from './connected-vehicles.ts'
import { type ConnectionRun, ENDS_SESSION } from './connection-runner.ts'
import { createMessageQueue } from './message-queue.ts'
import { pollGtfsRealtime } from './poll-gtfs-realtime.ts'
import { pollTelraam } from './poll-telraam.ts'
import type { VehiclePayload } from './read-vehicle-positions.ts'
import { subscribeHfp } from './subscribe-hfp.ts'
import { subscribeNetwork } from './subscribe-network.ts'
import { createUplinkIntake } from './uplink-intake.ts'

/** How often it is looked which connections there are, by the machine's clock; a lease outlasts some looks that fail. */
const LOOK_EVERY_MS = 3_000
const LEASE_MS = 20_000

interface Running {
  readonly version: string
  readonly connection: Connection
  readonly closing: AbortController
  readonly ended: Promise<void>
}

/**
 * What the connections of all authorities bring, as messages of the vehicles and devices that they are of. Of several processes one
 * has each connection. What it read and has not stored when it ends is read again from the other side: of vehicles that tells
 * it as long as it is true, and of uplinks it keeps what is not acknowledged. So nothing is kept here, and nothing is
 * pending but in memory.
 */
export function openConnectionSource({
  registry,
  directory,
  sealer,
  replay,
  isPrivateAllowed,
  clock,
  logger,
  random = Math.random,
}: {
  readonly registry: Registry
  readonly directory: DeviceDirectory
  /** Undefined where no key is set: then connections with credentials are not run. */
  readonly sealer: CredentialSealer | undefined
  readonly replay: Pick<QuarantineReplay, 'replayAll'>
  readonly isPrivateAllowed: boolean
  readonly clock: Clock
  readonly logger: Logger
  readonly random?: Random
}): MessageSource {
  const owner = randomUUID()
  const queue = createMessageQueue()
  const vehicles = createConnectedVehicles({ registry, directory })
  const intake = createUplinkIntake({ registry, directory, queue, replay, logger })
  const running = new Map<string, Running>()
  let isClosed = false
  let isLooking = false
  let looking = look()
  const timer = setInterval(() => {
    if (!isLooking) looking = look()
  }, LOOK_EVERY_MS).unref()

  return {
    id: 'connections',
    read: (limit) => queue.read(limit),
    forget: (messages) => intake.forget(messages),
    async close() {
      isClosed = true
      clearInterval(timer)
      await looking
      const names = [...running.keys()]
      await Promise.all(names.map((name) => stop(name)))
      for (const name of names) await registry.releaseLease(name, owner).catch(() => undefined)
      queue.close()
    },
  }

  async function look(): Promise<void> {
    isLooking = true
    try {
      const records = await registry.listAllConnections()
      const names = new Set(records.map(nameOf))
      for (const name of running.keys()) if (!names.has(name)) await stop(name, ENDS_SESSION)
      for (const record of records) {
        if (isClosed) return
        const name = nameOf(record)
        const isMine = await registry.renewLease(name, owner, clock.now() + LEASE_MS * clock.speed)
        const one = running.get(name)
        if (one && !isMine) await stop(name)
        else if (one && one.version !== record.version) {
          await stop(name, isSameSession(one.connection, record.connection) ? undefined : ENDS_SESSION)
        }
        if (isMine && !running.has(name)) start(name, record)
      }
    } catch (error) {
      logger.warn({ error: messageOf(error) }, 'the connections could not be looked up')
    } finally {
      isLooking = false
    }
  }

  function start(name: string, record: ConnectionRecord): void {
    const closing = new AbortController()
    const { authority, connection } = record
    logger.info({ authority, connection: connection.id, type: connection.type }, 'a connection is begun')
    const ended = run(record, closing.signal).catch((error: unknown) => {
      logger.error({ authority, connection: connection.id, error: messageOf(error) }, 'a connection failed')
      // The next look begins it anew.
      running.delete(name)
    })
    running.set(name, { version: record.version, connection, closing, ended })
  }

  async function stop(name: string, reason?: typeof ENDS_SESSION): Promise<void> {
    const one = running.get(name)
    running.delete(name)
    one?.closing.abort(reason)
    await one?.ended
  }

  async function run({ authority, connection, sealed, state }: ConnectionRecord, signal: AbortSignal) {
    let succeededTime = state?.succeededTime ?? null
    const { id } = connection
    const report: ConnectionRun['report'] = async (told, feed) => {
      const triedTime = clock.now()
      if (told.problem === null) succeededTime = triedTime
      const now: ConnectionState = { triedTime, succeededTime, ...told }
      await registry
        .reportConnection(authority, id, { state: now, ...(feed && { feed }) })
        .catch((error: unknown) =>
          logger.warn({ error: messageOf(error) }, 'a connection could not be reported'),
        )
    }
    const credentials = sealed === null ? {} : sealer?.open(authority, id, sealed)
    if (!credentials) {
      const problem = 'its credentials cannot be read: they were encrypted with another KERBSIDE_SECRET_KEY'
      return report({ problem })
    }
    const deliver = (positions: readonly VehiclePayload[], receivedTime: number) =>
      deliverAll(authority, id, positions, receivedTime)
    const work = { authority, credentials, isPrivateAllowed, deliver, report, now: clock.now, random, signal }
    switch (connection.type) {
      case 'gtfs-realtime':
        return pollGtfsRealtime({ ...work, connection })
      case 'hfp':
        return subscribeHfp({ ...work, connection })
      case 'telraam':
        return pollTelraam({ ...work, connection, pass: queue.addHeld })
      default:
        return subscribeNetwork({ ...work, connection, intake, logger, before: state ?? {} })
    }
  }

  async function deliverAll(
    authority: string,
    connection: string,
    positions: readonly VehiclePayload[],
    receivedTime: number,
  ): Promise<number> {
    const ids = positions.map(({ vehicle }) => vehicle)
    const devices = await vehicles.register(authority, connection, ids)
    let count = 0
    for (const { vehicle, payload } of positions) {
      const device = devices.get(vehicle.id)
      if (device !== undefined && queue.add(authority, device, payload, receivedTime)) count += 1
    }
    return count
  }
}

function nameOf({ authority, connection }: ConnectionRecord): string {
  return `connection:${authority}/${connection.id}`
}

/** Whether what the other side keeps for the one is what the other one wants. */
function isSameSession(before: Connection, after: Connection): boolean {
  const { type, url } = before
  if (type !== after.type || url !== after.url) return false
  if (before.type === 'tts' && after.type === 'tts') {
    return before.application === after.application && before.clientId === after.clientId
  }
  if (before.type === 'chirpstack' && after.type === 'chirpstack') {
    return before.applicationId === after.applicationId && before.clientId === after.clientId
  }
  return true
}
