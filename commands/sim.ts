import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { serve } from '../wiring/serve.ts'
import { TOWN_SEED } from '../wiring/town-seed.ts'
import { version } from '../wiring/version.ts'
import { clientOf } from './client-of.ts'
import { showProgress } from './show-progress.ts'
import { wholeNumber } from './whole-number.ts'

/** A simulated town that publishes to a running Kerbside, whose addresses are KERBSIDE_HTTP and KERBSIDE_MQTT. */
export async function sim(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: String(TOWN_SEED) },
      authority: { type: 'string', default: 'demo' },
      troubles: { type: 'boolean', default: false },
      'history-days': { type: 'string', default: '28' },
    },
  })
  await serve(async (core) => {
    const { runSim } = await import('../device-sim/run-sim.ts')
    const { config, clock, logger } = core
    logger.info({ version }, 'ready')
    await runSim({
      ...clientOf(config),
      clock,
      logger,
      seed: wholeNumber('--seed', values.seed),
      authority: values.authority,
      hasTroubles: values.troubles,
      historyDays: wholeNumber('--history-days', values['history-days']),
      credentialsPath: join(config.dataFolder, `sim-${values.authority}.json`),
      signal: core.signal,
      onProgress: showProgress(logger),
    })
  })
}
