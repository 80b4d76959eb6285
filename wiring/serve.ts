import { type Logger, pino } from 'pino'
import { type Config, readConfig } from '../config.ts'
import type { Clock } from '../model/clock.ts'

/** What every process begins with; `stack` closes what was opened, in reverse order. */
export interface Core {
  readonly config: Config
  readonly clock: Clock
  readonly logger: Logger
  readonly stack: AsyncDisposableStack
  /** Aborted when the process is told to end. */
  readonly signal: AbortSignal
  /** The work is done. */
  end(): void
  /** A part has failed for good: the process ends with this error, to be started again. */
  fail(error: unknown): void
}

/** Runs until it is told to end by a signal, by `core.end`, or by a failure; then closes all, the last opened first. */
export async function serve(run: (core: Core) => Promise<void>): Promise<void> {
  const config = readConfig(process.env)
  const isTerminal = process.stderr.isTTY && !process.env['KERBSIDE_LOG']
  const logger = pino(
    { level: isTerminal ? 'warn' : config.logLevel, timestamp: pino.stdTimeFunctions.isoTime, base: null },
    pino.destination({ fd: 2, sync: true }),
  )
  const ended = Promise.withResolvers<void>()
  const stopping = new AbortController()
  const stack = new AsyncDisposableStack()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      logger.info({ signal }, 'ending')
      stopping.abort()
      ended.resolve()
    })
  }
  try {
    const core: Core = {
      config,
      clock: config.createClock(),
      logger,
      stack,
      signal: stopping.signal,
      end: ended.resolve,
      fail: ended.reject,
    }
    await Promise.race([run(core).then(() => ended.promise), ended.promise])
  } finally {
    await stack.disposeAsync()
  }
}
