import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createReading } from '../fixtures/create-reading.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'

const run = promisify(execFile)
const PAGE = readFileSync(new URL('../../docs/publish-a-dataset.md', import.meta.url), 'utf8')
const EXAMPLES = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)

/** DuckDB's own command is on few machines; that its files are read is tested elsewhere. */
const NOT_RUN = /^duckdb /

test('what the page has one type works from top to bottom', async () => {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  const KEY = await app.createKey('alpha', 'admin')
  const INSTALLATION = await app.app.listen({ host: '127.0.0.1', port: 0 })
  const ALPHA = '/v1/authorities/alpha'
  await app.call('POST', `${ALPHA}/devices`, {
    body: [
      { id: 'bin-1', kind: 'bin', longitude: 9.5, latitude: 53.8 },
      { id: 'bin-2', kind: 'bin', uprn: '1', longitude: 9.5, latitude: 53.8 },
    ],
  })
  await app.store.write([createReading({ time: '2026-02-15T11:00:00Z' })])
  const answers: unknown[] = []
  const env = { PATH: process.env['PATH'], INSTALLATION, KEY, A: `${INSTALLATION}${ALPHA}` }
  for (const code of EXAMPLES.filter((example) => !NOT_RUN.test(example))) {
    // Each line that begins a command answers by itself.
    for (const command of code.split(/\n(?=curl )/)) {
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', command], { env })
      if (stdout !== '') answers.push(JSON.parse(stdout))
    }
  }
  const [published, map, collections, inBox, recent, files, back] = answers
  expect(published).toMatchObject({ published: ['bins', 'counters', 'gtfs'] })
  expect(map).toMatchObject({ attribution: 'Town of Alpha', features: [{ id: 'bin-1' }] })
  expect(collections).toMatchObject({ collections: [{ id: 'bins', title: 'Litter bins of Alpha' }, {}, {}] })
  expect(inBox).toMatchObject({ numberMatched: 1 })
  expect(recent).toMatchObject({ numberMatched: 1 })
  expect(files).toMatchObject({ items: [{ dataset: 'bins', date: '2026-02-15' }] })
  expect(back).toMatchObject({ published: [] })
  expect((await app.call('GET', `${ALPHA}/bins`, { key: null })).status).toBe(401)
})
