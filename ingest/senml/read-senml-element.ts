import type { Mapping } from '../../model/mapping.ts'
import { ROAD_USERS } from '../../model/reading.ts'
import type { Rejection } from '../../model/rejection.ts'
import { RELATIVE_SECONDS_MAX, type SenmlReading, type SenmlRecord } from '../../model/senml.ts'
import { convertUnit, findUnit, listUnitsOf } from '../../model/unit.ts'
import type { CounterSum } from '../../registry/registry.ts'
import { applyMapping, type MappedReading } from '../mapping/apply-mapping.ts'
import { type MappedElement, readParts } from '../mapping/read-parts.ts'
import { showValue } from '../show-value.ts'
import type { Origin } from '../to-reading.ts'

/**
 * The records of one time as a reading: their names are Kerbside's fields (`fillPercent`, `counts.car`), others are left out; or they
 * go through the device's mapping. A sum (`s`) of a count is one that grows for ever.
 */
export function readSenmlElement(
  reading: SenmlReading,
  mapping: Mapping | undefined,
  origin: Origin,
): MappedElement | Rejection {
  const parts = mapping ? applyMapping(mapping, toPayload(reading), null) : toElement(reading)
  if ('reason' in parts) return parts
  const time = timeOf(reading, origin.receivedTime)
  const timed = parts.map(({ element, sums }) => ({
    element: time === undefined || element['time'] !== undefined ? element : { ...element, time },
    sums,
  }))
  return readParts(timed, origin, undefined)
}

/** RFC 8428, 4.5.3: below 2^28 it is relative to now, and 0 is now. Undefined where it is now. */
function timeOf({ seconds }: SenmlReading, receivedTime: number): number | undefined {
  if (seconds === 0) return undefined
  return Math.round(seconds < RELATIVE_SECONDS_MAX ? receivedTime + seconds * 1_000 : seconds * 1_000)
}

/** As a maker's payload would have it: each value beside its unit. */
function toPayload({ records }: SenmlReading): object {
  return Object.fromEntries(
    records.map(({ name, unit, value, sum }) => [name, { value: value ?? sum, unit }]),
  )
}

function toElement({ records }: SenmlReading): readonly MappedReading[] | Rejection {
  const element: Record<string, unknown> = {}
  const counts: Record<string, unknown> = {}
  const sums = new Map<string, CounterSum>()
  for (const record of records) {
    const { name } = record
    if (NOT_TOLD.has(name)) continue
    if (record.value === undefined && record.sum !== undefined) {
      if (!isCount(name)) continue
      if (!Number.isSafeInteger(record.sum) || record.sum < 0) return refuseSum(name, record.sum)
      sums.set(name, { sum: record.sum, bits: undefined })
      continue
    }
    const outcome = inKerbsidesUnit(record)
    if (typeof outcome === 'object') return outcome
    if (isCount(name) && name !== 'count') counts[name.slice('counts.'.length)] = outcome
    else element[name] = outcome
  }
  if (Object.keys(counts).length > 0) element['counts'] = counts
  return [{ element, sums }]
}

function refuseSum(name: string, sum: number): Rejection {
  return {
    reason: 'out_of_range',
    detail: `${name}: ${sum} is no sum of a counter, a whole number from 0 on is allowed`,
  }
}

// Who sent it is known otherwise, and when it was is the record's own.
const NOT_TOLD: ReadonlySet<string> = new Set(['device', 'time', 'counts', '__proto__'])

function isCount(name: string): boolean {
  return name === 'count' || ROAD_USERS.some((roadUser) => name === `counts.${roadUser}`)
}

function inKerbsidesUnit({ name, unit, value }: SenmlRecord): SenmlRecord['value'] | Rejection {
  const units = listUnitsOf(name)
  if (unit === undefined || typeof value !== 'number' || units.length === 0) return value
  const known = findUnit(unit)
  if (known !== undefined && units.includes(known)) return convertUnit(value, known)
  return {
    reason: 'wrong_type',
    detail: `${name}: ${showValue(unit)} is no unit of it, ${units.join(', ')} is allowed`,
  }
}
