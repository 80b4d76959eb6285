import type { Position, Town } from './town.ts'

/** The town's middle, seen from which the others are. */
const CENTRE_RATIO = 0.28
const DEGREES = Math.PI / 180

/** What part of the town a place is in, as those who look after it call it. */
export function nameArea(
  [longitude, latitude]: Position,
  { centre, radiusM }: Pick<Town, 'centre' | 'radiusM'>,
): string {
  const northM = (latitude - centre[1]) * 111_195
  const eastM = (longitude - centre[0]) * 111_195 * Math.cos(centre[1] * DEGREES)
  if (Math.hypot(northM, eastM) < CENTRE_RATIO * radiusM) return 'Centre'
  if (Math.abs(northM) > Math.abs(eastM)) return northM > 0 ? 'North' : 'South'
  return eastM > 0 ? 'East' : 'West'
}
