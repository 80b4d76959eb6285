import type { Clock } from '../model/clock.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { NewQuarantined } from '../model/rejection.ts'
import type { Registry } from '../registry/registry.ts'

/** What the quarantine keeps, per authority; the oldest go first, and stay counted. */
export interface QuarantineLimits {
  readonly days: number
  readonly readings: number
  /** Of payload. */
  readonly bytes: number
}

export const QUARANTINE_LIMITS: QuarantineLimits = { days: 90, readings: 100_000, bytes: 256 * 1024 * 1024 }

export interface QuarantineTrimmer {
  /** To be told, and waited for, after each batch: where much was quarantined it trims at once. */
  note(quarantined: readonly NewQuarantined[]): Promise<void>
  close(): Promise<void>
}

const EVERY_MS = 60_000
const DAY_MS = 86_400_000

/**
 * Keeps the quarantine, and what else the registry keeps for a while, within its limits: once a minute, and each time
 * that a twentieth of a limit was added, so that a flood of nonsense passes it by no more than that and one batch.
 */
export function startQuarantineTrimmer({
  registry,
  clock,
  logger,
  limits = QUARANTINE_LIMITS,
}: {
  registry: Registry
  clock: Clock
  logger: Logger
  limits?: QuarantineLimits | undefined
}): QuarantineTrimmer {
  let readings = 0
  let bytes = 0
  let running: Promise<void> | undefined
  const timer = setInterval(() => void trim(), EVERY_MS)
  timer.unref()

  return {
    async note(quarantined) {
      readings += quarantined.length
      for (const { payload } of quarantined) bytes += payload.byteLength
      if (readings > limits.readings / 20 || bytes > limits.bytes / 20) await trim()
    },
    async close() {
      clearInterval(timer)
      await running
    },
  }

  function trim(): Promise<void> {
    readings = 0
    bytes = 0
    const now = clock.now()
    running ??= registry
      .trim({
        now,
        quarantinedBefore: now - limits.days * DAY_MS,
        quarantinedMax: limits.readings,
        quarantinedBytesMax: limits.bytes,
      })
      // The next one makes up for it; a registry that is away is told of by whoever waits for it.
      .catch((error: unknown) => logger.debug({ error: messageOf(error) }, 'the quarantine was not trimmed'))
      .finally(() => {
        running = undefined
      })
    return running
  }
}
