import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { messageOf } from '../model/error.ts'
import { JournalAccounts } from './journal-accounts.ts'
import { countPending } from './journal-pending.ts'
import type {
  AuthorityShare,
  CommitReply,
  Group,
  OpenedJournal,
  RenewedJournal,
  RetainedRow,
  StoredSegment,
} from './journal-protocol.ts'
import { createDiskReserve, type DiskReserve } from './journal-reserve.ts'
import type { ReadableSegment } from './journal-segment.ts'

/** "KbJ1", in the file's header: tells a journal from any other SQLite file. */
const APPLICATION_ID = 0x4b624a31
const FORMAT_VERSION = 1
/** A process that is being replaced gets this long to let go of the file. */
const BUSY_TIMEOUT_MS = 1_000
/** What a row takes beside its body, counted towards the limit. */
const ROW_BYTES = 64
const PAGE_BYTES = 4_096
/** Pages that a commit writes beside its segment's own: the state, the counts, the free list. */
const COMMIT_PAGES = 16
const READ_BYTES = 1_048_576
const READ_SEGMENTS = 1_000
/** Commits between two looks for devices whose time has come to pass. */
const COMMITS_PER_AHEAD_SWEEP = 256

const SCHEMA = `
  CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    journal_id TEXT NOT NULL,
    last_position INTEGER NOT NULL,
    forgotten_position INTEGER NOT NULL,
    reserved_time INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE segments (
    last_position INTEGER PRIMARY KEY,
    first_position INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    authorities TEXT NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE TABLE accepted (authority TEXT PRIMARY KEY, readings INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE received (
    session TEXT NOT NULL, message_id INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (session, message_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE retained (
    authority TEXT NOT NULL, topic TEXT NOT NULL, qos INTEGER NOT NULL, properties TEXT, payload BLOB NOT NULL,
    PRIMARY KEY (authority, topic)
  ) STRICT;
  CREATE TABLE ahead (
    authority TEXT NOT NULL, device TEXT NOT NULL, next_time INTEGER NOT NULL, PRIMARY KEY (authority, device)
  ) STRICT, WITHOUT ROWID;
`

/**
 * The journal's file. A group of messages is one row: that makes a commit of a thousand messages as cheap as one of
 * ten, and forgetting them the deletion of a row, whose pages the next group takes.
 *
 * Disk space: nothing is appended unless either the reserve is held or the file has free pages enough, and the
 * write-ahead log is moved into the database before it holds half of the reserve. So, whoever fills the disk, giving
 * up the reserve lets the log be moved and messages be forgotten.
 */
export class JournalDatabase {
  readonly #database: DatabaseSync
  readonly #reserve: DiskReserve
  readonly #holdCommits: Int32Array | undefined
  readonly #statements: ReturnType<typeof prepareStatements>
  readonly opened: OpenedJournal
  #forgottenPosition: number
  #bytes: number
  /** Bytes written to the log since it was last moved into the database, at least about. */
  #logBytes = 0
  /** The disk was full or failed: room is made before the next group is tried. */
  #isTight = false
  #commits = 0

  constructor(deps: { path: string; holdCommits?: SharedArrayBuffer | undefined }) {
    this.#holdCommits = deps.holdCommits && new Int32Array(deps.holdCommits)
    this.#database = openDatabase(deps.path)
    try {
      this.#statements = prepareStatements(this.#database)
      this.#reserve = createDiskReserve(`${deps.path}-reserve`)
      this.#checkpoint()
      this.#reserve.tryTake()
      this.opened = readOpened(this.#database, this.#groupLimitBytes())
    } catch (error) {
      this.#database.close()
      throw error
    }
    this.#forgottenPosition = this.opened.forgottenPosition
    this.#bytes = this.opened.bytes
  }

  /** A group that was not committed may be sent again. */
  commit(group: Group | undefined, forgottenPosition: number): CommitReply {
    let problem: string | null = null
    try {
      if (this.#isTight) this.#makeRoom(forgottenPosition)
      if (group && !this.#hasRoomFor(group)) problem = 'its disk is full'
      else this.#write(group, forgottenPosition)
      // Forgetting alone does not tell that there is room for a group.
      if (group) this.#isTight = problem !== null
    } catch (error) {
      problem = `its disk fails: ${messageOf(error)}`
      this.#isTight = true
    }
    if (problem !== null) this.#tryMakeRoom(forgottenPosition)
    return { problem, bytes: this.#bytes, forgottenPosition: this.#forgottenPosition }
  }

  /** What may wait until the commit has been answered. */
  maintain(): void {
    if (this.#logBytes < this.#reserve.bytes / 2) return
    try {
      this.#checkpoint()
    } catch {
      this.#isTight = true
    }
  }

  /** Segments behind a position, about a mebibyte of them. */
  read(afterPosition: number): StoredSegment[] {
    const segments: StoredSegment[] = []
    let bytes = 0
    for (const row of this.#statements.read.iterate(afterPosition)) {
      const body = row['body'] as Uint8Array
      bytes += body.length
      segments.push({
        firstPosition: row['first_position'] as number,
        lastPosition: row['last_position'] as number,
        authorities: sharesOf(row['authorities']).map((share) => share.authority),
        body: crc32(body) === row['checksum'] ? body : undefined,
      })
      if (bytes >= READ_BYTES || segments.length >= READ_SEGMENTS) break
    }
    return segments
  }

  listRetained(authority: string): RetainedRow[] {
    return this.#statements.listRetained.all(authority).map((row) => ({
      topic: row['topic'] as string,
      qos: row['qos'] as number,
      properties: row['properties'] as string | null,
      payload: row['payload'] as Uint8Array,
    }))
  }

  /** Another id, under which has been accepted what is pending now. */
  renew(): RenewedJournal {
    const id = randomUUID()
    const pending = countPending(this.#pendingSegments(), this.#forgottenPosition)
    this.#transaction(() => {
      this.#statements.setJournalId.run(id)
      this.#statements.deleteAccepted.run()
      for (const [authority, readings] of pending) this.#statements.accept.run(authority, readings)
    })
    return { id, accepted: [...pending] }
  }

  close(): void {
    this.#database.close()
  }

  /** Without those whose checksum is wrong: they are left out when they are read. */
  *#pendingSegments(): Iterable<ReadableSegment> {
    let position = this.#forgottenPosition
    for (;;) {
      const segments = this.read(position)
      for (const segment of segments) {
        position = segment.lastPosition
        if (segment.body) yield { ...segment, body: segment.body }
      }
      if (segments.length === 0) return
    }
  }

  #write(group: Group | undefined, forgottenPosition: number): void {
    const isForgetting = forgottenPosition > this.#forgottenPosition
    if (!group && !isForgetting) return
    let bytes = this.#bytes
    this.#transaction(() => {
      if (isForgetting) bytes -= this.#forget(forgottenPosition)
      if (group) bytes += this.#append(group)
    })
    this.#bytes = bytes
    if (isForgetting) this.#forgottenPosition = forgottenPosition
    this.#logBytes += (group?.body.length ?? 0) + COMMIT_PAGES * PAGE_BYTES
  }

  #forget(position: number): number {
    const freed = this.#statements.sumForgotten.get(position)?.['bytes'] as number
    if (freed > 0) this.#statements.deleteForgotten.run(position)
    this.#statements.setForgotten.run(position)
    return freed
  }

  #append(group: Group): number {
    const statements = this.#statements
    for (const change of group.received) {
      if (change.type === 'remember') statements.remember.run(change.session, change.messageId, change.digest)
      else if (change.type === 'release') statements.release.run(change.session, change.messageId)
      else statements.releaseSession.run(change.session)
    }
    if (group.lastPosition < group.firstPosition) return 0
    const bytes = group.body.length + ROW_BYTES
    statements.append.run(
      group.lastPosition,
      group.firstPosition,
      bytes,
      crc32(group.body),
      JSON.stringify(
        group.authorities.map((share) => [share.authority, share.oldestTime, share.lastPosition]),
      ),
      group.body,
    )
    for (const { authority, readings } of group.authorities) statements.accept.run(authority, readings)
    for (const { authority, topic, payload, qos, properties } of group.retained) {
      if (payload.length === 0) statements.deleteRetained.run(authority, topic)
      else statements.retain.run(authority, topic, qos, properties, payload)
    }
    for (const { authority, device, nextTime } of group.ahead)
      statements.reserve.run(authority, device, nextTime)
    this.#commits += 1
    if (this.#commits % COMMITS_PER_AHEAD_SWEEP === 0) statements.sweepAhead.run(group.reservedTime)
    statements.setState.run(group.lastPosition, group.reservedTime)
    return bytes
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      work()
      if (this.#holdCommits) Atomics.wait(this.#holdCommits, 0, 1)
      this.#database.exec('COMMIT')
    } catch (error) {
      // Some failures have ended the transaction themselves.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #hasRoomFor(group: Group): boolean {
    if (this.#reserve.isHeld()) return true
    let neededPages = Math.ceil(group.body.length / PAGE_BYTES) + COMMIT_PAGES
    // Once it was full it is not worth going on for a group or two.
    if (this.#isTight) neededPages = Math.max(neededPages, Math.floor(this.#reserve.bytes / 4 / PAGE_BYTES))
    return this.#freePages() >= neededPages || this.#reserve.tryTake()
  }

  #makeRoom(forgottenPosition: number): void {
    this.#reserve.release()
    this.#checkpoint()
    this.#write(undefined, forgottenPosition)
    this.#checkpoint()
  }

  #tryMakeRoom(forgottenPosition: number): void {
    try {
      this.#makeRoom(forgottenPosition)
    } catch {
      // The next commit tries again, and reports it.
    }
  }

  #checkpoint(): void {
    // A checkpoint that moved everything makes the next commit begin the log anew, in the space that it has.
    const result = this.#statements.checkpoint.get()
    if (result?.['log'] === result?.['checkpointed']) this.#logBytes = 0
  }

  #freePages(): number {
    return this.#statements.freePages.get()?.['freelist_count'] as number
  }

  #groupLimitBytes(): number {
    return this.#reserve.bytes / 4
  }
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
  try {
    // Exclusive: no second process may have it open, and the log's index lies in memory instead of a file.
    database.exec('PRAGMA locking_mode = EXCLUSIVE')
    const isNew = checkFormat(database)
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA cache_size = -16384;
      PRAGMA temp_store = MEMORY;
    `)
    if (isNew) createSchema(database)
  } catch (error) {
    database.close()
    throw error
  }
  const folder = openSync(dirname(path), 'r')
  fsyncSync(folder)
  closeSync(folder)
  return database
}

/** Whether it is empty; what is no journal is left as it is. */
function checkFormat(database: DatabaseSync): boolean {
  const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()
  if (tables?.['count'] === 0) return true
  if (database.prepare('PRAGMA application_id').get()?.['application_id'] !== APPLICATION_ID) {
    throw new Error('it is a database, but not a journal')
  }
  const version = database.prepare('PRAGMA user_version').get()?.['user_version']
  if (version !== FORMAT_VERSION) {
    throw new Error(`its format is version ${version}, and only ${FORMAT_VERSION} is known here`)
  }
  return false
}

function createSchema(database: DatabaseSync): void {
  database.exec(`BEGIN IMMEDIATE;
    ${SCHEMA}
    INSERT INTO state VALUES (1, '${randomUUID()}', 0, 0, 0);
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${FORMAT_VERSION};
    COMMIT`)
}

function prepareStatements(database: DatabaseSync) {
  const prepare = (sql: string): StatementSync => database.prepare(sql)
  return {
    append: prepare('INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)'),
    accept: prepare(
      'INSERT INTO accepted VALUES (?, ?) ON CONFLICT DO UPDATE SET readings = readings + excluded.readings',
    ),
    deleteAccepted: prepare('DELETE FROM accepted'),
    setJournalId: prepare('UPDATE state SET journal_id = ?'),
    remember: prepare('INSERT OR REPLACE INTO received VALUES (?, ?, ?)'),
    release: prepare('DELETE FROM received WHERE session = ? AND message_id = ?'),
    releaseSession: prepare('DELETE FROM received WHERE session = ?'),
    retain: prepare('INSERT OR REPLACE INTO retained VALUES (?, ?, ?, ?, ?)'),
    deleteRetained: prepare('DELETE FROM retained WHERE authority = ? AND topic = ?'),
    listRetained: prepare(
      'SELECT topic, qos, properties, payload FROM retained WHERE authority = ? ORDER BY topic',
    ),
    reserve: prepare('INSERT OR REPLACE INTO ahead VALUES (?, ?, ?)'),
    sweepAhead: prepare('DELETE FROM ahead WHERE next_time <= ?'),
    setState: prepare('UPDATE state SET last_position = ?, reserved_time = ?'),
    setForgotten: prepare('UPDATE state SET forgotten_position = ?'),
    sumForgotten: prepare('SELECT coalesce(sum(bytes), 0) AS bytes FROM segments WHERE last_position <= ?'),
    deleteForgotten: prepare('DELETE FROM segments WHERE last_position <= ?'),
    read: prepare(
      `SELECT first_position, last_position, checksum, authorities, body FROM segments
       WHERE last_position > ? ORDER BY last_position`,
    ),
    checkpoint: prepare('PRAGMA wal_checkpoint(PASSIVE)'),
    freePages: prepare('PRAGMA freelist_count'),
  }
}

function readOpened(database: DatabaseSync, groupLimitBytes: number): OpenedJournal {
  const state = database.prepare('SELECT * FROM state').get()
  if (!state) throw new Error('its state is missing')
  const accounts = new JournalAccounts()
  for (const row of database.prepare('SELECT authority, readings FROM accepted').iterate()) {
    accounts.setAccepted(row['authority'] as string, row['readings'] as number)
  }
  let bytes = 0
  const segments = database.prepare('SELECT bytes, authorities FROM segments ORDER BY last_position')
  for (const row of segments.iterate()) {
    bytes += row['bytes'] as number
    accounts.addPending(sharesOf(row['authorities']))
  }
  accounts.forget(state['forgotten_position'] as number)
  const reservedTime = state['reserved_time'] as number
  return {
    id: state['journal_id'] as string,
    lastPosition: state['last_position'] as number,
    forgottenPosition: state['forgotten_position'] as number,
    bytes,
    groupLimitBytes,
    reservedTime,
    ahead: database
      .prepare('SELECT authority, device, next_time FROM ahead WHERE next_time > ?')
      .all(reservedTime)
      .map((row) => ({
        authority: row['authority'] as string,
        device: row['device'] as string,
        nextTime: row['next_time'] as number,
      })),
    received: database
      .prepare('SELECT session, message_id, digest FROM received')
      .all()
      .map((row) => ({
        session: row['session'] as string,
        messageId: row['message_id'] as number,
        digest: row['digest'] as string,
      })),
    accounts: accounts.dump(),
  }
}

function sharesOf(json: unknown): AuthorityShare[] {
  const rows = JSON.parse(String(json)) as [string, number | null, number][]
  return rows.map(([authority, oldestTime, lastPosition]) => ({
    authority,
    readings: 0,
    oldestTime,
    lastPosition,
  }))
}
