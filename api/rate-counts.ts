const WINDOW_MS = 60_000

/** How often each client has asked within its minute, or another window. */
export interface RateCounts {
  /** Counts one more; `ttl` is how many ms of that are left. */
  count(client: string): { current: number; ttl: number }
}

/** Of so many clients at once; the least recently seen is let go, and begins anew. */
export function createRateCounts(clientsMax: number, windowMs = WINDOW_MS): RateCounts {
  const clients = new Map<string, { current: number; begun: number }>()
  let last: string | undefined
  return {
    count(client) {
      const now = performance.now()
      let seen = clients.get(client)
      const isNew = !seen || now - seen.begun >= windowMs
      if (!seen || isNew) seen = { current: 0, begun: now }
      seen.current += 1
      // Who asks many times in a row is the last already.
      if (client !== last || isNew) {
        clients.delete(client)
        clients.set(client, seen)
        last = client
        if (clients.size > clientsMax) letGoOldest()
      }
      return { current: seen.current, ttl: windowMs - (now - seen.begun) }
    },
  }

  function letGoOldest(): void {
    const [oldest] = clients.keys()
    if (oldest !== undefined) clients.delete(oldest)
  }
}
