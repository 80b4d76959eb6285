/** What a day that is alike in all weighs beside the day itself. */
const ALIKE_WEIGHT = 0.3
/** Two days that differ by this ratio of their counts weigh 1/e of that: about what two weeks of one day differ by. */
const DIFFERENCE_RATIO = 0.15

export interface SimilarDay {
  /** From -6 to 6: days after (or before) the day in the same week. */
  readonly dayShift: number
  readonly weight: number
}

/**
 * Which days of the week tell of which, learnt from the week's profile: so workdays help each other, whichever days a
 * country works. By day, Monday first.
 */
export function findSimilarDays(profile: Float64Array): readonly (readonly SimilarDay[])[] {
  return Array.from({ length: 7 }, (_, day) =>
    Array.from({ length: 7 }, (_, other) => {
      if (other === day) return { dayShift: 0, weight: 1 }
      const difference = differenceOf(profile, day, other)
      return {
        dayShift: other - day,
        weight: ALIKE_WEIGHT * Math.exp(-((difference / DIFFERENCE_RATIO) ** 2)),
      }
    }).filter(({ weight }) => weight > 0.02),
  )
}

function differenceOf(profile: Float64Array, day: number, other: number): number {
  let apart = 0
  let together = 0
  for (let hour = 0; hour < 24; hour++) {
    const here = profile[day * 24 + hour] as number
    const there = profile[other * 24 + hour] as number
    apart += Math.abs(here - there)
    together += (here + there) / 2
  }
  return together > 0 ? apart / together : 0
}
