import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { KerbsideError } from '../model/error.ts'

/** Of what the registry keeps a zip in: 200 MB are two hundred of them. */
const CHUNK_BYTES = 1024 * 1024

/** A zip on this machine's disk, for as long as it is read: it is large, and a zip is read from its end. */
export interface ZipFile extends AsyncDisposable {
  readonly path: string
  readonly bytes: number
  /** SHA-256, hexadecimal. */
  readonly hash: string
  /** Its bytes in parts of 1 MiB. */
  chunks(): AsyncIterable<Uint8Array>
}

/** Rejects with TOO_LARGE where there are more bytes than allowed; then, as where the source fails, nothing is left of it. */
export async function writeZipFile(source: AsyncIterable<Uint8Array>, bytesMax: number): Promise<ZipFile> {
  const folder = await mkdtemp(join(tmpdir(), 'kerbside-gtfs-'))
  const path = join(folder, 'feed.zip')
  const hash = createHash('sha256')
  let bytes = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      bytes += piece.length
      if (bytes > bytesMax) {
        throw new KerbsideError('TOO_LARGE', `The feed is larger than ${bytesMax} bytes, which are allowed`)
      }
      hash.update(piece)
      yield piece
    }
  }
  try {
    await pipeline(counted, createWriteStream(path))
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return {
    path,
    bytes,
    hash: hash.digest('hex'),
    chunks: () => createReadStream(path, { highWaterMark: CHUNK_BYTES }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
