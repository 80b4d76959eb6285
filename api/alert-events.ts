import { setTimeout as wait } from 'node:timers/promises'
import type { AlertEvent } from '../model/alert.ts'
import { KerbsideError, messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { Registry } from '../registry/registry.ts'
import type { ServerSentEvent } from './event-stream.ts'

/** Looked up this often, by the machine's clock, while anybody listens: another process may raise what is told here. */
const LOOK_EVERY_MS = 1_000
const EVENTS_PER_READ = 500
/** Who comes back and has missed more is told to list the alerts instead. */
const MISSED_MAX = 200
/** Streams of this process; one more is refused. */
const STREAMS_MAX = 1_000

/** What becomes of alerts, told as it is recorded, by this process or another on the same registry. */
export interface AlertEvents {
  /**
   * Tells what came after `lastEventId`, and from then on what is new; without it, or where it is none, only that. Rejects with BUSY
   * where too many listen. Resolves with what ends it.
   */
  listen(listening: {
    readonly authority: string
    /** SHA-256 of the listener's key, hexadecimal: its stream ends where the key is revoked. */
    readonly keyHash: string
    readonly lastEventId: string | undefined
    readonly listener: AlertListener
  }): Promise<() => void>
  /** Every stream ends. */
  close(): Promise<void>
}

export interface AlertListener {
  onEvent(event: ServerSentEvent): void
  /** Nothing more comes. */
  onEnd(): void
}

interface Stream {
  readonly authority: string
  readonly keyHash: string
  readonly listener: AlertListener
  /** The sequence of what it was told last. */
  told: number
}

export function createAlertEvents({
  registry,
  directory,
  logger,
}: {
  readonly registry: Registry
  readonly directory: DeviceDirectory
  readonly logger: Logger
}): AlertEvents {
  const streams = new Set<Stream>()
  const closing = new AbortController()
  let opening = 0
  /** Everything up to this sequence was told to whoever is to hear it. */
  let told = 0
  let looking: Promise<void> | undefined
  const stopListening = directory.onRevocation(({ authority, keyHash }) => {
    for (const stream of streams) {
      if (stream.authority !== authority || (keyHash !== null && stream.keyHash !== keyHash)) continue
      streams.delete(stream)
      stream.listener.onEnd()
    }
  })

  return {
    async listen({ authority, keyHash, lastEventId, listener }) {
      if (streams.size + opening >= STREAMS_MAX) {
        throw new KerbsideError(
          'BUSY',
          `${STREAMS_MAX} streams of alerts are open: ask for the alerts instead`,
        )
      }
      opening += 1
      try {
        const sequence = await registry.getAlertSequence()
        const after = /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) : sequence
        const missed = await listMissed(authority, after, sequence)
        // Nobody would end a stream that opens now.
        if (closing.signal.aborted)
          throw new KerbsideError('BUSY', 'The process is ending: come back in a moment')
        for (const event of missed) listener.onEvent(event)
        return open({ authority, keyHash, listener, told: sequence })
      } finally {
        opening -= 1
      }
    },
    async close() {
      stopListening()
      closing.abort()
      await looking
      for (const { listener } of streams) listener.onEnd()
      streams.clear()
    },
  }

  function open(stream: Stream): () => void {
    // What was recorded since it was asked for is read again: others are told nothing twice.
    told = streams.size === 0 ? stream.told : Math.min(told, stream.told)
    streams.add(stream)
    looking ??= lookOn().finally(() => {
      looking = undefined
    })
    return () => streams.delete(stream)
  }

  async function listMissed(authority: string, after: number, sequence: number): Promise<ServerSentEvent[]> {
    if (after >= sequence) return []
    const missed = await registry.listAlertEvents({ authority, after, limit: MISSED_MAX + 1 })
    if (missed.length > MISSED_MAX) return [{ id: String(sequence), event: 'missed', data: {} }]
    return missed.filter((event) => event.sequence <= sequence).map(toServerSent)
  }

  async function lookOn(): Promise<void> {
    let hasFailed = false
    while (streams.size > 0 && !closing.signal.aborted) {
      try {
        await look()
        hasFailed = false
      } catch (error) {
        // Said once an outage.
        if (!hasFailed) logger.warn({ error: messageOf(error) }, 'what becomes of alerts cannot be looked up')
        hasFailed = true
      }
      await wait(LOOK_EVERY_MS, undefined, { signal: closing.signal, ref: false }).catch(() => undefined)
    }
  }

  async function look(): Promise<void> {
    for (;;) {
      const after = told
      const events = await registry.listAlertEvents({ after, limit: EVENTS_PER_READ })
      // Somebody may have begun meanwhile with what is before these: they are read again.
      if (told < after) continue
      for (const event of events) tell(event)
      if (events.length < EVENTS_PER_READ) return
    }
  }

  function tell(event: AlertEvent): void {
    told = event.sequence
    for (const stream of streams) {
      if (stream.authority !== event.authority || event.sequence <= stream.told) continue
      stream.told = event.sequence
      stream.listener.onEvent(toServerSent(event))
    }
  }
}

function toServerSent({ sequence, type, alert }: AlertEvent): ServerSentEvent {
  return { id: String(sequence), event: type, data: alert }
}
