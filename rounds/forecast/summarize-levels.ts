import type { LevelChance } from './fill-forecast.ts'
import type { FillState } from './fill-history.ts'

/** A scale finer than this is taken as continuous, in percent. */
const COARSE_PERCENT = 5
/** The chance on either side of the interval. */
const TAIL = 0.1

/** The mean and the 80 % interval of a bin's level, from the chances of standing at levels or above them. */
export function summarizeLevels(
  chances: readonly LevelChance[],
  { scalePercent, fillPercent }: FillState,
  isUnemptied: boolean,
): { expectedPercent: number; lowPercent: number; highPercent: number; levels: LevelChance[] } {
  const levels = [{ levelPercent: 0, chance: 1 }]
  if (isUnemptied && fillPercent > 0) levels.push({ levelPercent: fillPercent, chance: 1 })
  for (const { levelPercent, chance } of chances) {
    if (isUnemptied && levelPercent <= fillPercent) continue
    // Each level is learnt by itself, and yet a higher one is never the likelier.
    levels.push({ levelPercent, chance: Math.min(chance, (levels.at(-1) as LevelChance).chance) })
  }
  const isCoarse = scalePercent >= COARSE_PERCENT
  let expectedPercent = 0
  for (let index = 1; index < levels.length; index++) {
    const [below, here] = [levels[index - 1] as LevelChance, levels[index] as LevelChance]
    const width = here.levelPercent - below.levelPercent
    expectedPercent += width * (isCoarse ? here.chance : (here.chance + below.chance) / 2)
  }
  return {
    expectedPercent,
    lowPercent: findQuantile(levels, TAIL, isCoarse),
    highPercent: findQuantile(levels, 1 - TAIL, isCoarse),
    levels: levels.slice(1),
  }
}

/** The least level that is not exceeded with a chance of at least `chance`. */
function findQuantile(levels: readonly LevelChance[], chance: number, isCoarse: boolean): number {
  const above = 1 - chance
  for (let index = 1; index < levels.length; index++) {
    const [below, here] = [levels[index - 1] as LevelChance, levels[index] as LevelChance]
    if (here.chance > above) continue
    if (isCoarse) return below.levelPercent
    const share = below.chance > here.chance ? (below.chance - above) / (below.chance - here.chance) : 0
    return below.levelPercent + Math.max(0, share) * (here.levelPercent - below.levelPercent)
  }
  return 100
}
