import type { ByteSource } from './byte-source.ts'
import { FeedRefusal } from './import-fault.ts'

/** A file in a zip. */
export interface ZipEntry {
  readonly name: string
  readonly method: 'stored' | 'deflate'
  readonly packedBytes: number
  readonly unpackedBytes: number
  readonly crc: number
  readonly headerOffset: number
}

/** Files in a zip, and bytes of their list: a feed has some twenty. */
const ENTRIES_MAX = 1_000
const LIST_BYTES_MAX = 4 * 1024 * 1024

// The numbers are those of APPNOTE.TXT 6.3.10: 4.3.16 the end of the list, 4.3.15 and 4.3.14 the same of ZIP64, 4.3.12 its items.
const END_SIGNATURE = 0x06054b50
const END_BYTES = 22
const COMMENT_BYTES_MAX = 0xffff
const END64_LOCATOR_SIGNATURE = 0x07064b50
const END64_LOCATOR_BYTES = 20
const END64_SIGNATURE = 0x06064b50
const END64_BYTES = 56
const ITEM_SIGNATURE = 0x02014b50
const ITEM_BYTES = 46
const ZIP64_FIELD = 0x0001
const IN_ZIP64_FIELD = 0xffffffff

/** The files of a zip by its list of contents, folders left out. Throws FeedRefusal for what no honest zip of a feed has. */
export function listZipEntries(source: ByteSource): ZipEntry[] {
  const { offset, bytes } = findList(source)
  if (bytes > LIST_BYTES_MAX)
    throw refuse('too_large', `its list of contents is longer than ${LIST_BYTES_MAX} bytes`)
  // A copy: the next read may reuse the bytes.
  const list = source.read(offset, bytes).slice()
  const view = new DataView(list.buffer)
  const entries: ZipEntry[] = []
  const names = new Set<string>()
  let position = 0
  while (position + ITEM_BYTES <= list.length && view.getUint32(position, true) === ITEM_SIGNATURE) {
    const nameEnd = position + ITEM_BYTES + view.getUint16(position + 28, true)
    const extraEnd = nameEnd + view.getUint16(position + 30, true)
    const next = extraEnd + view.getUint16(position + 32, true)
    if (next > list.length) break
    const name = Buffer.from(list.buffer, position + ITEM_BYTES, nameEnd - position - ITEM_BYTES).toString()
    refuseBadName(name)
    if (names.has(name)) throw refuse('duplicate_entry', `${JSON.stringify(name)} is in the zip twice`)
    names.add(name)
    if (names.size > ENTRIES_MAX) throw refuse('too_large', `more than ${ENTRIES_MAX} files are in the zip`)
    if (!name.endsWith('/')) entries.push(readItem(view, { name, position, nameEnd, extraEnd }))
    position = next
  }
  if (position !== list.length)
    throw refuse('broken_zip', 'the zip is broken: its list of contents ends too early')
  return entries
}

function readItem(
  view: DataView,
  {
    name,
    position,
    nameEnd,
    extraEnd,
  }: { name: string; position: number; nameEnd: number; extraEnd: number },
): ZipEntry {
  const flags = view.getUint16(position + 8, true)
  if (flags & 0x2041) throw refuse('encrypted_entry', `${JSON.stringify(name)} is encrypted; a feed is open`)
  const method = view.getUint16(position + 10, true)
  if (method !== 0 && method !== 8) {
    throw refuse(
      'unknown_compression',
      `${JSON.stringify(name)} is packed by method ${method}; 0 (stored) and 8 (deflate) are allowed`,
    )
  }
  const large = listLargeNumbers(view, nameEnd, extraEnd)
  // The ZIP64 field holds, in this order, only those that did not fit (4.5.3).
  const numberAt = (at: number): number => {
    const value = view.getUint32(at, true)
    return value === IN_ZIP64_FIELD ? (large.shift() ?? value) : value
  }
  const unpackedBytes = numberAt(position + 24)
  const packedBytes = numberAt(position + 20)
  const headerOffset = numberAt(position + 42)
  return {
    name,
    method: method === 0 ? 'stored' : 'deflate',
    packedBytes,
    unpackedBytes,
    crc: view.getUint32(position + 16, true),
    headerOffset,
  }
}

function listLargeNumbers(view: DataView, start: number, end: number): number[] {
  for (let position = start; position + 4 <= end; ) {
    const fieldEnd = position + 4 + view.getUint16(position + 2, true)
    if (view.getUint16(position, true) === ZIP64_FIELD) {
      const numbers: number[] = []
      for (let at = position + 4; at + 8 <= Math.min(fieldEnd, end); at += 8) {
        numbers.push(Number(view.getBigUint64(at, true)))
      }
      return numbers
    }
    position = fieldEnd
  }
  return []
}

function findList(source: ByteSource): { offset: number; bytes: number } {
  const tailBytes = Math.min(source.size, END_BYTES + COMMENT_BYTES_MAX)
  const tailStart = source.size - tailBytes
  const tail = source.read(tailStart, tailBytes).slice()
  const view = new DataView(tail.buffer)
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== END_SIGNATURE) continue
    const list = { offset: view.getUint32(at + 16, true), bytes: view.getUint32(at + 12, true) }
    const isLarge = list.offset === IN_ZIP64_FIELD || list.bytes === IN_ZIP64_FIELD
    const found = isLarge ? findLargeList(source, tailStart + at) : list
    if (found && found.offset + found.bytes <= tailStart + at) return found
  }
  throw refuse('not_a_zip', 'it is no zip, or not the whole of one; a GTFS feed is a zip of .txt files')
}

function findLargeList(source: ByteSource, endAt: number): { offset: number; bytes: number } | undefined {
  if (endAt < END64_LOCATOR_BYTES) return undefined
  const locator = viewOf(source.read(endAt - END64_LOCATOR_BYTES, END64_LOCATOR_BYTES))
  if (locator.getUint32(0, true) !== END64_LOCATOR_SIGNATURE) return undefined
  const end64At = Number(locator.getBigUint64(8, true))
  if (!Number.isSafeInteger(end64At) || end64At + END64_BYTES > source.size) return undefined
  const end64 = viewOf(source.read(end64At, END64_BYTES))
  if (end64.getUint32(0, true) !== END64_SIGNATURE) return undefined
  return { offset: Number(end64.getBigUint64(48, true)), bytes: Number(end64.getBigUint64(40, true)) }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function refuseBadName(name: string): void {
  const isOutside = name.startsWith('/') || /^[A-Za-z]:/.test(name) || name.split(/[/\\]/).includes('..')
  if (!isOutside && !name.includes('\\') && !name.includes('\0') && name !== '') return
  throw refuse(
    'bad_entry_name',
    `${JSON.stringify(name.slice(0, 200))} is no name of a file in a feed: one without "..", "\\" and a "/" in front is allowed`,
  )
}

function refuse(code: string, message: string): FeedRefusal {
  return new FeedRefusal({}, code, message)
}
