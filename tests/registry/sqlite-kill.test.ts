import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../model/clock.ts'
import { silentLogger } from '../../model/logger.ts'
import { createRandom } from '../../model/random.ts'
import { MIGRATIONS } from '../../registry/migrate.ts'
import type { Registry } from '../../registry/registry.ts'
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts'
import { createAuthority } from './contract/harness.ts'

const PROGRAM = fileURLToPath(new URL('./record-until-killed.ts', import.meta.url))
const OPEN_AND_CLOSE = fileURLToPath(new URL('./open-and-close.ts', import.meta.url))

async function createPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kerbside-registry-kill-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'registry.db')
}

function openRegistry(path: string): Promise<Registry> {
  return openSqliteRegistry({ path, clock: systemClock, logger: silentLogger })
}

test('processes killed at random moments keep all that they confirmed, each batch once', {
  timeout: 120_000,
}, async () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const random = createRandom(seed)
  const path = await createPath()
  const first = await openRegistry(path)
  await createAuthority(first, 'alpha')
  await first.close()
  for (let kill = 1; kill <= 5; kill += 1) {
    const child = spawn(process.execPath, [PROGRAM, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const gone = once(child, 'exit')
    let confirmed: [number, string] = [0, '']
    const linesUntilKill = 1 + Math.floor(random() * 40)
    let lines = 0
    for await (const line of createInterface({ input: child.stdout })) {
      const [position = '', device = ''] = line.split(' ')
      confirmed = [Number(position), device]
      lines += 1
      if (lines === linesUntilKill) setTimeout(() => child.kill('SIGKILL'), random() * 10)
    }
    await gone
    const registry = await openRegistry(path)
    const where = `seed ${seed}, kill ${kill}`
    const position = (await registry.findPosition('journal-1')) ?? 0
    expect(position, where).toBeGreaterThanOrEqual(confirmed[0])
    expect(await registry.findDevice('alpha', confirmed[1]), where).toBeDefined()
    const balance = await registry.getBalance('alpha', 0)
    const quarantined = await registry.countQuarantined('alpha')
    const { items } = await registry.listDevices('alpha', { limit: 10_000 })
    const changes = await registry.listDeviceChanges(0, 10_000)
    await registry.close()
    expect(balance, where).toMatchObject({ stored: 3 * position, quarantined: position })
    expect(quarantined, where).toEqual([{ reason: 'not_json', count: position }])
    expect(changes.map(({ deviceId }) => deviceId).toSorted(), where).toEqual(items.map(({ id }) => id))
  }
})

test('of processes that start at once on a new file one migrates it', async () => {
  const path = await createPath()
  const outputs = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, [OPEN_AND_CLOSE, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const gone = once(child, 'close')
      const lines: string[] = []
      for await (const line of createInterface({ input: child.stdout })) lines.push(line)
      const [code] = await gone
      return [code, lines.length]
    }),
  )
  expect(outputs.map(([code]) => code)).toEqual([0, 0, 0, 0])
  expect(outputs.map(([, migrations]) => migrations).toSorted()).toEqual([0, 0, 0, MIGRATIONS.length])
})
