import { parseArgs } from 'node:util'
import { KerbsideError } from '../model/error.ts'
import { serve } from '../wiring/serve.ts'
import { clientOf } from './client-of.ts'
import { showProgress } from './show-progress.ts'

/** Publishes a recording as if it were live, and ends. */
export async function replay(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { speed: { type: 'string', default: '1' }, authority: { type: 'string' } },
  })
  const [path, ...more] = positionals
  if (path === undefined || more.length > 0) {
    throw new KerbsideError('INVALID_REQUEST', 'replay: one PATH is expected, of a folder with a recording')
  }
  const speed = Number(values.speed)
  if (!(speed >= 0))
    throw new KerbsideError('INVALID_REQUEST', `--speed: ${values.speed} is no number from 0`)
  await serve(async (core) => {
    const { replayRecording } = await import('../device-sim/replay.ts')
    const { config, clock, logger } = core
    const result = await replayRecording({
      ...clientOf(config),
      path,
      speed,
      clock,
      logger,
      ...(values.authority === undefined ? {} : { authority: values.authority }),
      signal: core.signal,
      onProgress: showProgress(logger),
    })
    process.stdout.write(`${JSON.stringify(result)}\n`)
    core.end()
  })
}
