import { HEADS } from './horizons.ts'

const DAY_MS = 86_400_000

/** For each head: what came less what was said, and the variance of what was said, summed with forgetting. */
export interface Misses {
  time: number
  readonly residuals: Float64Array
  readonly variances: Float64Array
}

export function createMisses(): Misses {
  return {
    time: 0,
    residuals: new Float64Array(HEADS.length),
    variances: new Float64Array(HEADS.length),
  }
}

/** Lets what was summed count half after so many days. */
export function forgetMisses(misses: Misses, time: number, halfLifeDays: number): void {
  if (time <= misses.time) return
  const ratio = 0.5 ** ((time - misses.time) / (halfLifeDays * DAY_MS))
  misses.time = time
  for (let head = 0; head < HEADS.length; head++) {
    misses.residuals[head] = (misses.residuals[head] as number) * ratio
    misses.variances[head] = (misses.variances[head] as number) * ratio
  }
}

export function addMiss(
  { residuals, variances }: Misses,
  head: number,
  chance: number,
  isTrue: boolean,
  weight: number,
): void {
  residuals[head] = (residuals[head] as number) + weight * ((isTrue ? 1 : 0) - chance)
  variances[head] = (variances[head] as number) + weight * chance * (1 - chance)
}

/** One Newton step of the intercept that would have made the chances right, shrunk by a prior as sure as so many even chances. */
export function measureMisses({ residuals, variances }: Misses, prior: number): number[] {
  return HEADS.map((_, head) => (residuals[head] as number) / ((variances[head] as number) + prior / 4))
}
