/** What a bin's sensor measures down to the floor of the empty bin, and down to the waste in the full one. */
export interface Calibration {
  readonly emptyDistanceMm: number
  readonly fullDistanceMm: number
}

/** A sensor resolves some centimetres: levels of a smaller range would jump. */
const RANGE_MM_MIN = 50

/** The part of it that is set. */
export function readCalibration(settings: Readonly<Record<string, unknown>>): Partial<Calibration> {
  const { emptyDistanceMm, fullDistanceMm } = settings
  return {
    ...(typeof emptyDistanceMm === 'number' && { emptyDistanceMm }),
    ...(typeof fullDistanceMm === 'number' && { fullDistanceMm }),
  }
}

export function hasCalibration(settings: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(readCalibration(settings)).length === 2
}

/** The level in percent, as the ingest makes it of a distance: linear, and clamped. */
export function fillAt(distanceMm: number, { emptyDistanceMm, fullDistanceMm }: Calibration): number {
  const ratio = (emptyDistanceMm - distanceMm) / (emptyDistanceMm - fullDistanceMm)
  return Math.min(100, Math.max(0, ratio * 100))
}

/** What is wrong with it, in words; undefined where nothing is. */
export function findFault({ emptyDistanceMm: empty, fullDistanceMm: full }: Calibration): string | undefined {
  if (!Number.isFinite(empty) || !Number.isFinite(full)) return 'Both distances are needed.'
  if (empty <= full) {
    return `The distance when empty (${empty} mm) has to be larger than when full (${full} mm): waste comes nearer to the sensor.`
  }
  if (empty - full < RANGE_MM_MIN) {
    return `Only ${Math.round(empty - full)} mm lie between empty and full; at least ${RANGE_MM_MIN} mm are needed for a level.`
  }
  return undefined
}
