import { ApiError } from './api-error.ts'
import type { Status } from './parts/status.ts'

const RETRY_SECONDS = 5

/**
 * Loads something once. While that fails because something is busy or away, it is tried again by itself; another fault is said, with a
 * button that tries again. Ends with the signal.
 */
export function loadUntilThere(
  load: () => Promise<void>,
  { status, signal }: { status: Status; signal: AbortSignal },
): void {
  void run()

  async function run(): Promise<void> {
    try {
      await load()
    } catch (error) {
      if (signal.aborted) return
      status.fail(error, run)
      if (!isPassing(error)) return
      const timer = setTimeout(run, (error.retryAfterSeconds ?? RETRY_SECONDS) * 1000)
      signal.addEventListener('abort', () => clearTimeout(timer))
    }
  }
}

function isPassing(error: unknown): error is ApiError {
  return error instanceof ApiError && [0, 429, 503].includes(error.status)
}
