import { KerbsideError } from '../model/error.ts'
import type { MappingDirectory } from '../model/mapping.ts'
import type { Quarantined, Rejection } from '../model/rejection.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { QuarantineFilter, Registry } from '../registry/registry.ts'
import type { ReadingStore } from '../store/reading-store.ts'
import { createMessageDecoder, type DecodedMessages } from './decode-messages.ts'
import { READY_MAPPING_DIRECTORY } from './mapping/ready-mapping-directory.ts'
import { createCounterSettler } from './settle-counters.ts'
import { createResendSettler } from './settle-resends.ts'

export interface QuarantineReplay {
  /**
   * With `corrected`, that is tried in the place of what was published; where it cannot be stored either, what was published stays
   * in quarantine as it is. Rejects with NOT_FOUND where it is not in quarantine.
   */
  replay(
    authority: string,
    id: string,
    actor: string,
    corrected?: Uint8Array,
  ): Promise<{ isStored: boolean; rejection?: Rejection | undefined }>
  /** All that the filter finds, in pages, so that any number takes the same memory. */
  replayAll(
    authority: string,
    filter: QuarantineFilter,
    actor: string,
  ): Promise<{ stored: number; stillQuarantined: number }>
}

const READINGS_PER_PAGE = 500
const SETTLED_AT_ONCE = 20

/**
 * Tries quarantined readings again, with the devices and calibrations of now, but with the clock of when they were
 * received: none is too old for having waited. What is stored leaves the quarantine; what is not gets the reason that
 * holds now. Storing is idempotent, so a replay that was cut short, or two at once, do no harm.
 */
export function createQuarantineReplay({
  registry,
  directory,
  mappings = READY_MAPPING_DIRECTORY,
  store,
  oldestDays,
}: {
  registry: Registry
  directory: DeviceDirectory
  /** By default those that Kerbside comes with. */
  mappings?: MappingDirectory
  store: ReadingStore
  oldestDays: number
}): QuarantineReplay {
  const decodeMessages = createMessageDecoder({ directory, mappings, oldestDays, readingsMax: Infinity })

  return {
    async replay(authority, id, actor, corrected) {
      const entry = await registry.getQuarantined(authority, id)
      const [rejection] = corrected
        ? await correct(entry, corrected, actor)
        : await replayPage([entry], actor)
      return rejection
        ? { isStored: false, rejection: { reason: rejection.reason, detail: rejection.detail } }
        : { isStored: true }
    },
    async replayAll(authority, filter, actor) {
      let stored = 0
      let stillQuarantined = 0
      let after: string | undefined
      do {
        const page = await registry.listQuarantined(authority, { ...filter, limit: READINGS_PER_PAGE, after })
        for (const rejection of await replayPage(page.items, actor)) {
          if (rejection) stillQuarantined += 1
          else stored += 1
        }
        after = page.next ?? undefined
      } while (after !== undefined)
      return { stored, stillQuarantined }
    },
  }

  /** Resolves with why each is still quarantined, undefined where it is stored. */
  async function replayPage(
    entries: readonly Quarantined[],
    actor: string,
  ): Promise<readonly (Rejection | undefined)[]> {
    const rejections = await storeAll(entries)
    for (let start = 0; start < entries.length; start += SETTLED_AT_ONCE) {
      const some = entries.slice(start, start + SETTLED_AT_ONCE)
      await Promise.all(some.map((entry, index) => settle(entry, rejections[start + index], actor)))
    }
    return rejections
  }

  async function correct(
    entry: Quarantined,
    corrected: Uint8Array,
    actor: string,
  ): Promise<readonly (Rejection | undefined)[]> {
    // Only of what was published is just the beginning kept.
    const reason = entry.reason === 'too_large' ? 'not_json' : entry.reason
    const rejections = await storeAll([{ ...entry, reason, payload: corrected }])
    if (!rejections[0]) await settle(entry, undefined, actor, corrected)
    return rejections
  }

  async function storeAll(entries: readonly Quarantined[]): Promise<(Rejection | undefined)[]> {
    await Promise.all([directory.refresh(), mappings.refresh()])
    const { decoded, rejections } = decodeEntries(entries)
    // Entries of one page may be resends of each other, or of what was stored before.
    const sequences = await createResendSettler((asked, since) =>
      registry.findSequences(asked, since),
    ).settle(decoded)
    const counterSums = await createCounterSettler((asked) => registry.findCounterSums(asked)).settle(decoded)
    for (const [index, { reason, detail }] of decoded.quarantined.entries()) {
      rejections[decoded.quarantinedMessageIndexes[index] as number] = { reason, detail }
    }
    if (sequences.length > 0 || counterSums.length > 0) {
      const nothing = { position: undefined, counts: [], quarantined: [], statuses: [] }
      await registry.recordIngested({ source: 'replay', ...nothing, sequences, counterSums })
    }
    const refused = decoded.readings.length > 0 ? await store.write(decoded.readings) : []
    for (const { index, detail } of refused) {
      rejections[decoded.messageIndexes[index] as number] = { reason: 'refused_by_store', detail }
    }
    return rejections
  }

  /** Each by itself, since each was one reading when it was counted, and stays one. */
  function decodeEntries(entries: readonly Quarantined[]): {
    decoded: DecodedMessages
    rejections: (Rejection | undefined)[]
  } {
    const decoded = decodeMessages([], 0, -1)
    const rejections = entries.map((entry, messageIndex): Rejection | undefined => {
      // Only its beginning was kept, and no fix makes it smaller.
      if (entry.reason === 'too_large') return { reason: entry.reason, detail: entry.detail }
      const one = decodeMessages([{ ...entry, position: undefined }], 0, -1)
      const [refused] = one.quarantined
      const elements = new Set([
        ...one.elementIndexes,
        ...one.counted.map(({ elementIndex }) => elementIndex),
      ])
      if (refused || elements.size !== 1) {
        return refused ?? { reason: 'wrong_type', detail: 'reading: is an array, a JSON object is allowed' }
      }
      append(one, messageIndex, decoded)
      return undefined
    })
    return { decoded, rejections }
  }

  async function settle(
    { authority, id }: Quarantined,
    rejection: Rejection | undefined,
    actor: string,
    corrected?: Uint8Array,
  ): Promise<void> {
    try {
      if (rejection) await registry.updateQuarantined(authority, id, rejection.reason, rejection.detail)
      else await registry.resolveQuarantined(authority, id, actor, corrected)
    } catch (error) {
      // Another replay was faster, or it was discarded meanwhile: there is nothing left to settle.
      if (!(error instanceof KerbsideError && error.code === 'NOT_FOUND')) throw error
    }
  }
}

/** Adds what one entry came to, all of it of one element, which counts once. */
function append(one: DecodedMessages, messageIndex: number, decoded: DecodedMessages): void {
  const start = decoded.readings.length
  for (const index of one.uncounted) decoded.uncounted.add(start + index)
  const counted = new Map(one.counted.map((element) => [element, { ...element, messageIndex }]))
  decoded.counted.push(...counted.values())
  for (const resendable of one.resendable) {
    decoded.resendable.push({
      seen: resendable.seen,
      indexes: resendable.indexes.map((index) => start + index),
      counted: resendable.counted && counted.get(resendable.counted),
    })
  }
  for (const reading of one.readings) {
    decoded.readings.push(reading)
    decoded.messageIndexes.push(messageIndex)
    decoded.elementIndexes.push(0)
  }
}
