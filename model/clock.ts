/** The time, as something to pass in: tests own theirs, and a replay runs on a faster one. */
export interface Clock {
  /** Milliseconds since 1970, whole. */
  now(): number
  /** How many seconds of this clock pass in one second of the machine's. */
  readonly speed: number
}

export const systemClock: Clock = { now: () => Date.now(), speed: 1 }

/** A clock that shows `startTime` (ms since 1970) now and then runs `speed` times as fast as the machine's. */
export function createScaledClock(startTime: number, speed: number): Clock {
  const startedAt = performance.now()
  return { now: () => Math.floor(startTime + (performance.now() - startedAt) * speed), speed }
}
