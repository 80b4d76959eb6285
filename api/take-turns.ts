import { setImmediate as breathe } from 'node:timers/promises'

/** Others get their turn after so many, but not before so many steps: little work is done at once. */
const TURN_MS = 4
const TURN_STEPS_MIN = 50

/** One turn of work that takes many steps: its result, in an array, or undefined where there is more to be done than fits. */
export function takeTurn<T>(steps: Iterator<void, T>): readonly [T] | undefined {
  const end = performance.now() + TURN_MS
  for (let count = 0; count < TURN_STEPS_MIN || performance.now() < end; count += 1) {
    const step = steps.next()
    if (step.done) return [step.value]
  }
  return undefined
}

/** The rest of such work, turn by turn of the event loop. */
export async function takeTurns<T>(steps: Iterator<void, T>): Promise<T> {
  for (;;) {
    await breathe()
    const done = takeTurn(steps)
    if (done) return done[0]
  }
}
