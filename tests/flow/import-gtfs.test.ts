import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { request } from '../fixtures/api-client.ts'
import { buildGtfs } from '../fixtures/build-gtfs.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { findTestData } from '../fixtures/find-test-data.ts'
import { startKerbside, TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))
const ALPHA = '/v1/authorities/alpha'

/** A Kerbside with the authority alpha, and the import of a file into it. */
async function createAlpha() {
  const folder = await createFolder()
  const kerbside = await startKerbside(['up'], { KERBSIDE_DATA: join(folder, 'data') })
  onTestFinished(() => kerbside.stop())
  const { apiUrl } = kerbside
  await request(apiUrl, '/v1/authorities', {
    body: { id: 'alpha', timeZone: 'Europe/London', published: ['departures'] },
  })
  const runImport = async (zip: string, authority = 'alpha') => {
    const child = spawn(process.execPath, [MAIN, 'import', 'gtfs', zip, '--authority', authority], {
      env: {
        PATH: process.env['PATH'],
        KERBSIDE_HTTP: new URL(apiUrl).host,
        KERBSIDE_ADMIN_KEY: TEST_ADMIN_KEY,
        KERBSIDE_DATA: join(folder, 'client'),
      },
    })
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ])
    return { code, result: out === '' ? undefined : JSON.parse(out), err }
  }
  const write = async (name: string, changes: Parameters<typeof buildGtfs>[0] = {}) => {
    const path = join(folder, name)
    await writeFile(path, buildGtfs(changes))
    return path
  }
  return { apiUrl, runImport, write }
}

test('a feed is imported with its warnings told, and a bad one is refused with a list', async () => {
  const { apiUrl, runImport, write } = await createAlpha()
  const good = await runImport(await write('good.zip', { 'feed_info.txt': null }))
  expect(good.err).toContain('  feed_info.txt: feed_info.txt is missing; with it apps know')
  expect(good).toMatchObject({
    code: 0,
    result: { authority: 'alpha', stops: 12, trips: 168, warningCount: 1 },
  })
  const breakStop = (content: string) => content.replace('51.5,', '151.5,')
  const bad = await runImport(await write('bad.zip', { 'stops.txt': breakStop }))
  expect(bad.code).toBe(1)
  expect(bad.err).toContain('The feed has 1 error. The timetable in use stays:')
  expect(bad.err).toContain(
    '  stops.txt, row 2, stop_lat: stop_lat is "151.5"; a number of -90 to 90 is allowed',
  )
  const versions = await request<{ current: { id: string } }>(apiUrl, `${ALPHA}/gtfs`)
  expect(versions.current.id).toBe(good.result.id)
  const elsewhere = await runImport(await write('good.zip'), 'nowhere')
  expect([elsewhere.code, elsewhere.err]).toEqual([1, expect.stringContaining('no authority')])
  const none = await runImport('/nowhere.zip')
  expect([none.code, none.err]).toEqual([1, expect.stringContaining('/nowhere.zip cannot be read')])
})

const washington = findTestData('transit/wmata-3routes-2026')

test.skipIf(!washington)("while Washington's is read, the server goes on answering", async () => {
  const { apiUrl, runImport } = await createAlpha()
  let longestMs = 0
  let isDone = false
  const importing = runImport(join(washington ?? '', 'gtfs.zip')).finally(() => {
    isDone = true
  })
  while (!isDone) {
    const startedAt = performance.now()
    await request(apiUrl, '/health/live')
    longestMs = Math.max(longestMs, performance.now() - startedAt)
  }
  const { result } = await importing
  expect(result).toMatchObject({ trips: 4_167, stopTimes: 232_187, warningCount: 1 })
  process.stderr.write(`While the feed was imported an answer took ${Math.round(longestMs)} ms at most.\n`)
  expect(longestMs).toBeLessThan(1_000)
})
