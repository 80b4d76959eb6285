import type { Duplex } from 'node:stream'
import type { Connection } from './connection.ts'
import type { Journal } from './journal.ts'
import type { BrokerLimits } from './limits.ts'

/**
 * Bounds what is read and not yet on disk: by not reading, so that TCP makes the sender wait. A connection is held while
 * it has too much waiting, while its device publishes too fast, while everything together is too much, and, once
 * something of it waits, while the journal is not accepting. Idle connections go on, so that a full disk does not make
 * ten thousand devices reconnect.
 */
export interface FlowControl {
  readonly waitingMessages: number
  readonly waitingBytes: number
  readonly heldConnections: number
  readonly isFull: boolean
  /** Puts itself between the socket and its reader, whom it gives the CONNECT packet first. */
  attach(connection: Connection): void
  /** Reads on, where nothing holds it. */
  wake(connection: Connection): void
  /** A publish of so many bytes goes to the journal. */
  begin(connection: Connection | undefined, bytes: number): void
  /** It is on disk. */
  end(connection: Connection | undefined, bytes: number): void
  close(): void
}

/** What a waiting message takes besides its payload, roughly. */
const MESSAGE_BYTES = 500
/** A device that does not take its answers is not read until it does. */
const UNSENT_ANSWERS_BYTES = 64 * 1024

export function createFlowControl({
  journal,
  limits,
}: {
  journal: Journal
  limits: BrokerLimits
}): FlowControl {
  const held = new Set<Connection>()
  let waitingMessages = 0
  let waitingBytes = 0
  const stopListening = journal.onAcceptingChange((isAccepting) => {
    if (isAccepting) wakeAll()
  })

  return {
    get waitingMessages() {
      return waitingMessages
    },
    get waitingBytes() {
      return waitingBytes
    },
    get heldConnections() {
      return held.size
    },
    get isFull() {
      return waitingBytes >= limits.waitingBytes
    },
    attach,
    wake,
    begin(connection, bytes) {
      waitingMessages++
      waitingBytes += bytes + MESSAGE_BYTES
      if (!connection) return
      connection.waitingMessages++
      connection.waitingBytes += bytes
      connection.state.tokens--
    },
    end(connection, bytes) {
      const wasFull = waitingBytes >= limits.waitingBytes
      waitingMessages--
      waitingBytes -= bytes + MESSAGE_BYTES
      if (connection) {
        connection.waitingMessages--
        connection.waitingBytes -= bytes
        if (connection.isHeld) wake(connection)
      }
      if (wasFull && waitingBytes < limits.waitingBytes) wakeAll()
    },
    close() {
      stopListening()
      held.clear()
    },
  }

  function attach(connection: Connection): void {
    const { socket } = connection
    const read = socket.read.bind(socket)
    // Streams themselves read 0 bytes to fill their own, bounded buffer.
    socket.read = (size?: number) => {
      const { connectBytes } = connection
      if (connectBytes && size !== 0) {
        connection.connectBytes = undefined
        return connectBytes
      }
      if (size === 0 || !isHeld(connection)) return read(size)
      if (!connection.isHeld) {
        connection.isHeld = true
        held.add(connection)
      }
      return null
    }
    socket.on('drain', () => wake(connection))
    socket.once('close', () => held.delete(connection))
    wakeReader(socket)
  }

  function isHeld(connection: Connection): boolean {
    return (
      !connection.isReady ||
      connection.waitingMessages >= limits.unacknowledgedMessages ||
      connection.waitingBytes >= limits.unacknowledgedBytes ||
      (connection.device !== '' && connection.socket.writableLength >= UNSENT_ANSWERS_BYTES) ||
      waitingBytes >= limits.waitingBytes ||
      (connection.waitingMessages > 0 && !journal.isAccepting) ||
      (connection.state.tokens <= 0 && isTooFast(connection))
    )
  }

  function isTooFast({ state }: Connection): boolean {
    const now = performance.now()
    const earned = ((now - state.refilledAt) / 1_000) * limits.publishesPerSecond
    state.tokens = Math.min(limits.publishBurst, state.tokens + earned)
    state.refilledAt = now
    if (state.tokens > 0) return false
    if (!state.isWaiting) {
      state.isWaiting = true
      const wait = ((1 - state.tokens) / limits.publishesPerSecond) * 1_000
      setTimeout(() => {
        state.isWaiting = false
        for (const connection of state.connections) if (connection.isHeld) wake(connection)
      }, wait).unref()
    }
    return true
  }

  function wake(connection: Connection): void {
    if (!connection.isHeld || isHeld(connection)) return
    connection.isHeld = false
    held.delete(connection)
    wakeReader(connection.socket)
  }

  function wakeAll(): void {
    for (const connection of [...held]) wake(connection)
  }
}

function wakeReader(socket: Duplex): void {
  // aedes reads on this event; later, since it may be reading just now.
  setImmediate(() => {
    if (!socket.destroyed) socket.emit('readable')
  })
}
