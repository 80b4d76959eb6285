/**
 * Leaves out the corners that are nearer than `tolerance` to the line without them (Douglas and Peucker 1973); both ends stay.
 * Corners are x and y in turn.
 */
export function simplifyLine(line: readonly number[], tolerance: number): readonly number[] {
  const count = line.length / 2
  if (count < 3 || tolerance <= 0) return line
  const isKept = new Uint8Array(count)
  isKept[0] = 1
  isKept[count - 1] = 1
  const parts: [number, number][] = [[0, count - 1]]
  for (let part = parts.pop(); part; part = parts.pop()) {
    const [first, last] = part
    let [farthest, greatest] = [-1, tolerance * tolerance]
    for (let i = first + 1; i < last; i++) {
      const square = squareFromSegment(line, i, first, last)
      if (square > greatest) [farthest, greatest] = [i, square]
    }
    if (farthest === -1) continue
    isKept[farthest] = 1
    parts.push([first, farthest], [farthest, last])
  }
  return line.filter((_, i) => isKept[i >> 1] === 1)
}

/** The square of how far a corner is from the segment between two others. */
function squareFromSegment(line: readonly number[], corner: number, first: number, last: number): number {
  const [ax, ay] = [line[2 * first] as number, line[2 * first + 1] as number]
  const [dx, dy] = [(line[2 * last] as number) - ax, (line[2 * last + 1] as number) - ay]
  const [px, py] = [(line[2 * corner] as number) - ax, (line[2 * corner + 1] as number) - ay]
  const square = dx * dx + dy * dy
  const along = square === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / square))
  return (px - along * dx) ** 2 + (py - along * dy) ** 2
}
