/**
 * Calls `load` now and then again and again, each time `seconds` after it has ended, but not while the tab is hidden. After a failure
 * it waits longer each time, up to a minute. Returns what ends it.
 */
export function keepFresh(
  load: (signal: AbortSignal) => Promise<void>,
  { seconds, onError }: { seconds: number; onError: (error: unknown) => void },
): () => void {
  const closed = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let isLoading = false
  const onVisible = (): void => {
    if (document.visibilityState === 'visible') void run()
  }
  document.addEventListener('visibilitychange', onVisible)
  void run()
  return () => {
    closed.abort()
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', onVisible)
  }

  async function run(): Promise<void> {
    if (isLoading || closed.signal.aborted || document.visibilityState === 'hidden') return
    clearTimeout(timer)
    isLoading = true
    try {
      await load(closed.signal)
      failures = 0
    } catch (error) {
      if (closed.signal.aborted) return
      failures += 1
      onError(error)
    } finally {
      isLoading = false
    }
    if (closed.signal.aborted) return
    timer = setTimeout(run, Math.min(60_000, seconds * 1000 * 2 ** Math.min(failures, 6)))
  }
}
