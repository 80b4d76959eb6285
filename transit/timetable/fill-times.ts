/**
 * Gives the stops of a trip from `first` to before `end` that have no time (-1) one between those around them that have: in
 * proportion to the metres along the way where they are known, otherwise in equal steps.
 */
export function fillTimes(
  {
    arrivals,
    departures,
    shapeDistances,
  }: {
    arrivals: Int32Array
    departures: Int32Array
    shapeDistances: Float32Array
  },
  first: number,
  end: number,
): void {
  let before = first
  for (let index = first + 1; index < end; index += 1) {
    if ((arrivals[index] as number) < 0) continue
    if (index - before > 1) fillBetween(before, index)
    before = index
  }

  function fillBetween(from: number, to: number): void {
    const start = departures[from] as number
    const seconds = (arrivals[to] as number) - start
    const startMetres = shapeDistances[from] as number
    const metres = (shapeDistances[to] as number) - startMetres
    for (let index = from + 1; index < to; index += 1) {
      const ratio =
        metres > 0 ? ((shapeDistances[index] as number) - startMetres) / metres : (index - from) / (to - from)
      const time = start + Math.round(seconds * ratio)
      arrivals[index] = time
      departures[index] = time
    }
  }
}
