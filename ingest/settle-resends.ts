import type { Reading } from '../model/reading.ts'
import type { Registry, SeenSequence } from '../registry/registry.ts'
import type { DecodedMessages, Resendable } from './decode-messages.ts'

const DAY_MS = 86_400_000

/**
 * Gives readings that a device sent again the time that they had the first time, so that they are the same reading: those
 * without a time of their own, with the same `sequence` and the same content within 24 hours; and uplinks of the same device
 * address, frame counter and payload, which may have come through two gateways. `settle` resolves with the
 * ones that are new, to be recorded; until `forget` says that they are, they are remembered here, for the messages
 * behind them. Holds no more than what is under way.
 */
export function createResendSettler(findSequences: Registry['findSequences']): {
  settle(decoded: DecodedMessages): Promise<readonly SeenSequence[]>
  forget(sequences: readonly SeenSequence[]): void
} {
  const unrecorded = new Map<string, SeenSequence>()
  return {
    async settle(decoded) {
      if (decoded.resendable.length === 0) return []
      const candidates = decoded.resendable.map((resendable) => {
        const { seen } = resendable
        return { resendable, seen, key: keyOf(seen) }
      })
      // What is unrecorded is looked up before the registry is asked: by the answer it may have become recorded.
      const known = new Map<string, SeenSequence>()
      for (const { key } of candidates) {
        const seen = unrecorded.get(key)
        if (seen) known.set(key, seen)
      }
      const asked = candidates.filter(({ key }) => !known.has(key))
      const since = asked.reduce((least, { seen }) => Math.min(least, seen.time), Infinity) - DAY_MS
      if (asked.length > 0) {
        for (const seen of await findSequences(
          asked.map(({ seen }) => seen),
          since,
        )) {
          known.set(keyOf(seen), seen)
        }
      }
      const fresh: SeenSequence[] = []
      for (const { key, seen, resendable } of candidates) {
        const before = known.get(key)
        if (before && Math.abs(seen.time - before.time) <= DAY_MS) {
          shift(decoded, resendable, before.time - seen.time)
          continue
        }
        known.set(key, seen)
        unrecorded.set(key, seen)
        fresh.push(seen)
      }
      return fresh
    },
    forget(sequences) {
      for (const seen of sequences) {
        const key = keyOf(seen)
        if (unrecorded.get(key) === seen) unrecorded.delete(key)
      }
    },
  }
}

function shift(decoded: DecodedMessages, { indexes, counted }: Resendable, byMs: number): void {
  if (byMs === 0) return
  const move = (reading: Reading): Reading => ({ ...reading, time: reading.time + byMs })
  for (const index of indexes) decoded.readings[index] = move(decoded.readings[index] as Reading)
  if (counted) {
    counted.counters = counted.counters.map((one) => ({ ...one, reading: move(one.reading) }))
  }
}

function keyOf({ authority, device, sequence, hash }: SeenSequence): string {
  return `${authority}/${device}/${sequence}/${hash}`
}
