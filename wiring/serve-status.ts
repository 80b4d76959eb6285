import type { Server } from 'node:http'
import { createMetrics } from '../api/metrics.ts'
import type { Registry } from '../registry/registry.ts'
import type { TimedReadingStore } from '../store/time-writes.ts'
import { listening, urlOf } from './addresses.ts'
import { observeProcessOf } from './observe-process.ts'
import type { PartOfProcess } from './part-of-process.ts'
import type { Core } from './serve.ts'
import { version } from './version.ts'

/** Health and metrics alone, for processes that serve nothing else. Resolves with its address. */
export async function serveStatus(
  core: Core,
  {
    checks,
    watch,
    onServer,
    observed,
  }: PartOfProcess & {
    onServer?: (server: Server) => void
    /** Where the process says how it does; undefined where it has no store to say it to. */
    observed: { command: string; registry: Registry; store: TimedReadingStore } | undefined
  },
): Promise<string> {
  const { config, logger, stack } = core
  const { createStatusApp } = await import('../api/status-app.ts')
  const metrics = createMetrics()
  watch(metrics)
  if (observed) await observeProcessOf(core, { ...observed, metrics })
  const app = await createStatusApp({
    version,
    metrics,
    logger,
    health: () => Promise.all(checks.map((check) => check())),
  })
  onServer?.(app.server)
  await listening({ KERBSIDE_HTTP: config.http }, () => app.listen(config.http))
  stack.defer(() => app.close())
  return urlOf('http', config.http, app.server.address())
}
