import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { makeLorry } from '../rounds/round-town.ts'

const run = promisify(execFile)
const PAGE = readFileSync(new URL('../../docs/share-with-a-neighbour.md', import.meta.url), 'utf8')

test('the page’s commands grant, read, plan, look and withdraw, in their order', async () => {
  const app = await createTestApp()
  for (const id of ['alpha', 'beta']) await app.createAuthority({ id })
  await app.call('POST', '/v1/authorities/alpha/devices', {
    body: ['bin-1', 'bin-2', 'bin-3'].map((id) => ({ id, kind: 'bin', longitude: 13.41, latitude: 52.5 })),
  })
  const time = app.clock.now() - 3_600_000
  const reading = { authority: 'alpha', kind: 'bin' as const, part: '', time, receivedTime: time }
  await app.store.write([{ ...reading, device: 'bin-1', fields: { fillPercent: 100 } }])
  const yard = { id: 'yard', name: 'Yard', longitude: 13.4, latitude: 52.5 }
  await app.registry.createSite('beta', 'depots', yard, 'test')
  await app.registry.createSite('beta', 'lorries', makeLorry('lorry-1'), 'test')
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    INSTALLATION: await app.app.listen({ host: '127.0.0.1', port: 0 }),
    ALPHA_KEY: await app.createKey('alpha', 'admin'),
    BETA_KEY: await app.createKey('beta', 'admin'),
    TOMORROW: new Date(app.clock.now() + 86_400_000).toISOString().slice(0, 10),
  }
  const commands = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code]) => code ?? '')
  const next = async () => {
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', commands.shift() ?? 'exit 1'], { env })
    return stdout === '' ? undefined : JSON.parse(stdout)
  }

  const share = await next()
  env['SHARE'] = share.id
  expect((await next()).items).toEqual([share])
  expect((await next()).features.map(({ id }: { id: string }) => id)).toEqual(['bin-1', 'bin-2'])
  expect((await next()).items).toMatchObject([{ fillPercent: { mean: 100 } }])
  const round = await next()
  await app.call('GET', `/v1/authorities/beta/rounds/${round.id}/events`)
  const { lorries } = (await app.call('GET', `/v1/authorities/beta/rounds/${round.id}`)).body
  expect(JSON.stringify(lorries)).toContain('"alpha/bin-1"')
  const uses = (await next()).items.map(({ use, actor }: { use: string; actor: string }) => `${use} ${actor}`)
  expect(new Set(uses)).toEqual(new Set(['features beta', 'readings beta', 'plan beta']))
  expect((await next()).until).toBe('2098-12-31T23:59:59.000Z')
  expect(await next()).toBeUndefined()
  const gone = await app.call('GET', `/v1/authorities/beta/shares/${share.id}/features`)
  expect(gone.status).toBe(404)
  expect(commands).toEqual([])
})
