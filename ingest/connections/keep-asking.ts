import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../model/error.ts'
import type { ConnectionRun } from './connection-runner.ts'

/** After failures it is asked more and more rarely, and after this long at the latest. */
const LONGEST_DELAY_MS = 600_000
const PROBLEM_LENGTH_MAX = 500

/** Asks the other side again and again, until the run is aborted. `onProblem` is told why it failed. Never rejects. */
export async function keepAsking(
  {
    connection,
    random,
    signal,
  }: Pick<ConnectionRun, 'random' | 'signal'> & {
    readonly connection: { readonly intervalSeconds: number }
  },
  ask: () => Promise<void>,
  onProblem: (problem: string) => Promise<void>,
): Promise<void> {
  const intervalMs = connection.intervalSeconds * 1000
  let failures = 0
  while (!signal.aborted) {
    try {
      await ask()
      failures = 0
    } catch (error) {
      if (signal.aborted) return
      failures += 1
      await onProblem(messageOf(error).slice(0, PROBLEM_LENGTH_MAX))
    }
    const delay = Math.min(intervalMs * 2 ** Math.min(failures, 10), Math.max(LONGEST_DELAY_MS, intervalMs))
    // With jitter after failures, so that several processes do not come back all at once.
    await sleep(failures === 0 ? delay : delay * (0.75 + random() / 2), undefined, { signal }).catch(
      () => undefined,
    )
  }
}
