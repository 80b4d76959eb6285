export interface FillQuestion {
  /** In ms since 1970: when it is asked, which counts for a bin without any reading. */
  readonly now: number
  /** The times to look at, in ms since 1970, rising. */
  readonly times: readonly number[]
  readonly thresholdPercent: number
  /**
   * Whether the bin is emptied as often as it has been, or not at all, or not before the hour in which it usually may be
   * emptied next: later times are then looked at as that hour's start.
   */
  readonly assumption: 'as-usual' | 'nobody-empties' | 'until-emptied'
}

/** What is expected of a bin at one time. Chances are ratios from 0 to 1. */
export interface FillForecast {
  /** In ms since 1970. */
  readonly time: number
  readonly expectedPercent: number
  /** The bin stands between these two with a chance of 80 %. */
  readonly lowPercent: number
  readonly highPercent: number
  /** That it reaches its threshold, and 100 %, at any moment up to then. */
  readonly chanceOfThreshold: number
  readonly chanceOfOverflow: number
  /** The chance of standing at a level or above it then, for rising levels: the distribution behind the interval. */
  readonly levels: readonly LevelChance[]
}

export interface LevelChance {
  readonly levelPercent: number
  readonly chance: number
}
