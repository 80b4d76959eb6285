import { parentPort, workerData } from 'node:worker_threads'
import { openFile } from './byte-source.ts'
import type { ReadMessage } from './read-apart.ts'
import { readTimetableData } from './read-timetable.ts'
import type { ZipLimits } from './zip-archive.ts'

// The thread that reads one feed, and ends.

/** Progress is told in so many steps. */
const STEPS = 100

const { path, limits } = workerData as { path: string; limits: ZipLimits | undefined }
const post = (message: ReadMessage): void => parentPort?.postMessage(message)
const source = openFile(path)
let step = 0
try {
  const reading = readTimetableData(source, {
    ...(limits && { limits }),
    onProgress(doneBytes, totalBytes) {
      const now = Math.floor((doneBytes / totalBytes) * STEPS)
      if (now <= step) return
      step = now
      post({ type: 'progress', done: step, total: STEPS })
    },
  })
  post({ type: 'read', reading })
} finally {
  source.close()
}
