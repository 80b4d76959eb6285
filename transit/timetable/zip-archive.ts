import { crc32 } from 'node:zlib'
import { Inflate } from 'fflate'
import type { ByteSource } from './byte-source.ts'
import { FeedRefusal } from './import-fault.ts'
import { listZipEntries, type ZipEntry } from './zip-entries.ts'

/** A zip of which entries are unpacked piece by piece, whatever they claim to be. Faults are thrown as FeedRefusal. */
export interface ZipArchive {
  readonly entries: readonly ZipEntry[]
  /** The pieces of an entry, each valid until the next; throws at the end where they are not what was packed. */
  unpack(entry: ZipEntry): Generator<Uint8Array>
}

export interface ZipLimits {
  /** Of all entries that are unpacked together: a small zip can hold terabytes of zeros. */
  readonly unpackedBytes: number
}

const DEFAULT_ZIP_LIMITS: ZipLimits = { unpackedBytes: 4 * 1024 ** 3 }

/** Packed bytes unpacked at once: at deflate's highest ratio, 1,032, they become 16 MiB. */
const PIECE_BYTES = 16 * 1024

// APPNOTE.TXT 6.3.10, 4.3.7
const LOCAL_HEADER_SIGNATURE = 0x04034b50
const LOCAL_HEADER_BYTES = 30

export function openZipArchive(source: ByteSource, limits: ZipLimits = DEFAULT_ZIP_LIMITS): ZipArchive {
  const entries = listZipEntries(source)
  let unpackedBytes = 0

  function* unpack(entry: ZipEntry): Generator<Uint8Array> {
    const place = { file: entry.name }
    if (unpackedBytes + entry.unpackedBytes > limits.unpackedBytes) throw tooLarge(entry, limits)
    const pieces: Uint8Array[] = []
    const inflate = entry.method === 'deflate' ? new Inflate((piece) => pieces.push(piece)) : undefined
    let position = findData(source, entry)
    const end = position + entry.packedBytes
    let entryBytes = 0
    let sum = 0
    while (position < end) {
      const packed = source.read(position, Math.min(PIECE_BYTES, end - position))
      if (packed.length === 0) throw broken(entry, 'it ends too early')
      position += packed.length
      pieces.length = 0
      if (inflate) pushInto(inflate, packed, position >= end, entry)
      else pieces.push(packed)
      for (const piece of pieces) {
        entryBytes += piece.length
        unpackedBytes += piece.length
        if (unpackedBytes > limits.unpackedBytes) throw tooLarge(entry, limits)
        if (entryBytes > entry.unpackedBytes) throw broken(entry, 'it holds more than it says')
        sum = crc32(piece, sum)
        if (piece.length > 0) yield piece
      }
    }
    if (entryBytes !== entry.unpackedBytes) {
      throw broken(entry, `${entry.unpackedBytes} bytes are promised and ${entryBytes} are there`)
    }
    if (sum !== entry.crc) throw new FeedRefusal(place, 'broken_zip', 'its checksum is not that of its bytes')
  }

  return { entries, unpack }
}

function pushInto(inflate: Inflate, packed: Uint8Array, isLast: boolean, entry: ZipEntry): void {
  try {
    inflate.push(packed, isLast)
  } catch {
    throw broken(entry, 'it cannot be unpacked')
  }
}

/** The list of contents has the names and sizes; where the data begins only the entry's own header says. */
function findData(source: ByteSource, entry: ZipEntry): number {
  const header = source.read(entry.headerOffset, LOCAL_HEADER_BYTES)
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  if (header.length < LOCAL_HEADER_BYTES || view.getUint32(0, true) !== LOCAL_HEADER_SIGNATURE) {
    throw broken(entry, 'it is not where the list of contents says')
  }
  return entry.headerOffset + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true)
}

function broken(entry: ZipEntry, why: string): FeedRefusal {
  return new FeedRefusal({ file: entry.name }, 'broken_zip', `the zip is broken: ${why}`)
}

function tooLarge(entry: ZipEntry, { unpackedBytes }: ZipLimits): FeedRefusal {
  return new FeedRefusal(
    { file: entry.name },
    'too_large',
    `with it the feed unpacks to more than ${unpackedBytes} bytes, which are allowed`,
  )
}
