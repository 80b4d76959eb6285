import type { Logger } from 'pino'
import type { ProgressListener } from '../device-sim/progress.ts'

/** A bar that is written over on a terminal, otherwise at most a line a second in the log. */
export function showProgress(logger: Logger): ProgressListener {
  let shownAt = 0
  return ({ phase, done, total }) => {
    const percent = Math.floor((done / Math.max(total, 1)) * 100)
    const isLast = done >= total
    if (process.stderr.isTTY) {
      const bar = '█'.repeat(Math.floor(percent / 4)).padEnd(25, '░')
      process.stderr.write(`\r${phase} ${bar} ${percent} %${isLast ? '\n' : ''}`)
    } else if (isLast || performance.now() - shownAt > 1_000) {
      shownAt = performance.now()
      logger.info({ done, total, percent }, phase)
    }
  }
}
