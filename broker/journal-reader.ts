import type { Logger } from '../model/logger.ts'
import type { Message } from '../model/message.ts'
import type { MessageSource } from '../model/message-source.ts'
import type { StoredSegment } from './journal-protocol.ts'
import { type ReadableSegment, SegmentCursor } from './journal-segment.ts'

/** One read ends once it has this many bytes of payloads, so that a read of many large messages stays bounded. */
const READ_BYTES = 8 * 1_048_576

export interface JournalReader extends MessageSource {
  /** Something was committed. */
  wake(): void
}

/** Reads the journal in order: from its tail where that reaches back far enough, otherwise from the disk. */
export function createJournalReader(deps: {
  id: string
  logger: Logger
  afterPosition: number
  committedPosition: () => number
  findInTail: (position: number) => ReadableSegment | undefined
  readDisk: (afterPosition: number) => Promise<readonly StoredSegment[]>
  forget: (position: number) => void
}): JournalReader {
  let position = deps.afterPosition
  let cursor: SegmentCursor | undefined
  let fromDisk: StoredSegment[] = []
  let isClosed = false
  let isReading = false
  let wakeUp: (() => void) | undefined

  return { id: deps.id, read, forget, close, wake }

  async function read(limit: number): Promise<readonly Message[]> {
    if (isReading) throw new Error('one read of a journal at a time')
    isReading = true
    try {
      for (;;) {
        if (isClosed) return []
        const messages = take(limit)
        if (messages.length > 0) return messages
        if (position < deps.committedPosition()) fromDisk = [...(await deps.readDisk(position))]
        else await nextCommit()
      }
    } finally {
      isReading = false
    }
  }

  async function forget(messages: readonly Message[]): Promise<void> {
    const last = messages.at(-1)?.position
    if (last !== undefined) deps.forget(last)
  }

  async function close(): Promise<void> {
    isClosed = true
    cursor = undefined
    fromDisk = []
    wake()
  }

  function wake(): void {
    wakeUp?.()
    wakeUp = undefined
  }

  function nextCommit(): Promise<void> {
    return new Promise((resolve) => {
      wakeUp = resolve
    })
  }

  /** What can be had without waiting. */
  function take(limit: number): Message[] {
    const messages: Message[] = []
    let bytes = 0
    while (messages.length < limit && bytes < READ_BYTES) {
      cursor ??= nextSegment()
      if (!cursor) break
      const message = cursor.next()
      if (message) {
        messages.push(message)
        bytes += message.payload.length
        position = message.position ?? position
      } else cursor = undefined
    }
    return messages
  }

  function nextSegment(): SegmentCursor | undefined {
    for (;;) {
      const inTail = deps.findInTail(position + 1)
      if (inTail) {
        fromDisk = []
        return new SegmentCursor(inTail, position)
      }
      const segment = fromDisk.shift()
      if (!segment) return undefined
      const { firstPosition, lastPosition, authorities, body } = segment
      if (body) return new SegmentCursor({ firstPosition, lastPosition, authorities, body }, position)
      // Nothing can bring these back, and to wait for them would stop all that come after.
      deps.logger.error(
        { firstPosition, lastPosition },
        'the journal is damaged: messages whose checksum is wrong are left out',
      )
      position = lastPosition
    }
  }
}
