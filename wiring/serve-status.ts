import type { Server } from 'node:http'
import { createMetrics } from '../api/metrics.ts'
import { listening, urlOf } from './addresses.ts'
import type { PartOfProcess } from './part-of-process.ts'
import type { Core } from './serve.ts'
import { version } from './version.ts'

/** Health and metrics alone, for processes that serve nothing else. Resolves with its address. */
export async function serveStatus(
  { config, logger, stack }: Core,
  { checks, watch, onServer }: PartOfProcess & { onServer?: (server: Server) => void },
): Promise<string> {
  const { createStatusApp } = await import('../api/status-app.ts')
  const metrics = createMetrics()
  watch(metrics)
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
