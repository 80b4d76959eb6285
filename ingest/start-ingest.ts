import type { Clock } from '../model/clock.ts'
import { KerbsideError } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { MappingDirectory } from '../model/mapping.ts'
import type { Message } from '../model/message.ts'
import type { MessageSource } from '../model/message-source.ts'
import type { Random } from '../model/random.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { IngestOutcome, Registry } from '../registry/registry.ts'
import type { ReadingStore, RefusedReading } from '../store/reading-store.ts'
import { AbortedError, createRetry } from './create-retry.ts'
import { createMessageDecoder } from './decode-messages.ts'
import { READY_MAPPING_DIRECTORY } from './mapping/ready-mapping-directory.ts'
import { createCounterSettler } from './settle-counters.ts'
import { createResendSettler } from './settle-resends.ts'
import { type Batch, summariseBatch } from './summarise-batch.ts'
import { type QuarantineLimits, startQuarantineTrimmer } from './trim-quarantine.ts'
import { watchDeletions } from './watch-deletions.ts'
import { writeReadings } from './write-readings.ts'

interface IngestStats {
  /** Since the start: messages done with, and what they came to. */
  readonly messages: number
  readonly stored: number
  readonly quarantined: number
  readonly statuses: number
  /** Status messages that said nothing that is known, or of no registered device. */
  readonly ignoredStatuses: number
  readonly batches: number
  /** Messages read and not yet done with. */
  readonly messagesInFlight: number
  /** `store`, `registry` or `source`, where the ingest waits for it to come back. */
  readonly away: readonly string[]
}

export interface Ingest {
  stats(): IngestStats
  /** Resolves once it is closed or its source is; rejects where its source has failed for good. */
  readonly ended: Promise<void>
  /**
   * Ends what is under way, unless that waits for a store or registry that is away. What was not recorded comes again
   * from the source, which stays open: whoever opened it closes it.
   */
  close(): Promise<void>
}

export interface IngestLimits {
  /** Messages taken from the source at once. */
  readonly messagesPerRead: number
  /** Readings after which a batch goes to the store; the message that reaches it is not split, so up to 999 more. */
  readonly readingsPerBatch: number
  readonly quarantine?: QuarantineLimits
}

export const INGEST_LIMITS: IngestLimits = { messagesPerRead: 5_000, readingsPerBatch: 5_000 }

/**
 * Takes messages from a source to the store: read, decode and check, write, record, forget. Three batches are on their
 * way at most, one being decoded, one written, one recorded, each step in the order of receipt. Whatever fails is tried
 * again for ever while the rest waits in the source, so memory is bounded. A batch that was written but not recorded
 * comes again and replaces itself; one that was recorded but not forgotten comes again and is known by its position.
 * Where another ingest has recorded some of what this one has in hand, only the rest is counted here.
 */
export function startIngest({
  source,
  registry,
  directory,
  mappings = READY_MAPPING_DIRECTORY,
  store,
  clock,
  logger,
  oldestDays,
  random = Math.random,
  limits = INGEST_LIMITS,
}: {
  source: MessageSource
  registry: Registry
  directory: DeviceDirectory
  /** By default those that Kerbside comes with. */
  mappings?: MappingDirectory
  store: ReadingStore
  clock: Clock
  logger: Logger
  oldestDays: number
  random?: Random
  limits?: IngestLimits
}): Ingest {
  const closing = new AbortController()
  const retry = createRetry({ logger, random, signal: closing.signal })
  const decodeMessages = createMessageDecoder({
    directory,
    mappings,
    oldestDays,
    readingsMax: limits.readingsPerBatch,
  })
  const resends = createResendSettler((sequences, since) =>
    retry('registry', () => registry.findSequences(sequences, since)),
  )
  const counters = createCounterSettler((asked) => retry('registry', () => registry.findCounterSums(asked)))
  const deletions = watchDeletions(directory)
  const trimmer = startQuarantineTrimmer({ registry, clock, logger, limits: limits.quarantine })
  const totals = { messages: 0, stored: 0, quarantined: 0, statuses: 0, ignoredStatuses: 0, batches: 0 }
  /** Of the last message that was decoded here, or recorded by whomever; -1 where none was. */
  let position = -1
  let messagesInFlight = 0
  let written: Promise<unknown> = Promise.resolve()
  let recorded: Promise<unknown> = Promise.resolve()
  let stopReading: (() => void) | undefined

  const ended = run().catch((error: unknown) => {
    if (!(error instanceof AbortedError)) throw error
  })

  return {
    stats: () => ({ ...totals, messagesInFlight, away: retry.listAway() }),
    ended,
    async close() {
      closing.abort()
      stopReading?.()
      await ended.catch(() => undefined)
      await Promise.allSettled([written, recorded])
      deletions.close()
      await trimmer.close()
    },
  }

  async function run(): Promise<void> {
    position = (await retry('registry', () => registry.findPosition(source.id))) ?? -1
    for (;;) {
      const messages = closing.signal.aborted ? [] : await readOrClose()
      if (messages.length === 0) break
      messagesInFlight += messages.length
      await retry('registry', () => Promise.all([directory.refresh(), mappings.refresh()]))
      let start = 0
      while (start < messages.length) {
        const before = { followsPosition: known(position), directoryVersion: deletions.version }
        const decoded = decodeMessages(messages, start, position)
        position = decoded.position
        const sequences = await resends.settle(decoded)
        const counterSums = await counters.settle(decoded)
        // The batch before this one is written, and the one before that is recorded, before this one is passed on.
        const beforeThat = recorded
        await written
        pass({
          ...before,
          decoded,
          messages,
          start,
          sequences,
          counterSums,
          position: known(decoded.position),
        })
        await beforeThat
        start = decoded.end
      }
    }
    await recorded
  }

  function readOrClose(): Promise<readonly Message[]> {
    const read = () =>
      new Promise<readonly Message[]>((resolve, reject) => {
        stopReading = () => resolve([])
        source.read(limits.messagesPerRead).then(resolve, reject)
      })
    return retry('source', read, (error) => !(error instanceof KerbsideError) || error.canRetry)
  }

  /** Hands a batch on to be written and recorded, each behind the one before it. */
  function pass(batch: Batch): void {
    const writing = writeBatch(batch)
    const recording = Promise.all([writing, recorded]).then(([refused]) => recordBatch(batch, refused))
    written = writing
    recorded = recording
    // Who waits for these next sees their failure; until then it is nobody's unhandled one.
    writing.catch(() => undefined)
    recording.catch(() => undefined)
  }

  async function writeBatch(batch: Batch): Promise<readonly RefusedReading[]> {
    const { decoded, sequences, position } = batch
    // A source without positions gives a message that comes again another receivedTime. So that it is known all the
    // same, what it is known by is recorded before it is written.
    if (position === undefined && sequences.length > 0) {
      const outcome = { source: source.id, position, counts: [], quarantined: [], sequences, statuses: [] }
      await retry('registry', () => registry.recordIngested(outcome))
    }
    const refused = await writeReadings(decoded.readings, { store, retry, logger })
    await deleteForDeleted(batch)
    return refused
  }

  /**
   * An authority that was deleted since the batch was decoded had been deleted from the store before its readings got
   * there. The next batch waits, so nothing of a new authority of that id is there yet.
   */
  async function deleteForDeleted({ decoded, directoryVersion }: Batch): Promise<void> {
    if (decoded.readings.length === 0) return
    await retry('registry', () => directory.refresh())
    for (const deleted of deletions.listSince(directoryVersion)) {
      if (!decoded.readings.some(({ authority }) => authority === deleted)) continue
      await retry('store', () => store.deleteAuthority(deleted))
      logger.info({ authority: deleted }, 'what came for an authority that was deleted meanwhile is deleted')
    }
  }

  async function recordBatch(batch: Batch, refused: readonly RefusedReading[]): Promise<void> {
    const { decoded, messages, start, sequences, counterSums } = batch
    const { quarantined, counts } = await recordOnce(batch, refused)
    resends.forget(sequences)
    counters.forget(counterSums)
    if (decoded.end === messages.length) await retry('source', () => source.forget(messages))
    totals.messages += decoded.end - start
    totals.stored += counts.reduce((sum, { stored }) => sum + stored, 0)
    totals.quarantined += quarantined.length
    totals.statuses += decoded.statuses.length
    totals.ignoredStatuses += decoded.ignoredStatuses
    totals.batches += 1
    messagesInFlight -= decoded.end - start
    await trimmer.note(quarantined)
  }

  /**
   * Where this batch does not follow what is recorded, another ingest was let in while it was on its way, or the answer to
   * an earlier try was lost: what is behind the recorded position is what is left to count.
   */
  async function recordOnce(batch: Batch, refused: readonly RefusedReading[]): Promise<IngestOutcome> {
    let { followsPosition } = batch
    for (;;) {
      const outcome = summariseBatch(source.id, { ...batch, followsPosition }, refused)
      if (await retry('registry', () => registry.recordIngested(outcome))) return outcome
      followsPosition = await retry('registry', () => registry.findPosition(source.id))
      position = Math.max(position, followsPosition ?? -1)
      if ((followsPosition ?? -1) >= (batch.position ?? -1)) return outcome
    }
  }
}

function known(position: number): number | undefined {
  return position < 0 ? undefined : position
}
