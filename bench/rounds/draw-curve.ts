import type { Outcome } from './simulate.ts'

/** Beyond the points on either side of the compared share, so many are drawn at least. */
const POINTS_MIN = 3

/** What comes of one setting of a policy's dial. */
export interface CurvePoint {
  readonly dial: number
  readonly outcome: Outcome
}

/**
 * Outcomes by a dial along which overflow only rises or only falls, but for noise: from one of its settings on in the
 * direction of the compared share, until that lies between two points or the dial ends. In the order of the dial.
 */
export function drawCurve(
  dials: readonly number[],
  { first, comparedPercent }: { readonly first: number; readonly comparedPercent: number },
  run: (dial: number) => Outcome,
): CurvePoint[] {
  const points: CurvePoint[] = []
  const draw = (index: number): CurvePoint => {
    const dial = dials[index] as number
    const point = { dial, outcome: run(dial) }
    points.push(point)
    return point
  }
  let [low, high] = [first, Math.min(dials.length - 1, first + 1)]
  const isFalling = draw(low).outcome.overflowPercent > draw(high).outcome.overflowPercent
  for (;;) {
    const shares = points.map(({ outcome }) => outcome.overflowPercent)
    const isAbove = Math.min(...shares) >= comparedPercent
    const isBetween = !isAbove && Math.max(...shares) >= comparedPercent
    if (isBetween && points.length >= POINTS_MIN) break
    const goesUp = isBetween ? high + 1 < dials.length : isAbove === isFalling
    const next = goesUp ? ++high : --low
    if (next < 0 || next >= dials.length) break
    draw(next)
  }
  return points.toSorted((a, b) => a.dial - b.dial)
}
