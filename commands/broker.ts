import { parseArgs } from 'node:util'
import { openDeviceDirectory } from '../registry/device-directory.ts'
import { brokerUrl } from '../wiring/addresses.ts'
import { ensureInstallationKey } from '../wiring/greet.ts'
import { journalCheck, registryCheck } from '../wiring/health-checks.ts'
import { openRegistry, openStore } from '../wiring/open-stores.ts'
import { serve } from '../wiring/serve.ts'
import { serveStatus } from '../wiring/serve-status.ts'
import { attachWebSockets, openJournalOf, startBrokerOf, watchBroker } from '../wiring/start-broker.ts'
import { version } from '../wiring/version.ts'

/** MQTT and the journal, which the ingest service empties. */
export async function broker(args: string[]): Promise<void> {
  parseArgs({ args })
  await serve(async (core) => {
    const { config, logger } = core
    const registry = await openRegistry(core)
    await ensureInstallationKey(core, registry)
    const directory = await openDeviceDirectory(registry)
    const journal = await openJournalOf(core, registry)
    const running = await startBrokerOf(core, { registry, directory, journal, hasRelay: true })
    // A DuckDB file is another process's: then nobody is told how this one does.
    const store = config.store.type === 'duckdb' ? undefined : await openStore(core)
    const http = await serveStatus(core, {
      checks: [journalCheck(journal), registryCheck(registry)],
      watch: (metrics) => watchBroker(metrics, running, journal),
      onServer: (server) => attachWebSockets(server, running),
      observed: store && { command: 'broker', registry, store },
    })
    logger.info({ http, mqtt: brokerUrl(config, running), version }, 'ready')
  })
}
