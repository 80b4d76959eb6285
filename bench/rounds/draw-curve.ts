import type { Outcome } from './simulate.ts'

/** Beyond the points on either side of the compared share, so many are drawn at least. */
const POINTS_MIN = 3

/** What comes of one setting of a policy's dial. */
export interface CurvePoint {
  readonly dial: number
  readonly outcome: Outcome
}

/** A dial of a policy, and the share of overflow bin-days around which its curve is wanted. */
export interface CurveQuestion {
  /** Rising. */
  readonly dials: readonly number[]
  /** The index of the one to begin with. */
  readonly first: number
  readonly halve?: ((low: number, high: number) => number) | undefined
  readonly comparedPercent: number
}

/**
 * Outcomes by a dial along which overflow only rises or only falls, but for noise: from one of its settings on in the
 * direction of the compared share, until that lies between two points or the dial ends, and then half-way between these two. In
 * the order of the dial.
 */
export function drawCurve(question: CurveQuestion, run: (dial: number) => Outcome): CurvePoint[] {
  const points = walkDial(question, run)
  const { halve, comparedPercent } = question
  const isAbove = ({ outcome }: CurvePoint): boolean => outcome.overflowPercent >= comparedPercent
  // A curve bends, and the line between two points of it lies above.
  const after = points.findIndex(
    (point, index) => index > 0 && isAbove(point) !== isAbove(points[index - 1] as CurvePoint),
  )
  const [low, high] = [points[after - 1], points[after]]
  if (!halve || !low || !high) return points
  const dial = halve(low.dial, high.dial)
  return points.toSpliced(after, 0, { dial, outcome: run(dial) })
}

function walkDial(
  { dials, first, comparedPercent }: CurveQuestion,
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
