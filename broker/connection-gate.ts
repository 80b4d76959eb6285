import type { Duplex } from 'node:stream'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Authenticator } from './authenticate.ts'
import { type Refusal, refuseConnect, versionOf } from './connack.ts'
import type { Principal } from './connection.ts'
import type { BrokerCounters } from './counters.ts'
import type { BrokerLimits } from './limits.ts'
import { type BadConnect, type ReceivedConnect, readConnect } from './read-connect.ts'
import { createTurnstile } from './turnstile.ts'

/** A CONNECT of a user who is who they say. */
export interface Arrival extends ReceivedConnect {
  readonly socket: Duplex
  readonly version: number
}

/** Where every connection comes in, however it came: counts it, reads its CONNECT, and finds out who it is. */
export interface ConnectionGate {
  readonly connections: number
  accept(socket: Duplex, address: string): void
  /** Ends all connections, and takes no more. */
  close(): void
}

/** CONNECT packets that are handled in one turn of the event loop. */
const CONNECTS_PER_TURN = 32

export function createConnectionGate({
  authenticator,
  counters,
  limits,
  logger,
  isFull,
  onUser,
  onInstallation,
}: {
  authenticator: Authenticator
  counters: BrokerCounters
  limits: BrokerLimits
  logger: Logger
  isFull: () => boolean
  /** Resolves with why the user cannot be let in, or with undefined. */
  onUser: (arrival: Arrival, principal: Principal) => Promise<Refusal | undefined>
  onInstallation: (arrival: Arrival) => Refusal | undefined
}): ConnectionGate {
  const sockets = new Set<Duplex>()
  const countsByAddress = new Map<string, number>()
  const turnstile = createTurnstile(CONNECTS_PER_TURN)
  let isClosed = false

  return {
    get connections() {
      return sockets.size
    },
    accept,
    close() {
      isClosed = true
      for (const socket of sockets) socket.destroy()
    },
  }

  function accept(socket: Duplex, address: string): void {
    socket.on('error', ignore)
    const fromAddress = countsByAddress.get(address) ?? 0
    if (isClosed || sockets.size >= limits.connections || fromAddress >= limits.connectionsPerAddress) {
      counters.refusedConnects++
      socket.destroy()
      return
    }
    sockets.add(socket)
    countsByAddress.set(address, fromAddress + 1)
    const connectTimer = setTimeout(() => socket.destroy(), limits.connectSeconds * 1_000)
    socket.once('close', () => {
      clearTimeout(connectTimer)
      sockets.delete(socket)
      const left = (countsByAddress.get(address) ?? 1) - 1
      if (left > 0) countsByAddress.set(address, left)
      else countsByAddress.delete(address)
    })
    readConnect(socket, limits.connectBytes, (result) => {
      clearTimeout(connectTimer)
      turnstile.pass(() => receive(socket, address, result))
    })
  }

  function receive(socket: Duplex, address: string, result: ReceivedConnect | BadConnect): void {
    if (socket.destroyed) return
    if ('connect' in result) {
      void welcome({ ...result, socket, version: versionOf(result.connect) }, address)
        .catch((error: unknown) => {
          logger.error({ error: messageOf(error) }, 'a connection could not be taken over')
          return 'unavailable' as const
        })
        .then((refusal) => {
          if (!refusal) {
            counters.connects++
            return
          }
          counters.refusedConnects++
          refuseConnect(socket, versionOf(result.connect), refusal)
        })
    } else if (result.isWrongVersion) {
      counters.refusedConnects++
      refuseConnect(socket, 4, 'wrongVersion')
    } else {
      counters.refusedConnects++
      socket.destroy()
    }
  }

  async function welcome(arrival: Arrival, address: string): Promise<Refusal | undefined> {
    if (isFull()) return 'busy'
    const { username, password } = arrival.connect
    const login = await authenticator.authenticate({ username, password, address })
    if (login.type === 'refused') return login.refusal
    // It may have ended meanwhile, at one end or both.
    if (arrival.socket.destroyed || arrival.socket.readableEnded) {
      arrival.socket.destroy()
      return undefined
    }
    if (login.type === 'installation') return onInstallation(arrival)
    return onUser(arrival, login.principal)
  }
}

function ignore(): void {}
