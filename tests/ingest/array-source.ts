import type { Message } from '../../model/message.ts'
import type { MessageSource } from '../../model/message-source.ts'

export interface ArraySource extends MessageSource {
  publish(topic: string, payload: unknown, receivedTime?: number): void
  /** Messages that are not forgotten. */
  readonly kept: readonly Message[]
  /** Messages handed out and not forgotten, at most, so far. */
  readonly mostRead: number
  /** The same messages for the next process: those that are not forgotten come again. */
  reopen(): ArraySource
}

/**
 * A journal without a disk: keeps messages until they are forgotten. Without positions it is like a foreign broker, and
 * gives what comes again another time of receipt.
 */
export function createArraySource({
  hasPositions = true,
  now,
  kept = [],
  position = 0,
}: {
  hasPositions?: boolean
  now: () => number
  kept?: Message[]
  /** Of the last message ever published. */
  position?: number
}): ArraySource {
  let readIndex = 0
  let mostRead = 0
  let isClosed = false
  let wake: (() => void) | undefined
  let lastPosition = position
  return {
    id: 'source',
    kept,
    get mostRead() {
      return mostRead
    },
    publish(topic, payload, receivedTime = now()) {
      lastPosition += 1
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
      const authority = topic.split('/')[2] as string
      kept.push({
        position: hasPositions ? lastPosition : undefined,
        authority,
        topic,
        payload: Buffer.from(text),
        receivedTime,
      })
      wake?.()
    },
    async read(limit) {
      while (readIndex >= kept.length && !isClosed) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const messages = isClosed ? [] : kept.slice(readIndex, readIndex + limit)
      readIndex += messages.length
      mostRead = Math.max(mostRead, readIndex)
      return messages
    },
    async forget(messages) {
      if (messages[0] !== kept[0]) throw new Error('forgotten out of order')
      kept.splice(0, messages.length)
      readIndex -= messages.length
    },
    async close() {
      isClosed = true
      wake?.()
    },
    reopen() {
      const again = hasPositions
        ? kept
        : kept.map((message, i) => ({ ...message, receivedTime: now() + 5_000 + i }))
      return createArraySource({ hasPositions, now, kept: [...again], position: lastPosition })
    },
  }
}
