import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { startKerbside, TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))
const ALPHA = '/v1/authorities/alpha'
const LIST = [
  'id,kind,name,longitude,latitude,capacityLitres',
  'yard,depot,The yard,13.40,52.50,',
  'bin-1,bin,Mill Lane,13.41,52.51,240',
  'c-1,traffic,,13.42,52.52,',
]

test('kerbside import devices registers what a file lists, keeps the passwords, and does nothing twice', {
  timeout: 60_000,
}, async () => {
  const folder = await createFolder()
  const { apiUrl, stop } = await startKerbside(['up'], { KERBSIDE_DATA: folder })
  onTestFinished(() => stop())
  await request(apiUrl, '/v1/authorities', { body: { id: 'alpha', name: 'Alpha', timeZone: 'UTC' } })
  const [list, passwords] = [join(folder, 'town.csv'), join(folder, 'passwords.json')]
  const run = async (...more: string[]) => {
    const args = [MAIN, 'import', 'devices', list, '--authority', 'alpha', ...more]
    const child = spawn(process.execPath, args, {
      env: {
        PATH: process.env['PATH'],
        KERBSIDE_HTTP: new URL(apiUrl).host,
        KERBSIDE_ADMIN_KEY: TEST_ADMIN_KEY,
        KERBSIDE_LOG: 'info',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [out, log, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number]>,
    ])
    return { code, log, result: out === '' ? undefined : JSON.parse(out) }
  }

  await writeFile(list, [...LIST, 'bin-2,bin,,200,52.5,'].join('\n'))
  const refused = await run()
  expect(refused).toMatchObject({
    code: 1,
    log: expect.stringContaining('line 5, longitude: 200 is not allowed'),
  })
  expect((await request<{ items: [] }>(apiUrl, `${ALPHA}/devices`)).items).toEqual([])

  const first = await run('--skip-bad', '--credentials', passwords)
  expect(first, first.log).toMatchObject({
    code: 0,
    log: expect.stringContaining('"percent":100'),
    result: {
      devices: { created: 2, updated: 0, unchanged: 0 },
      depots: { created: 1, updated: 0, unchanged: 0 },
      bad: 1,
      credentials: passwords,
    },
  })
  expect((await stat(passwords)).mode & 0o777).toBe(0o600)
  const kept = JSON.parse(await readFile(passwords, 'utf8'))
  expect(kept).toMatchObject({ 'bin-1': { username: 'alpha/bin-1' }, 'c-1': { username: 'alpha/c-1' } })

  // A name that is set elsewhere stays, as the file says nothing of it.
  await request(apiUrl, `${ALPHA}/devices/c-1`, { method: 'PATCH', body: { name: 'Bridge' } })
  await writeFile(list, LIST.join('\n').replace('240', '1100'))
  expect(await run('--credentials', passwords)).toMatchObject({
    code: 0,
    result: {
      devices: { created: 0, updated: 1, unchanged: 1 },
      depots: { created: 0, updated: 0, unchanged: 1 },
    },
  })
  expect(JSON.parse(await readFile(passwords, 'utf8'))).toEqual(kept)
  const { items } = await request<{ items: object[] }>(apiUrl, `${ALPHA}/devices`)
  expect(items).toMatchObject([
    { id: 'bin-1', name: 'Mill Lane', settings: { capacityLitres: 1100 } },
    { id: 'c-1', name: 'Bridge', kind: 'traffic' },
  ])

  await request(apiUrl, '/v1/authorities', { body: { id: 'beta', name: 'Beta', timeZone: 'UTC' } })
  expect(await run('--authority', 'beta', '--credentials', passwords)).toMatchObject({
    code: 1,
    log: expect.stringContaining('take another file'),
  })
  await writeFile(list, 'id,kind\nc-1,bin\n')
  expect(await run()).toMatchObject({ code: 1, log: expect.stringContaining('c-1 is registered as traffic') })
  expect(await run('--colour', 'red')).toMatchObject({ code: 2 })
})
