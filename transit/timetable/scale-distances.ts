/**
 * The feed's distances of a trip's stops in metres along its shape, by the shape's own distances in the same unit. Undefined
 * where either lacks some, they fall, or they reach further than the shape by more than a hundredth.
 */
export function scaleDistances(
  stops: Float32Array,
  shape: { readonly feedDistances: Float64Array; readonly metres: Float32Array },
): Float32Array | undefined {
  const { feedDistances, metres } = shape
  const last = feedDistances.length - 1
  const total = feedDistances[last] ?? Number.NaN
  if (!(total > 0)) return undefined
  const scaled = new Float32Array(stops.length)
  let piece = 0
  let before = 0
  for (const [index, distance] of stops.entries()) {
    if (!(distance >= before && distance <= total * 1.01)) return undefined
    before = distance
    while (piece < last - 1 && (feedDistances[piece + 1] as number) < distance) piece += 1
    const start = feedDistances[piece] as number
    const length = (feedDistances[piece + 1] as number) - start
    const ratio = length > 0 ? Math.min(1, Math.max(0, (distance - start) / length)) : 0
    const startMetres = metres[piece] as number
    scaled[index] = startMetres + ratio * ((metres[piece + 1] as number) - startMetres)
  }
  return scaled
}
