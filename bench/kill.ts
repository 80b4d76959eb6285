import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runKills } from '../tests/fixtures/run-kills.ts'
import { startOneProcess } from '../tests/fixtures/start-shapes.ts'

/** The long version of the kill test: 200 times SIGKILL under load, then what was acknowledged against what is there. */
export async function benchKill(args: string[]): Promise<Record<string, number | string>> {
  const { values } = parseArgs({
    args,
    options: { kills: { type: 'string', default: '200' }, seed: { type: 'string' } },
  })
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32))
  const folder = await mkdtemp(join(tmpdir(), 'kerbside-bench-'))
  const shape = await startOneProcess(folder)
  try {
    const report = await runKills({
      ...shape,
      kills: Number(values.kills),
      seed,
      onKill: (kill) => process.stderr.write(`kill ${kill}\n`),
    })
    for (const line of [...report.lost, ...report.doubled, ...report.unbalanced].slice(0, 20)) {
      process.stderr.write(`${line}\n`)
    }
    return {
      kills: report.kills,
      seed,
      acknowledged: report.acknowledged,
      lost: report.lost.length,
      doubled: report.doubled.length,
      unbalanced: report.unbalanced.length,
      samples: report.samples,
    }
  } finally {
    await shape.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
