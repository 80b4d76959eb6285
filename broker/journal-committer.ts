import { messageOf } from '../model/error.ts'
import type { GroupPacker, PendingGroup } from './journal-group.ts'
import type { CommitReply, Group, JournalRequest } from './journal-protocol.ts'

/** Beyond this the disk is too slow for what comes in, and no more is accepted until half of it is committed. */
const WAITING_BYTES_MAX = 32 * 1_048_576
/** A full journal accepts again when it holds at most this share of its limit. */
const RESUME_RATIO = 0.9
/** Losing a forget in a crash is harmless, so it may wait for the next commit, but not for ever. */
const FORGET_DELAY_MS = 100
const RETRY_MIN_MS = 100
const RETRY_MAX_MS = 5_000

/**
 * Group commit: what was appended while one commit was on its way makes up the next. Owns the order: a group that
 * could not be committed stays first until it is.
 */
export class JournalCommitter {
  readonly #packer: GroupPacker
  readonly #limitBytes: number
  readonly #request: (request: JournalRequest & { type: 'commit' }) => Promise<CommitReply>
  readonly #onCommitted: (group: Group) => void
  readonly #onChange: () => void
  readonly #queue: PendingGroup[] = []
  #queuedBytes = 0
  #bytes: number
  #forgottenPosition: number
  #committedForgottenPosition: number
  #inFlight: Promise<void> | undefined
  #immediate: NodeJS.Immediate | undefined
  #timer: NodeJS.Timeout | undefined
  #retryMs = RETRY_MIN_MS
  #isFull = false
  #isSlow = false
  #diskProblem: string | null = null
  #endProblem: string | null = null
  commits = 0

  constructor(deps: {
    packer: GroupPacker
    limitBytes: number
    bytes: number
    forgottenPosition: number
    request: (request: JournalRequest & { type: 'commit' }) => Promise<CommitReply>
    onCommitted: (group: Group) => void
    /** Something that `problem` depends on may have changed. */
    onChange: () => void
  }) {
    this.#packer = deps.packer
    this.#limitBytes = deps.limitBytes
    this.#bytes = deps.bytes
    this.#forgottenPosition = deps.forgottenPosition
    this.#committedForgottenPosition = deps.forgottenPosition
    this.#request = deps.request
    this.#onCommitted = deps.onCommitted
    this.#onChange = deps.onChange
    this.#isFull = this.#bytes >= this.#limitBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get problem(): string | null {
    if (this.#endProblem) return `${this.#endProblem}; Kerbside has to be started again`
    if (this.#diskProblem) return `the journal cannot be written: ${this.#diskProblem}`
    if (this.#isFull) return `the journal is full: it holds ${this.#bytes} of ${this.#limitBytes} bytes`
    if (this.#isSlow) return `the journal's disk is too slow: ${this.#waitingBytes} bytes wait for it`
    return null
  }

  /** Something was added to the packer. */
  added(): void {
    if (this.#packer.isFull) this.#enqueue()
    if (this.#waitingBytes > WAITING_BYTES_MAX && !this.#isSlow) {
      this.#isSlow = true
      this.#onChange()
    }
    // After the sockets that are ready now have been read, so that what they brought is one group.
    if (!this.#inFlight && !this.#diskProblem) this.#immediate ??= setImmediate(() => this.#send())
  }

  forget(position: number): void {
    this.#forgottenPosition = Math.max(this.#forgottenPosition, position)
    if (this.#isFull || this.#diskProblem) this.#send()
    else this.#timer ??= setTimeout(() => this.#send(), FORGET_DELAY_MS)
  }

  /** Commits what waits; gives up where that is not possible now. */
  async close(): Promise<void> {
    await this.#inFlight
    while (this.#hasWork()) {
      this.#send()
      const inFlight = this.#inFlight
      if (!inFlight) break
      await inFlight
      if (this.problem !== null && !this.#isSlow) break
    }
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
  }

  get #waitingBytes(): number {
    return this.#queuedBytes + this.#packer.bytes
  }

  #hasWork(): boolean {
    return (
      this.#queue.length > 0 ||
      !this.#packer.isEmpty ||
      this.#forgottenPosition > this.#committedForgottenPosition
    )
  }

  #enqueue(): void {
    const pending = this.#packer.take()
    this.#queue.push(pending)
    this.#queuedBytes += sizeOf(pending.group)
  }

  #send(): void {
    clearImmediate(this.#immediate)
    this.#immediate = undefined
    if (this.#inFlight || this.#endProblem) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#queue.length === 0 && !this.#packer.isEmpty) this.#enqueue()
    const pending = this.#queue[0]
    this.#checkFull(pending?.group)
    this.#onChange()
    const isSent = pending !== undefined && !this.#isFull
    const isForgetting = this.#forgottenPosition > this.#committedForgottenPosition
    const isProbing = this.#diskProblem !== null && this.#queue.length === 0
    if (!isSent && !isForgetting && !isProbing) return
    this.#inFlight = this.#commit(isSent ? pending : undefined)
  }

  async #commit(pending: PendingGroup | undefined): Promise<void> {
    let isCommitted = false
    try {
      const reply = await this.#request({
        type: 'commit',
        group: pending?.group,
        forgottenPosition: this.#forgottenPosition,
      })
      this.#bytes = reply.bytes
      this.#committedForgottenPosition = reply.forgottenPosition
      isCommitted = reply.problem === null
      if (reply.problem !== null) this.#diskProblem = reply.problem
      else if (pending || this.#queue.length === 0) this.#diskProblem = null
    } catch (error) {
      this.#endProblem = messageOf(error)
    }
    this.#inFlight = undefined
    if (pending && isCommitted) {
      this.#queue.shift()
      this.#queuedBytes -= sizeOf(pending.group)
      this.commits += 1
      this.#onCommitted(pending.group)
    }
    this.#checkFull(this.#queue[0]?.group)
    if (this.#waitingBytes < WAITING_BYTES_MAX / 2) this.#isSlow = false
    // First the disk gets its next group, then those who wait for this one are told.
    if (!this.#diskProblem) this.#retryMs = RETRY_MIN_MS
    if (this.#diskProblem && !isCommitted) this.#retryLater()
    else this.#send()
    this.#onChange()
    if (pending && isCommitted) for (const committed of pending.committed) committed()
  }

  #retryLater(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#send(), this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS)
  }

  #checkFull(group: Group | undefined): void {
    // Once it was full, all that waits has to fit, so that it does not begin to accept for a moment only.
    const nextBytes = group ? sizeOf(group) : 0
    const size = this.#isFull ? this.#waitingBytes : nextBytes
    // Even a group that is larger than the limit has to go sometime: then alone.
    const fits = size === 0 || this.#bytes === 0 || this.#bytes + size <= this.#limitBytes
    if (this.#isFull) this.#isFull = this.#bytes > this.#limitBytes * RESUME_RATIO || !fits
    else this.#isFull = this.#bytes >= this.#limitBytes || !fits
  }
}

function sizeOf(group: Group): number {
  let bytes = group.body.length
  for (const { payload, topic, properties } of group.retained) {
    bytes += payload.length + topic.length + (properties?.length ?? 0)
  }
  return bytes
}
