import { NESTING_MAX } from './json-nesting.ts'

/**
 * CBOR (RFC 8949) as SenML uses it (RFC 8428, 6): integers, floats, texts, bytes, arrays, maps, booleans, null and decimal
 * fractions (tag 4); other tags are passed over. A map becomes a Map, whose keys may be integers. Throws a SyntaxError that
 * says where, of bytes that are no such CBOR or that go on behind their first item.
 */
export function readCbor(bytes: Uint8Array): unknown {
  const reader: Reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
  const value = readItem(reader, 0)
  if (reader.offset < bytes.byteLength) throw fault(reader, 'something follows the first item')
  return value
}

interface Reader {
  readonly view: DataView
  offset: number
}

/** Ends an array or a map of indefinite length. */
const BREAK = Symbol('break')
const INDEFINITE = 31
// To make one takes longer than all that it reads here.
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function readItem(reader: Reader, depth: number): unknown {
  if (depth > NESTING_MAX) throw fault(reader, `nested deeper than ${NESTING_MAX} levels`)
  const initial = take(reader, 1, (at) => reader.view.getUint8(at))
  const major = initial >> 5
  const info = initial & 0x1f
  switch (major) {
    case 0:
      return readArgument(reader, info)
    case 1:
      return -1 - readArgument(reader, info)
    case 2:
      return readBytes(reader, info)
    case 3:
      return readText(reader, info)
    case 4:
      return readArray(reader, info, depth)
    case 5:
      return readMap(reader, info, depth)
    case 6:
      return readTagged(reader, info, depth)
    default:
      return readSimple(reader, info)
  }
}

function readArgument(reader: Reader, info: number): number {
  const { view } = reader
  if (info < 24) return info
  if (info === 24) return take(reader, 1, (at) => view.getUint8(at))
  if (info === 25) return take(reader, 2, (at) => view.getUint16(at))
  if (info === 26) return take(reader, 4, (at) => view.getUint32(at))
  if (info === 27) return take(reader, 8, (at) => Number(view.getBigUint64(at)))
  throw fault(reader, 'a length is not known')
}

function readBytes(reader: Reader, info: number): Uint8Array {
  const length = readArgument(reader, info)
  return take(reader, length, (at) => new Uint8Array(reader.view.buffer, reader.view.byteOffset + at, length))
}

function readText(reader: Reader, info: number): string {
  const bytes = readBytes(reader, info)
  try {
    return UTF_8.decode(bytes)
  } catch {
    throw fault(reader, 'a text is not UTF-8')
  }
}

function readArray(reader: Reader, info: number, depth: number): unknown[] {
  const items: unknown[] = []
  const length = info === INDEFINITE ? Infinity : readArgument(reader, info)
  while (items.length < length) {
    const item = readItem(reader, depth + 1)
    if (item === BREAK) {
      if (info !== INDEFINITE) throw fault(reader, 'a break in an array of a known length')
      break
    }
    items.push(item)
  }
  return items
}

function readMap(reader: Reader, info: number, depth: number): Map<unknown, unknown> {
  const entries = new Map<unknown, unknown>()
  const length = info === INDEFINITE ? Infinity : readArgument(reader, info)
  for (let count = 0; count < length; count += 1) {
    const key = readItem(reader, depth + 1)
    if (key === BREAK && info === INDEFINITE) break
    const value = readItem(reader, depth + 1)
    if (key === BREAK || value === BREAK) throw fault(reader, 'a break inside of a map')
    entries.set(key, value)
  }
  return entries
}

function readTagged(reader: Reader, info: number, depth: number): unknown {
  const tag = readArgument(reader, info)
  const value = readItem(reader, depth + 1)
  if (value === BREAK) throw fault(reader, 'a break in the place of an item')
  if (tag !== 4) return value
  // A decimal fraction: [exponent, mantissa] (RFC 8949, 3.4.4). By its text, so that 273e-2 is 2.73 to the last bit.
  const [exponent, mantissa] = Array.isArray(value) ? value : []
  if (!Number.isInteger(exponent) || !Number.isInteger(mantissa)) {
    throw fault(reader, 'a decimal fraction is no pair of integers')
  }
  return Number(`${mantissa}e${exponent}`)
}

function readSimple(reader: Reader, info: number): unknown {
  const { view } = reader
  switch (info) {
    case 20:
      return false
    case 21:
      return true
    case 22:
      return null
    case 23:
      return undefined
    case 25:
      return take(reader, 2, (at) => view.getFloat16(at))
    case 26:
      return take(reader, 4, (at) => view.getFloat32(at))
    case 27:
      return take(reader, 8, (at) => view.getFloat64(at))
    case INDEFINITE:
      return BREAK
    default:
      throw fault(reader, 'a simple value is not known')
  }
}

function take<T>(reader: Reader, length: number, read: (offset: number) => T): T {
  const { offset } = reader
  if (offset + length > reader.view.byteLength) throw fault(reader, 'the end is missing')
  reader.offset += length
  return read(offset)
}

function fault(reader: Reader, what: string): SyntaxError {
  return new SyntaxError(`${what}, at byte ${reader.offset}`)
}
