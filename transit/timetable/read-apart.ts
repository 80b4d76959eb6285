import { Worker } from 'node:worker_threads'
import { KerbsideError, messageOf } from '../../model/error.ts'
import type { ImportFaults } from './import-fault.ts'
import type { TimetableData } from './timetable-data.ts'
import type { ZipLimits } from './zip-archive.ts'

type DataReading = ImportFaults & { readonly data: TimetableData | undefined }

export type ReadMessage =
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'read'; readonly reading: DataReading }

/** Of texts; the large columns are beside it. A feed of ten million stop times takes some 150. */
const HEAP_MEGABYTES = 1_024

/**
 * Reads the feed in a file as `readTimetableData` does, in a thread of its own: some two seconds for a million stop times, in
 * which nothing else is held up. Rejects with TOO_LARGE where it takes too much memory, with INTERNAL where the
 * thread fails, and with the signal's reason where that is aborted.
 */
export async function readTimetableApart(
  path: string,
  options: {
    readonly limits?: ZipLimits | undefined
    readonly signal?: AbortSignal | undefined
    readonly onProgress?: ((done: number, total: number) => void) | undefined
  } = {},
): Promise<DataReading> {
  const { limits, signal, onProgress } = options
  signal?.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<DataReading>()
  const worker = new Worker(new URL('./read-worker.ts', import.meta.url), {
    workerData: { path, limits },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  })
  const abort = (): void => reject(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  worker.on('message', (message: ReadMessage) => {
    if (message.type === 'read') resolve(message.reading)
    else onProgress?.(message.done, message.total)
  })
  worker.on('error', (error) => {
    if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      const message = `The names and ids of the feed take more than ${HEAP_MEGABYTES} MB of memory, which are allowed`
      reject(new KerbsideError('TOO_LARGE', message, { cause: error }))
      return
    }
    reject(
      new KerbsideError('INTERNAL', `Reading the timetable failed: ${messageOf(error)}`, { cause: error }),
    )
  })
  worker.on('exit', () => reject(new KerbsideError('INTERNAL', 'The thread that reads the timetable ended')))
  try {
    return await promise
  } finally {
    signal?.removeEventListener('abort', abort)
    await worker.terminate()
  }
}
