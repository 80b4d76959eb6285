/** What the journal's two threads say to each other. */

/** What one authority has in a segment. */
export interface AuthorityShare {
  readonly authority: string
  readonly readings: number
  /** receivedTime of the first message that has readings; null where none has. */
  readonly oldestTime: number | null
  /** The position of its last message that has readings; 0 where none has. */
  readonly lastPosition: number
}

/** The messages of one commit, packed (see journal-segment.ts): a row of the database and a link of the tail. */
interface Segment {
  readonly firstPosition: number
  /** `firstPosition - 1` where there are no messages. */
  readonly lastPosition: number
  readonly authorities: readonly AuthorityShare[]
  readonly body: Uint8Array
}

export type ReceivedChange =
  | {
      readonly type: 'remember'
      readonly session: string
      readonly messageId: number
      readonly digest: string
    }
  | { readonly type: 'release'; readonly session: string; readonly messageId: number }
  | { readonly type: 'releaseSession'; readonly session: string }

export interface RetainedChange {
  readonly authority: string
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: number
  /** JSON; null where there are none. */
  readonly properties: string | null
}

export interface DeviceTime {
  readonly authority: string
  readonly device: string
  /** The first millisecond since 1970 that this device's next message may have. */
  readonly nextTime: number
}

/** All that becomes durable together. */
export interface Group extends Segment {
  readonly received: readonly ReceivedChange[]
  readonly retained: readonly RetainedChange[]
  /** No device but those of `ahead` has been given a time at or after this one (ms since 1970). */
  readonly reservedTime: number
  readonly ahead: readonly DeviceTime[]
}

export type JournalRequest =
  | { readonly type: 'commit'; readonly group: Group | undefined; readonly forgottenPosition: number }
  | { readonly type: 'read'; readonly afterPosition: number }
  | { readonly type: 'listRetained'; readonly authority: string }
  | { readonly type: 'renew' }
  | { readonly type: 'close' }

export interface CommitReply {
  /** Why the group has to be sent again; null where it is on the disk. */
  readonly problem: string | null
  /** What is kept now, towards the limit. */
  readonly bytes: number
  readonly forgottenPosition: number
}

/** A segment read from the disk; its body is undefined where its checksum is wrong. */
export interface StoredSegment extends Omit<Segment, 'body' | 'authorities'> {
  readonly authorities: readonly string[]
  readonly body: Uint8Array | undefined
}

export interface RetainedRow extends Omit<RetainedChange, 'authority'> {}

/** What the journal holds when it is opened. */
export interface OpenedJournal {
  readonly id: string
  readonly lastPosition: number
  readonly forgottenPosition: number
  readonly bytes: number
  readonly groupLimitBytes: number
  readonly reservedTime: number
  readonly ahead: readonly DeviceTime[]
  readonly received: readonly {
    readonly session: string
    readonly messageId: number
    readonly digest: string
  }[]
  readonly accounts: readonly AccountDump[]
}

export interface RenewedJournal {
  readonly id: string
  /** By authority, the readings that are pending. */
  readonly accepted: readonly (readonly [string, number])[]
}

/** See journal-accounts.ts. */
export interface AccountDump {
  readonly authority: string
  readonly accepted: number
  readonly marks: readonly PendingMark[]
}

/** Of the messages up to a position, the time at which the oldest was received. */
export interface PendingMark {
  readonly lastPosition: number
  readonly time: number
}
