/** How much the last run of a line counts against all before it: about the last ten. */
const WEIGHT = 0.1
/** A line of which at least so many runs are seen is one that reports. */
const REPORTS_RATIO = 0.5
/** Lines that are remembered; more than any region has. */
const LINES_MAX = 10_000

/** On which lines vehicles normally report, so that it says something where none does. */
export interface LineCoverage {
  /** A run of the line is over, and was seen or not. */
  note(routeId: string, isSeen: boolean): void
  /** A run of the line is seen right now: the line reports from its first one on. */
  see(routeId: string): void
  reports(routeId: string): boolean
  pack(): Uint8Array
}

/** As it was packed; from nothing where `packed` is none, or no such thing. */
export function createLineCoverage(packed?: Uint8Array): LineCoverage {
  const ratios = unpack(packed)
  return {
    note(routeId, isSeen) {
      const before = ratios.get(routeId)
      // Of a line that was never seen there is nothing to remember.
      if (before === undefined) return
      ratios.set(routeId, before + WEIGHT * ((isSeen ? 1 : 0) - before))
    },
    see(routeId) {
      if (!ratios.has(routeId) && ratios.size < LINES_MAX) ratios.set(routeId, 1)
    },
    reports: (routeId) => (ratios.get(routeId) ?? 0) >= REPORTS_RATIO,
    pack: () => new TextEncoder().encode(JSON.stringify([...ratios])),
  }
}

function unpack(packed: Uint8Array | undefined): Map<string, number> {
  try {
    const pairs: unknown = packed ? JSON.parse(new TextDecoder().decode(packed)) : []
    if (!Array.isArray(pairs)) return new Map()
    return new Map(
      pairs.filter(
        (pair): pair is [string, number] =>
          Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'number',
      ),
    )
  } catch {
    return new Map()
  }
}
