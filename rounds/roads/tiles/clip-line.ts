/**
 * The parts of a line within a square, both of whose axes go from `min` to `max`, edges included; corners are x and y in
 * turn (Liang and Barsky 1984, for each segment).
 */
export function clipLine(line: readonly number[], min: number, max: number): number[][] {
  const parts: number[][] = []
  let part: number[] = []
  for (let i = 0; i + 3 < line.length; i += 2) {
    const [ax, ay, bx, by] = [line[i], line[i + 1], line[i + 2], line[i + 3]] as [
      number,
      number,
      number,
      number,
    ]
    const ratios = clipSegment(ax, ay, bx - ax, by - ay, min, max)
    if (!ratios) continue
    const [enter, leave] = ratios
    if (enter > 0 || part.length === 0) {
      finish()
      part = [ax + enter * (bx - ax), ay + enter * (by - ay)]
    }
    part.push(ax + leave * (bx - ax), ay + leave * (by - ay))
  }
  finish()
  return parts

  function finish(): void {
    if (part.length > 2) parts.push(part)
    part = []
  }
}

/** How far along a segment, 0 to 1, it enters the square and leaves it; undefined where it passes by. */
function clipSegment(
  x: number,
  y: number,
  dx: number,
  dy: number,
  min: number,
  max: number,
): readonly [number, number] | undefined {
  let [enter, leave] = [0, 1]
  for (const [towards, room] of [
    [-dx, x - min],
    [dx, max - x],
    [-dy, y - min],
    [dy, max - y],
  ] as const) {
    if (towards === 0) {
      if (room < 0) return undefined
      continue
    }
    const ratio = room / towards
    if (towards < 0) enter = Math.max(enter, ratio)
    else leave = Math.min(leave, ratio)
  }
  return enter > leave ? undefined : [enter, leave]
}
