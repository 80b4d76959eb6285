/** Of the town that is simulated unless another is asked for. */
export const TOWN_SEED = 1
