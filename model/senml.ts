import { readCbor } from './read-cbor.ts'
import { PAYLOAD_SCHEMAS } from './reading.ts'

/** A record of SenML with its base values worked in. A `sum` is of the values since it began, for ever growing. */
export interface SenmlRecord {
  /** The last part of its name, behind the last ":" or "/": what was measured. */
  readonly name: string
  /** Of the IANA's registry of SenML units. */
  readonly unit: string | undefined
  readonly value: number | string | boolean | undefined
  readonly sum: number | undefined
}

/** The records of one time: one reading. A class, so that no object that somebody sends is taken for one. */
export class SenmlReading {
  /** Seconds since 1970; below 2^28, seconds from when it was received; 0, where no time is told. */
  readonly seconds: number
  readonly records: readonly SenmlRecord[]

  constructor(seconds: number, records: readonly SenmlRecord[]) {
    this.seconds = seconds
    this.records = records
  }
}

/** A pack as its readings, or what is wrong with it. */
export type SenmlPack = { readonly readings: readonly SenmlReading[] } | { readonly fault: string }

/** Below it a time is relative to the receipt (RFC 8428, 4.5.3). */
export const RELATIVE_SECONDS_MAX = 2 ** 28

/** RFC 8428, table 6: the labels of CBOR. */
const CBOR_LABELS: Readonly<Record<number, string>> = {
  [-1]: 'bver',
  [-2]: 'bn',
  [-3]: 'bt',
  [-4]: 'bu',
  [-5]: 'bv',
  [-6]: 'bs',
  0: 'n',
  1: 'u',
  2: 'v',
  3: 'vs',
  4: 'vb',
  5: 's',
  6: 't',
  7: 'ut',
  8: 'vd',
}
const NUMBERS = ['bt', 'bv', 'bs', 'bver', 'v', 's', 't', 'ut'] as const
const TEXTS = ['bn', 'bu', 'n', 'u', 'vs'] as const
const VALUES = ['v', 'vs', 'vb', 'vd'] as const
/** By any of them a record is known as one: none is a field of Kerbside's. */
const SIGNS = ['bn', 'bt', 'bu', 'bv', 'bs', 'bver', 'n', 'v', 'vs', 'vb', 'vd'] as const
const VERSION_MAX = 10
const NAME = /^[A-Za-z0-9][-A-Za-z0-9:./_]*$/

type Fields = Readonly<Record<string, unknown>>

/** Whether parsed JSON is a SenML pack: its first record has a label that nothing else has. */
export function isSenml(value: unknown): boolean {
  const first: unknown = Array.isArray(value) ? value[0] : undefined
  return isRecord(first) && SIGNS.some((label) => Object.hasOwn(first, label)) && !hasKerbsideField(first)
}

// What names a reading's own field is Kerbside's JSON, whatever else is beside it.
const KERBSIDE_FIELDS: ReadonlySet<string> = new Set(
  Object.values(PAYLOAD_SCHEMAS).flatMap(({ shape }) => Object.keys(shape)),
)

function hasKerbsideField(record: Fields): boolean {
  return Object.keys(record).some((name) => KERBSIDE_FIELDS.has(name))
}

/** Whether bytes are CBOR by their first ones: an array, marked as CBOR or not. No text in UTF-8 begins so. */
export function isCbor(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0
  return (first >= 0x80 && first <= 0x9f) || (first === 0xd9 && bytes[1] === 0xd9 && bytes[2] === 0xf7)
}

/** A pack in CBOR, with the labels of JSON. Throws a SyntaxError where it is no CBOR. */
export function readSenmlCbor(bytes: Uint8Array): unknown {
  const value = readCbor(bytes)
  if (!Array.isArray(value)) return value
  return value.map((record: unknown) => {
    if (!(record instanceof Map)) return record
    const entries = [...record].map(([label, field]) => [
      CBOR_LABELS[label as number] ?? String(label),
      field,
    ])
    return Object.fromEntries(entries)
  })
}

/** Takes a pack (RFC 8428, 4) apart into its readings, in the order in which their times first come. */
export function readSenml(pack: readonly unknown[]): SenmlPack {
  const groups = new Map<number, SenmlRecord[]>()
  let base: Fields = {}
  for (const [index, record] of pack.entries()) {
    const fault = isRecord(record) ? findFault(record) : 'is no object'
    if (fault !== undefined) return { fault: `has a fault: record ${index} ${fault}` }
    const fields = record as Fields
    base = { ...base, ...fields }
    const name = `${base['bn'] ?? ''}${fields['n'] ?? ''}`
    const hasValue = VALUES.some((label) => fields[label] !== undefined)
    // What has base values alone only begins those behind it.
    if (!hasValue && fields['s'] === undefined) continue
    if (!NAME.test(name))
      return { fault: `has a fault: record ${index} is called ${JSON.stringify(name)}, which is no name` }
    const seconds = numberOf(base, 'bt') + numberOf(fields, 't')
    const group = groups.get(seconds) ?? []
    if (group.length === 0) groups.set(seconds, group)
    group.push({
      name: name.slice(Math.max(name.lastIndexOf(':'), name.lastIndexOf('/')) + 1),
      unit: (fields['u'] ?? base['bu']) as string | undefined,
      value: readValue(fields, base),
      sum: fields['s'] === undefined ? undefined : numberOf(base, 'bs') + numberOf(fields, 's'),
    })
  }
  if (groups.size === 0) return { fault: 'has no record with a value' }
  return { readings: [...groups].map(([seconds, records]) => new SenmlReading(seconds, records)) }
}

/** A reading as a pack of its own, which is read as it again. */
export function toSenmlPack({ seconds, records }: SenmlReading): readonly object[] {
  return records.map(({ name, unit, value, sum }) => ({
    n: name,
    ...(unit !== undefined && { u: unit }),
    ...(typeof value === 'number' && { v: value }),
    ...(typeof value === 'string' && { vs: value }),
    ...(typeof value === 'boolean' && { vb: value }),
    ...(value === undefined && sum === undefined && { vd: '' }),
    ...(sum !== undefined && { s: sum }),
    ...(seconds !== 0 && { t: seconds }),
  }))
}

function findFault(record: Fields): string | undefined {
  for (const label of NUMBERS) {
    const value = record[label]
    if (value !== undefined && !Number.isFinite(value)) return `has a ${label} that is no number`
  }
  for (const label of TEXTS) {
    const value = record[label]
    if (value !== undefined && typeof value !== 'string') return `has a ${label} that is no text`
  }
  if (record['vb'] !== undefined && typeof record['vb'] !== 'boolean')
    return 'has a vb that is not true or false'
  if (VALUES.filter((label) => record[label] !== undefined).length > 1) return 'has more than one value'
  if (numberOf(record, 'bver') > VERSION_MAX)
    return `is of a version that is not known, up to ${VERSION_MAX} are`
  // Whoever does not know such a label must not read the pack (RFC 8428, 4.4).
  const unknown = Object.keys(record).find((label) => label.endsWith('_'))
  return unknown === undefined
    ? undefined
    : `has ${JSON.stringify(unknown)}, which has to be understood and is not`
}

function readValue(fields: Fields, base: Fields): SenmlRecord['value'] {
  if (fields['v'] !== undefined) return numberOf(base, 'bv') + numberOf(fields, 'v')
  return (fields['vs'] ?? fields['vb']) as string | boolean | undefined
}

function numberOf(fields: Fields, label: string): number {
  return (fields[label] as number | undefined) ?? 0
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
