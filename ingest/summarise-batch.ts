import type { Message } from '../model/message.ts'
import type { CounterSums, IngestOutcome, SeenSequence } from '../registry/registry.ts'
import type { RefusedReading } from '../store/reading-store.ts'
import type { DecodedMessages } from './decode-messages.ts'
import { quarantineReading } from './quarantine-element.ts'

/** Messages of one read, from `start` to what `decoded` says is its end, on their way to the store. */
export interface Batch {
  readonly messages: readonly Message[]
  readonly start: number
  readonly decoded: DecodedMessages
  /** Those that are seen for the first time. */
  readonly sequences: readonly SeenSequence[]
  readonly counterSums: readonly CounterSums[]
  /** The highest so far; undefined where the source keeps none. */
  readonly position: number | undefined
  /** That of the batch before this one, or where the recorded ones ended; undefined where there is none. */
  readonly followsPosition: number | undefined
  /** DeletionWatch.version, when it was decoded. */
  readonly directoryVersion: number
}

/**
 * What became of the part of a batch that is behind `followsPosition`, for the registry: `refused` are the readings that
 * the store did not take.
 */
export function summariseBatch(
  source: string,
  { messages, decoded, sequences, counterSums, position, followsPosition }: Batch,
  refused: readonly RefusedReading[],
): IngestOutcome {
  const counts = new Map<string, { authority: string; stored: number; quarantined: number }>()
  const countsOf = (authority: string) => {
    let found = counts.get(authority)
    if (!found) {
      found = { authority, stored: 0, quarantined: 0 }
      counts.set(authority, found)
    }
    return found
  }

  const isCounted = (messageIndex: number | undefined) => {
    const own = messages[messageIndex ?? -1]?.position
    return own === undefined || followsPosition === undefined || own > followsPosition
  }

  for (const [index, { authority }] of decoded.readings.entries()) {
    if (decoded.uncounted.has(index)) continue
    if (isCounted(decoded.messageIndexes[index])) countsOf(authority).stored += 1
  }
  const quarantined = decoded.quarantined.filter((_, index) =>
    isCounted(decoded.quarantinedMessageIndexes[index]),
  )
  // Of an element of several readings, which counts once, one that is refused has all of it in quarantine.
  const refusedElements = new Set<string>()
  for (const { index, detail } of refused) {
    const element = `${decoded.messageIndexes[index]}/${decoded.elementIndexes[index]}`
    if (refusedElements.has(element) || !isCounted(decoded.messageIndexes[index])) continue
    refusedElements.add(element)
    const entry = quarantineReading(decoded, messages, index, detail)
    quarantined.push(entry)
    countsOf(entry.authority).stored -= 1
  }
  for (const { authority } of quarantined) countsOf(authority).quarantined += 1
  return {
    source,
    position,
    followsPosition,
    counts: [...counts.values()],
    quarantined,
    sequences,
    counterSums,
    statuses: decoded.statuses,
  }
}
