/** Of all that is to be grouped, the groups are found from so many, evenly drawn. */
const SAMPLE_MAX = 4_096
const ROUNDS = 8
/** Profiles that differ by less, as the root of the mean square of their ratios, are one. */
const ALIKE = 0.01

/**
 * At most `groupsMax` profiles that stand for many (k-means after Lloyd 1982, begun with those that are farthest apart, so
 * that the same input gives the same groups). The first one is given and stays as it is.
 */
export function groupProfiles(
  first: Float64Array,
  count: number,
  profileAt: (index: number) => Float64Array,
  groupsMax: number,
): Float64Array[] {
  const step = Math.max(1, Math.ceil(count / SAMPLE_MAX))
  const sample: Float64Array[] = []
  for (let index = 0; index < count; index += step) sample.push(profileAt(index))
  const groups = [first]
  const distances = sample.map((profile) => squareBetween(profile, first))
  while (groups.length < groupsMax) {
    const farthest = distances.reduce(
      (best, distance, at) => (distance > (distances[best] ?? 0) ? at : best),
      0,
    )
    const found = sample[farthest]
    if (!found || (distances[farthest] as number) < ALIKE ** 2 * first.length) break
    groups.push(found)
    for (const [index, profile] of sample.entries()) {
      distances[index] = Math.min(distances[index] as number, squareBetween(profile, found))
    }
  }
  for (let round = 0; round < ROUNDS; round++) moveToMeans(groups, sample)
  return groups
}

export function findNearestProfile(groups: readonly Float64Array[], profile: Float64Array): number {
  let nearest = 0
  let least = Number.POSITIVE_INFINITY
  for (const [index, group] of groups.entries()) {
    const square = squareBetween(group, profile)
    if (square < least) {
      least = square
      nearest = index
    }
  }
  return nearest
}

function moveToMeans(groups: Float64Array[], sample: readonly Float64Array[]): void {
  const sums = groups.map((group) => new Float64Array(group.length))
  const counts = new Array<number>(groups.length).fill(0)
  for (const profile of sample) {
    const nearest = findNearestProfile(groups, profile)
    counts[nearest] = (counts[nearest] as number) + 1
    const sum = sums[nearest] as Float64Array
    for (const [slice, ratio] of profile.entries()) sum[slice] = (sum[slice] as number) + ratio
  }
  for (let index = 1; index < groups.length; index++) {
    const members = counts[index] as number
    if (members > 0) groups[index] = (sums[index] as Float64Array).map((sum) => sum / members)
  }
}

function squareBetween(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += ((a[index] as number) - (b[index] as number)) ** 2
  return sum
}
