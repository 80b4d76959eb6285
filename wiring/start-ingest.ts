import type { Metrics } from '../api/metrics.ts'
import { INGEST_LIMITS, type Ingest } from '../ingest/start-ingest.ts'
import type { MessageSource } from '../model/message-source.ts'
import type { Stores } from './open-stores.ts'
import type { PartOfProcess } from './part-of-process.ts'
import type { Core } from './serve.ts'

/** An ingest that reads from a broker over MQTT. */
export async function startFromBroker(
  core: Core,
  stores: Stores,
  url: string,
): Promise<PartOfProcess & { broker: undefined; refreshBalance: undefined }> {
  const { openMqttSource } = await import('../ingest/mqtt-source.ts')
  const source = await openMqttSource({
    url,
    registry: stores.registry,
    clock: core.clock,
    logger: core.logger,
  })
  core.stack.defer(() => source.close())
  const running = await startIngestOf(core, stores, source)
  return { ...running, broker: undefined, refreshBalance: undefined }
}

/** What the connections that authorities have set up bring, through an ingest of its own. */
export async function startConnections(core: Core, stores: Stores): Promise<void> {
  const { openConnectionSource } = await import('../ingest/connections/connection-source.ts')
  const { createQuarantineReplay } = await import('../ingest/replay-quarantined.ts')
  const { createCredentialSealer } = await import('../registry/seal-credentials.ts')
  const { config, clock, logger, stack } = core
  const { secretKey, isPrivateAllowed } = config
  const sealer = secretKey === undefined ? undefined : createCredentialSealer(secretKey)
  const { registry, directory } = stores
  const replay = createQuarantineReplay({ ...stores, oldestDays: config.oldestDays })
  const source = openConnectionSource({
    registry,
    directory,
    sealer,
    replay,
    isPrivateAllowed,
    clock,
    logger,
  })
  stack.defer(() => source.close())
  await startIngestOf(core, stores, source)
}

export async function startIngestOf(
  core: Core,
  stores: Stores,
  source: MessageSource,
): Promise<PartOfProcess> {
  const { startIngest } = await import('../ingest/start-ingest.ts')
  const { config, clock, logger, stack } = core
  const running = startIngest({
    ...stores,
    source,
    clock,
    logger,
    oldestDays: config.oldestDays,
    limits: { ...INGEST_LIMITS, quarantine: config.limits.quarantine },
  })
  running.ended.catch(core.fail)
  stack.defer(() => running.close())
  return {
    checks: [
      async () => {
        const { away } = running.stats()
        return {
          name: 'ingest',
          isReady: away.length === 0,
          detail: away.length === 0 ? null : `waits for ${away}`,
        }
      },
    ],
    watch: (metrics) => watchIngest(metrics, running),
  }
}

function watchIngest(metrics: Metrics, ingest: Ingest): void {
  const counters = {
    messages: 'Messages done with',
    stored: 'Readings stored',
    quarantined: 'Readings quarantined',
    batches: 'Batches written',
  } as const
  for (const [name, help] of Object.entries(counters)) {
    metrics.watch({
      name: `kerbside_ingest_${name}_total`,
      help: `${help} since the start`,
      type: 'counter',
      read: () => ingest.stats()[name as keyof typeof counters],
    })
  }
}
