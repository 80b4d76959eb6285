/** The horizons, in days, for which chances are learnt; those between and beyond follow from them. */
export const HORIZONS_DAYS: readonly number[] = [1, 2, 3, 5, 8]

/**
 * What a chance is of: `seen`, the level is reached, somebody emptying the bin or not; `unemptied`, it is reached before
 * anybody empties it, so as long as nobody does; `level`, the bin stands at the level or above it when the time has come.
 * The first two are learnt as hazards: the chance within a horizon, had the level not been reached within the one before.
 */
export const HEADS = ['seen', 'unemptied', 'level'] as const
export type HeadName = (typeof HEADS)[number]
