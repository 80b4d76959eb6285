/** Lets work through in order, so much of it in one turn of the event loop. */
export interface Turnstile {
  pass(work: () => void): void
}

/**
 * When a whole town connects at once, ten thousand half-made connections would live side by side, and what each needs
 * only on its way in would outlive the collection of short-lived memory. A few at a time leave nothing behind. What waits
 * is bounded by the callers: one piece of work for each open connection.
 */
export function createTurnstile(perTurn: number): Turnstile {
  const waiting = new Set<() => void>()
  let passed = 0

  return {
    pass(work) {
      if (passed === 0) setImmediate(nextTurn)
      if (passed < perTurn) {
        passed++
        work()
      } else {
        waiting.add(work)
      }
    },
  }

  function nextTurn(): void {
    passed = 0
    if (waiting.size === 0) return
    setImmediate(nextTurn)
    for (const work of waiting) {
      waiting.delete(work)
      work()
      if (++passed >= perTurn) return
    }
  }
}
