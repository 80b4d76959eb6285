import type { AuthorityShare, Group, ReceivedChange, RetainedChange } from './journal-protocol.ts'
import { SegmentPacker } from './journal-segment.ts'
import type { ReceivedTimes } from './journal-times.ts'

/** So that the calls of a group's committed() do not hold up the thread for long. */
const GROUP_CALLS_MAX = 10_000

/** A group on its way to the disk, and whom to tell when it is there. */
export interface PendingGroup {
  readonly group: Group
  readonly committed: readonly (() => void)[]
}

interface GroupedMessage {
  readonly authority: string
  readonly device: string
  readonly topic: string
  readonly payload: Uint8Array
  readonly readingCount: number
}

/** Gathers what is appended into the next group to be committed. */
export class GroupPacker {
  readonly #times: ReceivedTimes
  readonly #limitBytes: number
  readonly #packer = new SegmentPacker()
  #nextPosition: number
  #firstPosition: number
  #shares = new Map<string, { index: number; share: Mutable<AuthorityShare> }>()
  #received: ReceivedChange[] = []
  #retained: RetainedChange[] = []
  #retainedBytes = 0
  #committed: (() => void)[] = []

  constructor(deps: { times: ReceivedTimes; nextPosition: number; limitBytes: number }) {
    this.#times = deps.times
    this.#limitBytes = deps.limitBytes
    this.#nextPosition = deps.nextPosition
    this.#firstPosition = deps.nextPosition
  }

  get bytes(): number {
    return this.#packer.bytes + this.#retainedBytes
  }

  get isEmpty(): boolean {
    return this.#committed.length === 0
  }

  get isFull(): boolean {
    return this.bytes >= this.#limitBytes || this.#committed.length >= GROUP_CALLS_MAX
  }

  addMessage(message: GroupedMessage, committed: () => void): void {
    const { authority, device, topic, payload, readingCount } = message
    const time = this.#times.next(authority, device, readingCount, payload)
    let entry = this.#shares.get(authority)
    if (!entry) {
      const share = { authority, readings: 0, oldestTime: null, lastPosition: 0 }
      entry = { index: this.#shares.size, share }
      this.#shares.set(authority, entry)
    }
    this.#packer.add(entry.index, topic, payload, time)
    if (readingCount > 0) {
      entry.share.readings += readingCount
      entry.share.oldestTime ??= time
      entry.share.lastPosition = this.#nextPosition
    }
    this.#nextPosition += 1
    this.#committed.push(committed)
  }

  addReceived(change: ReceivedChange): void {
    this.#received.push(change)
  }

  addRetained(change: RetainedChange): void {
    this.#retained.push(change)
    this.#retainedBytes += change.payload.length + change.topic.length + (change.properties?.length ?? 0)
  }

  /** To be told when all that was added so far is committed. */
  addCommitted(committed: () => void): void {
    this.#committed.push(committed)
  }

  take(): PendingGroup {
    const group: Group = {
      firstPosition: this.#firstPosition,
      lastPosition: this.#nextPosition - 1,
      authorities: Array.from(this.#shares.values(), ({ share }) => share),
      body: this.#packer.take(),
      received: this.#received,
      retained: this.#retained,
      ...this.#times.takeReserved(),
    }
    const pending = { group, committed: this.#committed }
    this.#firstPosition = this.#nextPosition
    this.#shares = new Map()
    this.#received = []
    this.#retained = []
    this.#retainedBytes = 0
    this.#committed = []
    return pending
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
