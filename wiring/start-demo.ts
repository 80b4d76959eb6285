import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config } from '../config.ts'
import { DEFAULT_PLACE } from '../device-sim/town/default-place.ts'
import { PUBLISHABLE } from '../model/authority.ts'
import { KerbsideError } from '../model/error.ts'
import { formatTime } from '../model/time.ts'
import type { Registry } from '../registry/registry.ts'
import type { Core } from './serve.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const DEMO_AUTHORITY = 'demo'

/**
 * The simulated town beside `kerbside up --demo`, in a process of its own, since a town's devices are no part of the
 * server. It gets a key of the demonstration's authority alone, kept beside the data for the next start. `historyDays`, as
 * `kerbside sim` takes them, are what it sends of the time before.
 */
export async function startDemo(
  { config, clock, logger, stack }: Core,
  registry: Registry,
  { http, mqtt, historyDays }: { http: string; mqtt: string; historyDays: string | undefined },
): Promise<void> {
  const adminKey = await findDemoKey(config, registry)
  const history = historyDays === undefined ? [] : ['--history-days', historyDays]
  const child = spawn(
    process.execPath,
    [MAIN, 'sim', '--authority', DEMO_AUTHORITY, '--troubles', ...history],
    {
      env: {
        ...process.env,
        KERBSIDE_ADMIN_KEY: adminKey,
        KERBSIDE_HTTP: new URL(http).host,
        KERBSIDE_MQTT: new URL(mqtt).host,
        ...(clock.speed === 1 ? {} : { KERBSIDE_CLOCK: `${formatTime(clock.now())}*${clock.speed}` }),
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  const gone = once(child, 'exit')
  gone.then(([code]) => {
    if (code) logger.error({ code }, 'the simulated town has ended')
  })
  stack.defer(async () => {
    child.kill()
    await gone
  })
}

async function findDemoKey(config: Config, registry: Registry): Promise<string> {
  const path = join(config.dataFolder, 'demo-key')
  const kept = existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
  if (kept !== undefined && (await registry.findKey(kept))?.authority === DEMO_AUTHORITY) return kept
  const { name, timeZone } = DEFAULT_PLACE
  try {
    await registry.createAuthority(
      { id: DEMO_AUTHORITY, name, timeZone, published: [...PUBLISHABLE] },
      'installation',
    )
  } catch (error) {
    if (!(error instanceof KerbsideError) || error.code !== 'ALREADY_EXISTS') throw error
  }
  const key = { name: 'The simulated town', scopes: ['admin' as const] }
  const { secret } = await registry.createKey(DEMO_AUTHORITY, key, 'installation')
  writeFileSync(path, `${secret}\n`, { mode: 0o600 })
  return secret
}
