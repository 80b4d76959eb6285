import { parseArgs } from 'node:util'
import { listening, urlOf } from '../wiring/addresses.ts'
import { createApiOf, openChannelOf } from '../wiring/create-api.ts'
import { ensureTownRoads } from '../wiring/ensure-town-roads.ts'
import { ensureInstallationKey, greet } from '../wiring/greet.ts'
import { openDirectories, openRegistry, openStore, refuseDuckdb } from '../wiring/open-stores.ts'
import { serve } from '../wiring/serve.ts'
import { TOWN_SEED } from '../wiring/town-seed.ts'
import { version } from '../wiring/version.ts'

/** HTTP. */
export async function api(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { demo: { type: 'boolean', default: false } } })
  await serve(async (core) => {
    const { config, stack, logger } = core
    refuseDuckdb(config, 'api')
    const registry = await openRegistry(core)
    const newKey = await ensureInstallationKey(core, registry)
    const { directory, mappings } = await openDirectories(registry)
    const store = await openStore(core)
    if (values.demo) await ensureTownRoads(core, TOWN_SEED)
    const app = await createApiOf(core, {
      command: 'api',
      registry,
      directory,
      mappings,
      store,
      checks: [],
      watch() {},
      refreshBalance: undefined,
      channel: await openChannelOf(core),
    })
    await listening({ KERBSIDE_HTTP: config.http }, () => app.listen(config.http))
    stack.defer(() => app.close())
    const http = urlOf('http', config.http, app.server.address())
    logger.info({ http, version }, 'ready')
    greet(core, { http, mqtt: undefined, newKey })
  })
}
