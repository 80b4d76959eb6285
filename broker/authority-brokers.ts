import { randomUUID } from 'node:crypto'
import type { DeviceChannel, SignSaying } from '../model/device-channel.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import { formatTopic, parseTopic } from '../model/topic.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { DeviceChange, DeviceRecord, Revocation } from '../registry/registry.ts'
import { hashSecret } from '../registry/secret.ts'
import { type AuthorityBroker, openAuthorityBroker } from './authority-broker.ts'
import type { Refusal } from './connack.ts'
import { Connection, DeviceState, type Principal, signRightsOf } from './connection.ts'
import type { Arrival } from './connection-gate.ts'
import type { BrokerCounters } from './counters.ts'
import { formatDeviceConfig } from './device-config.ts'
import type { FlowControl } from './flow-control.ts'
import type { Journal } from './journal.ts'
import type { BrokerLimits } from './limits.ts'

/** The brokers of all authorities that somebody is connected to, and who is connected. */
export interface AuthorityBrokers {
  readonly size: number
  /** To and from devices; where nobody of an authority is connected, nothing is kept for it. */
  readonly channel: DeviceChannel
  /** Brings a user to the broker of its authority, or resolves with why not. */
  admit(arrival: Arrival, principal: Principal): Promise<Refusal | undefined>
  /** Ends operators whose key is gone, should the directory not have told. Rejects where the registry is away. */
  checkKeys(): Promise<void>
  /** Lets go of brokers that nobody has used since the call before. */
  dropIdle(): void
  close(): Promise<void>
}

export function createAuthorityBrokers(deps: {
  directory: DeviceDirectory
  journal: Journal
  flow: FlowControl
  counters: BrokerCounters
  limits: BrokerLimits
  logger: Logger
  isKeyOf: (key: string, authority: string) => Promise<boolean>
}): AuthorityBrokers {
  const { directory, flow, limits, logger, isKeyOf } = deps
  const opening = new Map<string, Promise<AuthorityBroker>>()
  const opened = new Map<string, AuthorityBroker>()
  const idle = new Set<AuthorityBroker>()
  const devices = new Map<string, DeviceState>()
  const operators = new Set<Connection>()
  const sayingListeners = new Set<(saying: SignSaying) => void>()
  const resetListeners = new Set<(authority: string | undefined) => void>()
  const stopListening = directory.onChange(follow)
  const stopHearing = directory.onRevocation(revoke)

  return {
    get size() {
      return opened.size
    },
    channel: {
      publish: ({ authority, ...message }) => opened.get(authority)?.send(message),
      onSaying(listener) {
        sayingListeners.add(listener)
        return () => sayingListeners.delete(listener)
      },
      onReset(listener) {
        resetListeners.add(listener)
        return () => resetListeners.delete(listener)
      },
    },
    admit,
    async checkKeys() {
      for (const connection of [...operators]) if (!(await hasKey(connection))) end(connection)
    },
    dropIdle() {
      for (const [authority, broker] of opened) {
        if (!broker.isIdle) {
          idle.delete(broker)
        } else if (idle.has(broker)) {
          idle.delete(broker)
          opened.delete(authority)
          opening.delete(authority)
          void broker.close()
        } else {
          idle.add(broker)
        }
      }
    },
    async close() {
      stopListening()
      stopHearing()
      await Promise.allSettled([...opening.values()].map(async (broker) => (await broker).close()))
    },
  }

  async function admit(arrival: Arrival, principal: Principal): Promise<Refusal | undefined> {
    const { connect, socket, version } = arrival
    // Only 3.1.1 ties a name to a session that is to be kept [MQTT-3.1.3-8].
    if (connect.clientId === '' && connect.clean === false && version < 5) return 'wrongClientId'
    const assignedClientId = connect.clientId === '' ? randomUUID() : undefined
    const state = stateOf(principal)
    const connection = new Connection({
      socket,
      principal,
      clientId: assignedClientId ?? connect.clientId,
      assignedClientId,
      connectBytes: arrival.bytes,
      state,
    })
    if (connect.will && !connection.mayLeaveWill(connect.will.topic)) return 'notAuthorized'
    const others = [...state.connections].filter(({ sessionId }) => sessionId !== connection.sessionId)
    if (others.length >= limits.connectionsPerDevice) return 'tooManyConnections'
    // Known from here on, so that a change of the device while its broker opens is not missed.
    register(connection)
    // Its key may have gone between the login and this line, which nobody would be told of a second time.
    if (!(await hasKey(connection))) return 'notAuthorized'
    const broker = await open(principal.authority)
    if (connection.isRevoked) return 'notAuthorized'
    if (socket.destroyed || socket.readableEnded) {
      socket.destroy()
      return undefined
    }
    if (arrival.rest.length > 0) socket.unshift(arrival.rest)
    flow.attach(connection)
    broker.handle(connection)
    return undefined
  }

  function stateOf({ authority, device }: Principal): DeviceState {
    if (!device) return new DeviceState(limits.publishBurst)
    const name = `${authority}/${device.device.id}`
    const state = devices.get(name) ?? new DeviceState(limits.publishBurst)
    devices.set(name, state)
    return state
  }

  function register(connection: Connection): void {
    const { socket, state, principal } = connection
    state.connections.add(connection)
    if (!principal.device) operators.add(connection)
    socket.once('close', () => {
      state.connections.delete(connection)
      operators.delete(connection)
      const name = `${principal.authority}/${connection.device}`
      if (state.connections.size === 0 && devices.get(name) === state) devices.delete(name)
    })
  }

  function open(authority: string): Promise<AuthorityBroker> {
    const present = opening.get(authority)
    if (present) return present
    const broker = openAuthorityBroker({ ...deps, authority, isCurrent, onSaying }).then((ready) => {
      for (const record of directory.list(authority)) publishConfig(ready, record)
      opened.set(authority, ready)
      // Before the first client is let in, so that it finds there what it subscribes to.
      for (const listener of resetListeners) listener(authority)
      return ready
    })
    opening.set(authority, broker)
    broker.catch((error: unknown) => {
      opening.delete(authority)
      logger.error({ authority, error: messageOf(error) }, 'the broker of an authority could not be opened')
    })
    return broker
  }

  function onSaying(saying: SignSaying): void {
    for (const listener of sayingListeners) listener(saying)
  }

  function isCurrent(topicName: string): boolean {
    const topic = parseTopic(topicName)
    return !topic || directory.find(topic.authority, topic.device)?.device.kind === topic.kind
  }

  function follow({ authority, deviceId, record }: DeviceChange): void {
    for (const connection of [...(devices.get(`${authority}/${deviceId}`)?.connections ?? [])]) {
      if (!isSameLogin(connection.principal.device, record)) end(connection)
    }
    const broker = opened.get(authority)
    if (!broker) return
    if (record) publishConfig(broker, record)
    else broker.forgetDevice(deviceId)
  }

  function revoke({ authority, keyHash }: Revocation): void {
    for (const connection of [...operators]) {
      const { principal } = connection
      if (principal.authority !== authority) continue
      if (keyHash === null || keyHash === hashOf(principal.key)) end(connection)
    }
    // With the authority go the sessions of its operators, who all have no device: what waits in them is not for those
    // of the next authority of its id.
    if (keyHash === null) opened.get(authority)?.forgetDevice('')
  }

  function end(connection: Connection): void {
    const broker = opened.get(connection.principal.authority)
    // MQTT 5's DISCONNECT would wait behind what the client has not read, and all that is published meanwhile with it.
    const isBehind = connection.socket.writableLength > 0
    if (broker) broker.revoke(connection)
    else connection.isRevoked = true
    if (isBehind) connection.socket.destroy()
  }

  async function hasKey({ principal: { key, authority } }: Connection): Promise<boolean> {
    return key === undefined || isKeyOf(key, authority)
  }

  function publishConfig(broker: AuthorityBroker, { authority, device }: DeviceRecord): void {
    const topic = formatTopic({ authority, kind: device.kind, device: device.id, channel: 'config' })
    broker.publishRetained(topic, formatDeviceConfig(device))
  }
}

function hashOf(key: string | undefined): string | undefined {
  return key === undefined ? undefined : Buffer.from(hashSecret(key)).toString('hex')
}

function isSameLogin(before: DeviceRecord | undefined, now: DeviceRecord | undefined): boolean {
  return (
    before !== undefined &&
    now !== undefined &&
    before.device.kind === now.device.kind &&
    signRightsOf(before)?.key === signRightsOf(now)?.key &&
    Buffer.from(before.passwordHash).equals(now.passwordHash)
  )
}
