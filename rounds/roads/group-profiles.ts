import type { ArcProfiles } from './roads.ts'

/** Groups rows of ratios that are alike, as a tree of questions: is the ratio of this slice below that? */
export interface ProfileTree {
  /** By question: which slice it asks for, and the limit; the slice is -1 where there is a profile and not a question. */
  readonly slices: Int32Array
  readonly limits: Float64Array
  /** By question: the next one for a ratio below the limit, and for the others; or the profile, in `below`. */
  readonly below: Int32Array
  readonly above: Int32Array
  readonly ratios: ArcProfiles['ratios']
}

/** As many as a byte tells apart, less one. */
const PROFILES_MAX = 255
/** Rows that differ by less than this in every slice (root of the mean square) share a profile. */
const TOLERANCE_RATIO = 0.005

interface Group {
  readonly question: number
  readonly rows: readonly number[]
  /** The slice in which its rows differ most, their mean there, and the sum of the squares of their differences from it. */
  readonly slice: number
  readonly mean: number
  readonly spread: number
}

/**
 * Splits the group that differs most, at the mean of the slice in which it differs most, until all are alike or there are
 * enough groups: the colours of a palette are found in the same way (Wu 1992). `samples` has a row for each way.
 */
export function groupProfiles(samples: Float64Array, sliceCount: number): ProfileTree {
  const rowCount = samples.length / sliceCount
  const slices: number[] = []
  const limits: number[] = []
  const below: number[] = []
  const above: number[] = []
  let groups = [createGroup(Array.from({ length: rowCount }, (_, row) => row))]
  while (groups.length < PROFILES_MAX) {
    const widest = groups.reduce((a, b) => (b.spread > a.spread ? b : a))
    const [low, high] = [listRows(widest, true), listRows(widest, false)]
    if (widest.spread <= TOLERANCE_RATIO ** 2 * widest.rows.length || low.length === 0 || high.length === 0)
      break
    const parts = [createGroup(low), createGroup(high)] as const
    slices[widest.question] = widest.slice
    limits[widest.question] = widest.mean
    below[widest.question] = parts[0].question
    above[widest.question] = parts[1].question
    groups = [...groups.filter((group) => group !== widest), ...parts]
  }
  const ratios = new Float64Array(groups.length * sliceCount).fill(1)
  for (const [profile, { question, rows }] of groups.entries()) {
    below[question] = profile
    if (rows.length === 0) continue
    for (let slice = 0; slice < sliceCount; slice++)
      ratios[profile * sliceCount + slice] = meanOf(rows, slice)
  }
  return {
    slices: Int32Array.from(slices),
    limits: Float64Array.from(limits),
    below: Int32Array.from(below),
    above: Int32Array.from(above),
    ratios,
  }

  function createGroup(rows: readonly number[]): Group {
    const question = slices.length
    slices.push(-1)
    limits.push(0)
    below.push(0)
    above.push(0)
    let [slice, mean, spread] = [0, 1, 0]
    for (let candidate = 0; candidate < sliceCount && rows.length > 0; candidate++) {
      const average = meanOf(rows, candidate)
      let squares = 0
      for (const row of rows) squares += ((samples[row * sliceCount + candidate] as number) - average) ** 2
      if (squares > spread) [slice, mean, spread] = [candidate, average, squares]
    }
    return { question, rows, slice, mean, spread }
  }

  function listRows({ rows, slice, mean }: Group, isBelow: boolean): number[] {
    return rows.filter((row) => (samples[row * sliceCount + slice] as number) < mean === isBelow)
  }

  function meanOf(rows: readonly number[], slice: number): number {
    let sum = 0
    for (const row of rows) sum += samples[row * sliceCount + slice] as number
    return sum / rows.length
  }
}

/** The profile of a way of which `ratioOf` tells the ratio in a slice. */
export function findProfile(tree: ProfileTree, ratioOf: (slice: number) => number): number {
  let question = 0
  for (let slice = tree.slices[0] as number; slice !== -1; slice = tree.slices[question] as number) {
    const next = ratioOf(slice) < (tree.limits[question] as number) ? tree.below : tree.above
    question = next[question] as number
  }
  return tree.below[question] as number
}
