import { parseArgs } from 'node:util'
import { KerbsideError } from '../model/error.ts'
import { registryCheck, storeCheck } from '../wiring/health-checks.ts'
import { openDirectories, openRegistry, openStore, refuseDuckdb } from '../wiring/open-stores.ts'
import { serve } from '../wiring/serve.ts'
import { serveStatus } from '../wiring/serve-status.ts'
import { startConnections, startFromBroker } from '../wiring/start-ingest.ts'
import { version } from '../wiring/version.ts'

/** From a broker to the store. */
export async function ingest(args: string[]): Promise<void> {
  parseArgs({ args })
  await serve(async (core) => {
    const { config, logger } = core
    if (config.source.type !== 'mqtt') {
      throw new KerbsideError(
        'INVALID_CONFIG',
        'KERBSIDE_SOURCE: the address of a broker is needed, mqtt://HOST:PORT',
      )
    }
    refuseDuckdb(config, 'ingest')
    const registry = await openRegistry(core)
    const { directory, mappings } = await openDirectories(registry)
    const store = await openStore(core)
    const { checks, watch } = await startFromBroker(
      core,
      { registry, directory, mappings, store },
      config.source.url,
    )
    await startConnections(core, { registry, directory, mappings, store })
    const http = await serveStatus(core, {
      checks: [...checks, storeCheck(store), registryCheck(registry)],
      watch,
      observed: { command: 'ingest', registry, store },
    })
    logger.info({ http, version }, 'ready')
  })
}
