import { serve } from '../wiring/serve.ts'
import { clientOf } from './client-of.ts'

/** Has a running Kerbside plan a round, and ends; told to end before, it cancels the round. */
export async function plan(args: string[]): Promise<void> {
  await serve(async (core) => {
    const { runPlanCommand } = await import('./plan-command.ts')
    const { config, clock, logger, signal, stack } = core
    const planning = runPlanCommand(args, {
      ...clientOf(config),
      clock,
      logger,
      signal,
      terminal: process.stderr.isTTY ? process.stderr : undefined,
      print: (text) => process.stdout.write(text),
    })
    stack.defer(() => planning)
    await planning
    core.end()
  })
}
