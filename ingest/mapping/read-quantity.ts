import { findUnit, type Unit } from '../../model/unit.ts'

/** A number as a payload tells it, with the unit that it has there. */
export interface Quantity {
  readonly value: number
  /** Undefined where the payload tells none. */
  readonly unit: Unit | undefined
  /** As it is written, where it is no unit that is known. */
  readonly unknownUnit: string | undefined
}

/** No number with its unit is longer; of a longer text the pattern below would take long to find that out. */
const TEXT_LENGTH_MAX = 64
const NUMBER_AND_UNIT = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)?\s*$/

/** A number, "2000 mm", or `{"value": 2000, "unit": "mm"}`; undefined where it is none of them. */
export function readQuantity(sent: unknown): Quantity | undefined {
  if (typeof sent === 'number') return Number.isFinite(sent) ? withUnit(sent, undefined) : undefined
  if (typeof sent === 'string') {
    if (sent.length > TEXT_LENGTH_MAX) return undefined
    const [, digits, unit] = NUMBER_AND_UNIT.exec(sent) ?? []
    return digits === undefined ? undefined : withUnit(Number(digits), unit)
  }
  if (typeof sent !== 'object' || sent === null || !Object.hasOwn(sent, 'value')) return undefined
  const { value, unit } = sent as { value: unknown; unit?: unknown }
  const inner = typeof value === 'object' ? undefined : readQuantity(value)
  return inner && typeof unit === 'string' && unit !== '' ? withUnit(inner.value, unit) : inner
}

function withUnit(value: number, written: string | undefined): Quantity {
  const unit = written === undefined ? undefined : findUnit(written)
  return { value, unit, unknownUnit: unit === undefined ? written : undefined }
}
