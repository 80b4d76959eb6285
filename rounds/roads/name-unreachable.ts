import { type RoadTable, UNREACHABLE, type UnreachablePlace } from './roads.ts'

/**
 * Makes a table of what was found: the places of the largest group that reach each other stay; the others are named.
 * `reasonOf` tells of those that are known beforehand.
 */
export function nameUnreachable(
  { distances, durations }: Pick<RoadTable, 'distances' | 'durations'>,
  count: number,
  reasonOf: (placeIndex: number) => UnreachablePlace['reason'] | undefined,
): RoadTable {
  const isLinked = (a: number, b: number): boolean =>
    durations[a * count + b] !== UNREACHABLE && durations[b * count + a] !== UNREACHABLE
  const hub = findHub()
  const unreachable: UnreachablePlace[] = []
  const kept: number[] = []
  for (let place = 0; place < count; place++) {
    const reason = reasonOf(place) ?? (hub !== undefined && isLinked(place, hub) ? undefined : 'cut_off')
    if (reason === undefined) kept.push(place)
    else unreachable.push({ placeIndex: place, reason })
  }
  for (const { placeIndex } of unreachable) {
    for (let other = 0; other < count; other++) {
      for (const cell of [placeIndex * count + other, other * count + placeIndex]) {
        distances[cell] = UNREACHABLE
        durations[cell] = UNREACHABLE
      }
    }
  }
  if (hub !== undefined) goOverHub(hub)
  return { distances, durations, unreachable }

  /** The place that the most others reach and are reached from. */
  function findHub(): number | undefined {
    let best: number | undefined
    let bestSize = -1
    for (let place = 0; place < count; place++) {
      if (reasonOf(place) !== undefined) continue
      let size = 0
      for (let other = 0; other < count; other++) if (isLinked(place, other)) size++
      if (size > bestSize) [best, bestSize] = [place, size]
      if (bestSize === count) break
    }
    return best
  }

  /** Two that reach the hub but not each other (turning round is possible only at a stop) meet there. */
  function goOverHub(through: number): void {
    for (const from of kept) {
      for (const to of kept) {
        const cell = from * count + to
        if (durations[cell] !== UNREACHABLE) continue
        for (const table of [distances, durations])
          table[cell] = (table[from * count + through] as number) + (table[through * count + to] as number)
      }
    }
  }
}
