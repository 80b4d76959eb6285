import { Readable } from 'node:stream'
import { KerbsideError } from '../../model/error.ts'

/** Files that this process writes at once; one more is answered with 503. */
const FILES_MAX = 10
/** How long one may take: who reads more slowly is cut off, and asks again. */
const FILE_MS = 600_000

/** Starts the files of this process, which it counts while they are read; throws BUSY where there are too many. */
export function createFileStarter(): (file: AsyncGenerator<string | Uint8Array>) => Readable {
  let open = 0
  return function startFile(file: AsyncGenerator<string | Uint8Array>): Readable {
    if (open >= FILES_MAX) {
      throw new KerbsideError('BUSY', `${open} files are being written already: try again in a moment`)
    }
    open += 1
    const stream = Readable.from(file, { objectMode: false, highWaterMark: 64 * 1024 })
    const timer = setTimeout(() => stream.destroy(), FILE_MS)
    stream.once('close', () => {
      open -= 1
      clearTimeout(timer)
    })
    return stream
  }
}
