import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { KerbsideError, messageOf } from '../../model/error.ts'

/** Arrays of numbers by name, with a few words about them. */
export interface ArrayBundle {
  readonly about: unknown
  readonly arrays: Readonly<Record<string, NumberArray>>
}

type NumberArray = Uint8Array | Int32Array | Float32Array | Float64Array

const TYPES: Readonly<
  Record<string, new (buffer: ArrayBufferLike, offset: number, length: number) => NumberArray>
> = { Uint8Array, Int32Array, Float32Array, Float64Array }
/** Rises whenever the arrays change their meaning: a file of another version is not read. */
const VERSION = 2
const MAGIC = 'kerbside roads\n\0'
/** Magic word, version, bytes of the heading, CRC-32 of all that follows. */
const START_BYTES = 28
const ALIGNMENT = 8

interface Heading {
  readonly about: unknown
  readonly arrays: readonly {
    readonly name: string
    readonly type: string
    readonly offset: number
    readonly length: number
  }[]
}

/**
 * Writes the file beside its place and moves it there, so that whoever reads sees the one before or this one, whole. The
 * numbers are little-endian, as those of every machine that Node runs on but one.
 */
export function writeArrayFile(path: string, { about, arrays }: ArrayBundle): void {
  let offset = 0
  const list = Object.entries(arrays).map(([name, array]) => {
    const entry = { name, type: array.constructor.name, offset, length: array.length }
    offset = align(offset + array.byteLength)
    return entry
  })
  const heading = Buffer.from(JSON.stringify({ about, arrays: list } satisfies Heading))
  const body = Buffer.alloc(align(START_BYTES + heading.length) - START_BYTES + offset)
  heading.copy(body)
  const arraysStart = body.length - offset
  for (const [i, array] of Object.values(arrays).entries()) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    body.set(bytes, arraysStart + (list[i] as (typeof list)[number]).offset)
  }
  const start = Buffer.alloc(START_BYTES)
  start.write(MAGIC, 'latin1')
  start.writeUInt32LE(VERSION, 16)
  start.writeUInt32LE(heading.length, 20)
  start.writeUInt32LE(crc32(body), 24)
  const newPath = `${path}.${process.pid}.new`
  try {
    const file = openSync(newPath, 'w')
    try {
      writeAll(file, start)
      writeAll(file, body)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(newPath, path)
  } catch (error) {
    rmSync(newPath, { force: true })
    throw new KerbsideError('INVALID_FILE', `${path} cannot be written: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/**
 * Reads a file into memory that threads share. Throws a KerbsideError INVALID_FILE where it is not there, is none of
 * these, is of another version or damaged.
 */
export function readArrayFile(path: string): ArrayBundle {
  const bytes = readShared(path)
  const view = new DataView(bytes.buffer)
  const magic = Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1')
  if (bytes.length < START_BYTES || magic !== MAGIC) fail('is no file of roads')
  const version = view.getUint32(16, true)
  if (version !== VERSION) fail(`is of version ${version}, and ${VERSION} is needed`)
  const body = bytes.subarray(START_BYTES)
  if (crc32(body) !== view.getUint32(24, true)) fail('is damaged')
  const headingBytes = view.getUint32(20, true)
  const heading = JSON.parse(Buffer.from(body.subarray(0, headingBytes)).toString()) as Heading
  const arraysStart = align(START_BYTES + headingBytes)
  const arrays = heading.arrays.map(({ name, type, offset, length }) => {
    const TypedArray = TYPES[type] ?? fail(`has an array of ${type}`)
    return [name, new TypedArray(bytes.buffer, arraysStart + offset, length)] as const
  })
  return { about: heading.about, arrays: Object.fromEntries(arrays) }

  function fail(why: string): never {
    throw new KerbsideError('INVALID_FILE', `${path} ${why}: import the roads anew (kerbside import osm)`)
  }
}

function readShared(path: string): Uint8Array<SharedArrayBuffer> {
  try {
    const { size } = statSync(path)
    const bytes = new Uint8Array(new SharedArrayBuffer(Math.max(size, START_BYTES)))
    const file = openSync(path, 'r')
    try {
      for (let done = 0; done < size; ) {
        const count = readSync(file, bytes, done, size - done, done)
        if (count === 0) break
        done += count
      }
    } finally {
      closeSync(file)
    }
    return bytes
  } catch (error) {
    throw new KerbsideError('INVALID_FILE', `${path} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
}

function align(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT
}
