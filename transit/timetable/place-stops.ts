import type { PlaceOnShape } from './shape-line.ts'

/** A metre back along the shape is as bad as a metre beside it; what is expected by the clock only decides what is equal. */
const CLOCK_WEIGHT = 0.02

/**
 * Where along its shape a trip stops: of the places of each stop the ones that together are least beside the shape and never
 * go back, by dynamic programming over the stops. A shape may pass a stop twice, on a loop or on the way out and back: then
 * the order of the stops decides, and where that leaves both, `times` (seconds; negative where there is none).
 */
export function placeStops(
  stops: readonly (readonly PlaceOnShape[])[],
  times: readonly number[],
  shapeMetres: number,
): Float32Array {
  const placed = new Float32Array(stops.length)
  const origins: Int32Array[] = []
  const startTime = times[0] ?? -1
  const seconds = (times.at(-1) ?? -1) - startTime
  let before: readonly PlaceOnShape[] = []
  let costsBefore = new Float64Array(0)
  for (const [index, places] of stops.entries()) {
    const time = times[index] ?? -1
    const expected = seconds > 0 && time >= 0 ? ((time - startTime) / seconds) * shapeMetres : undefined
    const costs = new Float64Array(places.length)
    const from = new Int32Array(places.length).fill(-1)
    for (const [place, { metres, offsetMetres }] of places.entries()) {
      let least = index === 0 ? 0 : Number.POSITIVE_INFINITY
      for (const [origin, { metres: metresBefore }] of before.entries()) {
        const back = metres < metresBefore ? metresBefore - metres : 0
        const cost = (costsBefore[origin] as number) + back * back
        if (cost >= least) continue
        least = cost
        from[place] = origin
      }
      const late = expected === undefined ? 0 : Math.abs(metres - expected) * CLOCK_WEIGHT
      costs[place] = least + offsetMetres * offsetMetres + late
    }
    origins.push(from)
    before = places
    costsBefore = costs
  }
  let place = costsBefore.indexOf(Math.min(...costsBefore))
  for (let index = stops.length - 1; index >= 0; index -= 1) {
    placed[index] = stops[index]?.[place]?.metres ?? Number.NaN
    place = origins[index]?.[place] ?? -1
  }
  // Where the shape itself goes back a little, between two stops that are close together.
  for (let index = 1; index < placed.length; index += 1) {
    if ((placed[index] as number) < (placed[index - 1] as number)) placed[index] = placed[index - 1] as number
  }
  return placed
}
