const SECONDS_BETWEEN = 0.25

/** Calls a function a few times a second at most, and once more at the end where something was held back. */
export interface Throttle {
  now(): void
  soon(): void
  last(): void
}

export function createThrottle(elapsedSeconds: () => number, call: () => void): Throttle {
  let calledAt = Number.NEGATIVE_INFINITY
  let isHeldBack = false
  const now = (): void => {
    calledAt = elapsedSeconds()
    isHeldBack = false
    call()
  }
  return {
    now,
    soon() {
      isHeldBack = true
      if (elapsedSeconds() >= calledAt + SECONDS_BETWEEN) now()
    },
    last() {
      if (isHeldBack) now()
    },
  }
}
