import type { Reading } from '../../model/reading.ts'
import { countsField } from '../../model/reading.ts'
import type { Rejection } from '../../model/rejection.ts'
import type { CounterSum, SeenSequence } from '../../registry/registry.ts'
import { type Origin, toReading } from '../to-reading.ts'
import type { MappedReading } from './apply-mapping.ts'

/** A reading at the time of its sums, without what they are to become. */
export interface SummedReading {
  readonly reading: Reading
  /** By the store's field. */
  readonly sums: ReadonlyMap<string, CounterSum>
}

/** What became of an element that is another's than Kerbside's own JSON: at least one of its readings is here. */
export interface MappedElement {
  readonly readings: readonly Reading[]
  readonly counters: readonly SummedReading[]
  /** How it is known again; undefined where it cannot be. */
  readonly seen: SeenSequence | undefined
}

/** Checks the readings of one element, which are taken or refused together. */
export function readParts(
  parts: readonly MappedReading[],
  origin: Origin,
  seen: SeenSequence | undefined,
): MappedElement | Rejection {
  const readings: Reading[] = []
  const counters: SummedReading[] = []
  for (const { element, sums } of parts) {
    const outcome = toReading(sums.size === 0 ? element : withPlaces(element, sums), origin)
    if ('reason' in outcome) return outcome
    if (sums.size === 0) readings.push(outcome)
    else counters.push(withoutPlaces(outcome, sums))
  }
  return { readings, counters, seen }
}

/** A count of 0 holds the place of a difference while all else is checked: a sum itself is beyond what is counted at once. */
function withPlaces(element: MappedReading['element'], sums: MappedReading['sums']): object {
  const counts: Record<string, unknown> = { ...(element['counts'] as object | undefined) }
  const placed: Record<string, unknown> = { ...element }
  for (const field of sums.keys()) {
    if (field === 'count') placed['count'] = 0
    else counts[field.slice('counts.'.length)] = 0
  }
  return Object.keys(counts).length > 0 ? { ...placed, counts } : placed
}

function withoutPlaces(reading: Reading, sums: MappedReading['sums']): SummedReading {
  const fields = { ...reading.fields }
  const byField = new Map<string, CounterSum>()
  for (const [field, sum] of sums) {
    const name = field === 'count' ? field : countsField(field.slice('counts.'.length))
    delete fields[name]
    byField.set(name, sum)
  }
  return { reading: { ...reading, fields }, sums: byField }
}
