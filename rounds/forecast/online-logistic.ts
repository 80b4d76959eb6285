/** A logistic regression that learns example by example: its weights, and how unsure they are. */
export interface Logistic {
  readonly weights: Float64Array
  /** Row by row; it is symmetric, and only what is on or left of the diagonal is kept up to date. */
  readonly covariance: Float64Array
}

/** What a weight may still be, before any example: it bounds also what forgetting brings back. */
const PRIOR_VARIANCE = 0.1

export function createLogistic(start: readonly number[], count: number): Logistic {
  const covariance = new Float64Array(count * count)
  for (let i = 0; i < count; i++) covariance[i * count + i] = PRIOR_VARIANCE
  return { weights: Float64Array.from(start), covariance }
}

export function predictLogistic({ weights }: Logistic, features: Float64Array): number {
  let score = 0
  for (let i = 0; i < weights.length; i++) score += (weights[i] as number) * (features[i] as number)
  return 1 / (1 + Math.exp(-score))
}

/**
 * One step of the extended Kalman filter of a logistic regression (the online Laplace approximation: Spiegelhalter and
 * Lauritzen 1990), an example counting as `weight` of one.
 */
export function learnLogistic(
  logistic: Logistic,
  features: Float64Array,
  isTrue: boolean,
  weight: number,
): void {
  const { weights, covariance } = logistic
  const count = weights.length
  const chance = predictLogistic(logistic, features)
  const gain = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const row = i * count
    const feature = features[i] as number
    let sum = (covariance[row + i] as number) * feature
    for (let j = 0; j < i; j++) {
      const shared = covariance[row + j] as number
      sum += shared * (features[j] as number)
      gain[j] = (gain[j] as number) + shared * feature
    }
    gain[i] = sum
  }
  let spread = 0
  for (let i = 0; i < count; i++) spread += (gain[i] as number) * (features[i] as number)
  // Rounding must not turn a direction that is known well into one of negative variance.
  if (spread <= 0) return
  const information = weight * Math.max(chance * (1 - chance), 0.01)
  const factor = information / (1 + information * spread)
  const step = (weight * ((isTrue ? 1 : 0) - chance)) / (1 + information * spread)
  for (let i = 0; i < count; i++) {
    const gained = gain[i] as number
    weights[i] = (weights[i] as number) + gained * step
    const [row, scaled] = [i * count, factor * gained]
    for (let j = 0; j <= i; j++) {
      covariance[row + j] = (covariance[row + j] as number) - scaled * (gain[j] as number)
    }
  }
}

/** Lets what was learnt count less: `ratio` of it stays, and the weights are as unsure as that makes them. */
export function forgetLogistic({ weights, covariance }: Logistic, ratio: number): void {
  const count = weights.length
  for (let i = 0; i < count; i++) {
    const variance = covariance[i * count + i] as number
    // Never less sure than before the first example: directions without examples would grow without bound.
    const scale = Math.sqrt(Math.min(1 / ratio, Math.max(1, PRIOR_VARIANCE / variance)))
    for (let j = 0; j < count; j++) {
      covariance[i * count + j] = (covariance[i * count + j] as number) * scale
      covariance[j * count + i] = (covariance[j * count + i] as number) * scale
    }
  }
}
