import { hash } from 'node:crypto'
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../model/clock.ts'
import type { Logger } from '../model/logger.ts'
import type { MessageSource } from '../model/message-source.ts'
import type { AcceptedReport } from '../registry/registry.ts'
import { JournalAccounts } from './journal-accounts.ts'
import { JournalCommitter } from './journal-committer.ts'
import { GroupPacker } from './journal-group.ts'
import type { Group, RetainedRow } from './journal-protocol.ts'
import { createJournalReader, type JournalReader } from './journal-reader.ts'
import { ReceivedIds } from './journal-received.ts'
import { freeBytes } from './journal-reserve.ts'
import { JournalTail } from './journal-tail.ts'
import { startJournalThread } from './journal-thread.ts'
import { ReceivedTimes } from './journal-times.ts'

export interface JournalEntry {
  readonly authority: string
  /** '' for none; readings without a time of their own get one that is unique per authority and device. */
  readonly device: string
  readonly topic: string
  /** Copied by `append`: the caller's buffer may be reused after it. */
  readonly payload: Uint8Array
  /** How many readings the balance counts: 0 for status and wills, otherwise `countReadings(payload)`. */
  readonly readingCount: number
  /**
   * QoS 2: remembered in the same commit. While it is remembered, an append with the same session, messageId and payload
   * is not appended again, but still committed() [MQTT-4.3.3-2]. Another payload under the id is a new message: of a
   * client that has lost its memory of the session, and is not to lose the message too.
   */
  readonly received?: { readonly session: string; readonly messageId: number } | undefined
  /** A retained message to keep in the same commit; an empty payload removes the one that is kept. */
  readonly retained?: { readonly qos: 0 | 1 | 2; readonly properties?: unknown } | undefined
}

export interface RetainedMessage {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: 0 | 1 | 2
  /** What `retained.properties` was, through JSON; undefined where none were given. */
  readonly properties: unknown
}

interface JournalStats {
  readonly isAccepting: boolean
  /** Why it is not accepting; null where it is. */
  readonly problem: string | null
  /** Committed and not forgotten. */
  readonly pendingMessages: number
  /** What these take, towards the limit. */
  readonly bytes: number
  readonly limitBytes: number
  /** Of the last message ever committed; 0 where none was. */
  readonly lastPosition: number
  /** Since the journal was opened. */
  readonly commits: number
  /** Messages committed since the journal was opened. */
  readonly appended: number
}

/**
 * Keeps every message from its acknowledgement until the ingest has stored it.
 *
 * Memory stays bounded only where its user keeps this contract: while `isAccepting` is false, nothing more is read
 * from the connections that append. What was appended before waits in memory, in order, and is committed once there
 * is room; the journal sees to that by itself.
 */
export interface Journal {
  /** Made with the file, or by `renew`: names this journal as a source. */
  readonly id: string
  readonly isAccepting: boolean
  /**
   * Calls committed() after the commit has reached the disk, in the order of the appends, and never before it has
   * returned. Never reports an error: while the journal is full or its disk fails, the entry waits. Where the journal
   * is closed before, committed() is not called.
   */
  append(entry: JournalEntry, committed: () => void): void
  /** Whether a QoS 2 message's id was received and not yet released; with a payload, whether with that one. */
  hasReceived(session: string, messageId: number, payload?: Uint8Array): boolean
  /**
   * At QoS 2's PUBREL. Send PUBCOMP in committed(): after a release that a crash has undone, the device's next message
   * under this id would be taken for the old one.
   */
  release(session: string, messageId: number, committed?: () => void): void
  /** At the end of a session and the start of a clean one. */
  releaseSession(session: string, committed?: () => void): void
  /** For the broker's start: what earlier commits kept. */
  listRetained(authority: string): Promise<readonly RetainedMessage[]>
  /**
   * The one reader; opening it again ends the one before and starts at the oldest message that is not forgotten.
   * Delivers all messages, status ones too. Closing it leaves the journal open.
   */
  openSource(): MessageSource
  /**
   * Gives it a new id, on the disk when it resolves, under which what is pending now has been accepted, and nothing before
   * it. For the start, before the first append and `openSource`.
   */
  renew(): Promise<void>
  /** Every authority that ever had a message: readings ever accepted, which is part of each message's own commit. */
  listAccepted(): readonly AcceptedReport[]
  stats(): JournalStats
  /** Called when `isAccepting` changes; returns what ends it. */
  onAcceptingChange(listener: (isAccepting: boolean) => void): () => void
  /** Commits what was appended, where there is room for it. */
  close(): Promise<void>
}

export interface JournalDeps {
  /** The database's file; beside it lie its write-ahead log and its reserve of disk space. */
  readonly path: string
  readonly clock: Clock
  readonly logger: Logger
  /** Default: the smaller of 10 GiB and 80 % of the free space of the file's disk. */
  readonly limitBytes?: number | undefined
  /**
   * For tests: 4 bytes, an Int32. While it is 1 a commit waits just before it is made; set it to 0 with Atomics.store
   * and wake the worker with Atomics.notify.
   */
  readonly holdCommits?: SharedArrayBuffer | undefined
}

const LIMIT_BYTES_MAX = 10 * 1_073_741_824
const LIMIT_RATIO_OF_FREE = 0.8
/** A clock that is set this far behind the times given before is worth a warning. */
const CLOCK_BEHIND_MS = 60_000

/**
 * Opens the journal, making it where there is none. Rejects with JOURNAL_UNAVAILABLE where another process has it,
 * where the file is damaged or none of ours, and where it cannot be written.
 */
export async function openJournal(deps: JournalDeps): Promise<Journal> {
  const { path, clock, logger } = deps
  mkdirSync(dirname(path), { recursive: true })
  const limitBytes = deps.limitBytes ?? findLimitBytes(path)
  const { opened, request } = await startJournalThread({ path, holdCommits: deps.holdCommits })
  const times = new ReceivedTimes({ clock, reservedTime: opened.reservedTime, ahead: opened.ahead })
  const accounts = new JournalAccounts(opened.accounts)
  const received = new ReceivedIds(opened.received)
  const tail = new JournalTail()
  const packer = new GroupPacker({
    times,
    nextPosition: opened.lastPosition + 1,
    limitBytes: Math.min(opened.groupLimitBytes, limitBytes / 10),
  })
  const committer = new JournalCommitter({
    packer,
    limitBytes,
    bytes: opened.bytes,
    forgottenPosition: opened.forgottenPosition,
    request,
    onCommitted,
    onChange: checkAccepting,
  })
  const listeners = new Set<(isAccepting: boolean) => void>()
  let { id } = opened
  let committedPosition = opened.lastPosition
  let forgottenPosition = opened.forgottenPosition
  let isAccepting = true
  let isClosed = false
  let reader: JournalReader | undefined

  const behindMs = opened.reservedTime - clock.now()
  if (behindMs > CLOCK_BEHIND_MS) {
    logger.warn(
      { path, behindMs },
      'the clock is behind the times that the journal has given: it goes on from those, a millisecond a reading',
    )
  }
  checkAccepting()

  return {
    get id() {
      return id
    },
    get isAccepting() {
      return isAccepting
    },
    append,
    hasReceived(session, messageId, payload) {
      const digest = received.digestOf(session, messageId)
      return payload === undefined ? digest !== undefined : digest === digestOf(payload)
    },
    release,
    releaseSession,
    listRetained: async (authority) => (await request({ type: 'listRetained', authority })).map(toRetained),
    openSource,
    renew,
    listAccepted: () => accounts.list(),
    stats,
    onAcceptingChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close,
  }

  function append(entry: JournalEntry, committed: () => void): void {
    if (isClosed) return
    if (entry.received) {
      const { session, messageId } = entry.received
      // The first one may still be on its way to the disk, and what is added now gets there no earlier.
      const digest = digestOf(entry.payload)
      if (!received.add(session, messageId, digest)) {
        addCommitted(committed)
        return
      }
      packer.addReceived({ type: 'remember', session, messageId, digest })
    }
    if (entry.retained) {
      const { qos, properties } = entry.retained
      packer.addRetained({
        authority: entry.authority,
        topic: entry.topic,
        payload: Uint8Array.from(entry.payload),
        qos,
        properties: properties === undefined ? null : JSON.stringify(properties),
      })
    }
    packer.addMessage(entry, committed)
    committer.added()
  }

  function release(session: string, messageId: number, committed?: () => void): void {
    if (isClosed) return
    const isKnown = received.delete(session, messageId)
    if (isKnown) packer.addReceived({ type: 'release', session, messageId })
    if (isKnown || committed) addCommitted(committed ?? nothing)
  }

  // Sessions end also while the journal is full: one that had no ids leaves nothing that waits for the disk.
  function releaseSession(session: string, committed?: () => void): void {
    if (isClosed) return
    const isKnown = received.deleteSession(session)
    if (isKnown) packer.addReceived({ type: 'releaseSession', session })
    if (isKnown || committed) addCommitted(committed ?? nothing)
  }

  function addCommitted(committed: () => void): void {
    packer.addCommitted(committed)
    committer.added()
  }

  function onCommitted(group: Group): void {
    if (group.lastPosition < group.firstPosition) return
    accounts.add(group.authorities)
    tail.push({
      firstPosition: group.firstPosition,
      lastPosition: group.lastPosition,
      authorities: group.authorities.map((share) => share.authority),
      body: group.body,
    })
    committedPosition = group.lastPosition
    reader?.wake()
  }

  function openSource(): MessageSource {
    void reader?.close()
    reader = createJournalReader({
      id,
      logger,
      afterPosition: forgottenPosition,
      committedPosition: () => committedPosition,
      findInTail: (position) => tail.find(position),
      readDisk: (afterPosition) => request({ type: 'read', afterPosition }),
      forget,
    })
    if (isClosed) void reader.close()
    return reader
  }

  function forget(position: number): void {
    const to = Math.min(position, committedPosition)
    if (to <= forgottenPosition || isClosed) return
    forgottenPosition = to
    accounts.forget(to)
    tail.dropThrough(to)
    committer.forget(to)
  }

  async function renew(): Promise<void> {
    const renewed = await request({ type: 'renew' })
    id = renewed.id
    accounts.startAgain(renewed.accepted)
  }

  function checkAccepting(): void {
    const { problem } = committer
    if ((problem === null) === isAccepting) return
    isAccepting = problem === null
    if (isAccepting) logger.info({ path }, 'the journal accepts messages again')
    else logger.error({ path, problem }, 'the journal accepts no messages')
    for (const listener of listeners) listener(isAccepting)
  }

  function stats(): JournalStats {
    return {
      isAccepting,
      problem: committer.problem,
      pendingMessages: committedPosition - forgottenPosition,
      bytes: committer.bytes,
      limitBytes,
      lastPosition: committedPosition,
      commits: committer.commits,
      appended: committedPosition - opened.lastPosition,
    }
  }

  async function close(): Promise<void> {
    if (isClosed) return
    isClosed = true
    await reader?.close()
    await committer.close()
    try {
      await request({ type: 'close' })
    } catch (error) {
      logger.error({ path, error }, 'the journal was not closed in order: it is recovered when it is opened')
    }
  }
}

/** What the journal has already is as good as free: it is what the limit is about. */
function findLimitBytes(path: string): number {
  let available = freeBytes(dirname(path))
  for (const suffix of ['', '-wal', '-reserve']) {
    available += statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0
  }
  return Math.min(LIMIT_BYTES_MAX, Math.floor(available * LIMIT_RATIO_OF_FREE))
}

function nothing(): void {}

function toRetained({ topic, payload, qos, properties }: RetainedRow): RetainedMessage {
  return {
    topic,
    payload,
    qos: qos as 0 | 1 | 2,
    properties: properties === null ? undefined : JSON.parse(properties),
  }
}

function digestOf(payload: Uint8Array): string {
  return hash('sha256', payload, 'base64url').slice(0, 22)
}
