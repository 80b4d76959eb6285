import { parseArgs } from 'node:util'
import { DEFAULT_PLACE } from '../device-sim/town/default-place.ts'
import { brokerUrl, listening, urlOf } from '../wiring/addresses.ts'
import { createApiOf } from '../wiring/create-api.ts'
import { ensureTownRoads } from '../wiring/ensure-town-roads.ts'
import { ensureInstallationKey, greet } from '../wiring/greet.ts'
import { openDirectories, openRegistry, openStore } from '../wiring/open-stores.ts'
import { serve } from '../wiring/serve.ts'
import { attachWebSockets, startJournalled } from '../wiring/start-broker.ts'
import { startDemo } from '../wiring/start-demo.ts'
import { startConnections, startFromBroker } from '../wiring/start-ingest.ts'
import { TOWN_SEED } from '../wiring/town-seed.ts'
import { version } from '../wiring/version.ts'

/** All in one process. */
export async function up(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { demo: { type: 'boolean', default: false }, 'history-days': { type: 'string' } },
  })
  await serve(async (core) => {
    const { config, stack, logger } = core
    const registry = await openRegistry(core)
    const { directory, mappings } = await openDirectories(registry)
    const store = await openStore(core)
    // Not before the store is ours: a second one on the same folder must not change the key of the first.
    const newKey = await ensureInstallationKey(core, registry)
    const ports =
      config.source.type === 'journal'
        ? await startJournalled(core, { registry, directory, mappings, store })
        : await startFromBroker(core, { registry, directory, mappings, store }, config.source.url)
    await startConnections(core, { registry, directory, mappings, store })
    if (values.demo) await ensureTownRoads(core, TOWN_SEED)
    const channel = ports.broker?.channel
    const mqtt = ports.broker ? brokerUrl(config, ports.broker) : undefined
    const app = await createApiOf(core, {
      command: 'up',
      registry,
      directory,
      mappings,
      store,
      ...ports,
      channel,
      mqttUrl: mqtt,
    })
    if (ports.broker) attachWebSockets(app.server, ports.broker)
    await listening({ KERBSIDE_HTTP: config.http }, () => app.listen(config.http))
    stack.defer(() => app.close())
    const http = urlOf('http', config.http, app.server.address())
    logger.info({ http, mqtt, version }, 'ready')
    const hasTown = values.demo && mqtt !== undefined
    greet(core, { http, mqtt, newKey, town: hasTown ? DEFAULT_PLACE.name : undefined })
    if (hasTown) await startDemo(core, registry, { http, mqtt, historyDays: values['history-days'] })
  })
}
