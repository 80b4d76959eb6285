import { parseArgs } from 'node:util'
import { openRegistry } from '../wiring/open-stores.ts'
import { serve } from '../wiring/serve.ts'

/** Replaces the installation's key, where it was lost. */
export async function key(args: string[]): Promise<void> {
  parseArgs({ args })
  await serve(async (core) => {
    const registry = await openRegistry(core)
    process.stdout.write(`${await registry.setInstallationKey(core.config.adminKey)}\n`)
    core.end()
  })
}
