import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../model/clock.ts'
import { openMailer } from '../../outside/open-mailer.ts'
import { parseMailServer } from '../../outside/parse-mail-server.ts'
import { SEALER } from '../api/hook-town.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startHookReceiver } from '../fixtures/start-hook-receiver.ts'
import { startMailbox } from '../fixtures/start-mailbox.ts'
import { createAlert } from '../registry/contract/alerts.ts'

const run = promisify(execFile)
const PAGE = readFileSync(new URL('../../docs/hooks.md', import.meta.url), 'utf8')

function listExamples(language: string): string[] {
  return [...PAGE.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, code]) =>
    name === language ? [code ?? ''] : [],
  )
}

async function serveTown() {
  const mailbox = await startMailbox()
  const mailer = openMailer(parseMailServer(`smtp://127.0.0.1:${mailbox.port}?from=alerts@town.example`))
  // Of now: the receiver of the page takes nothing else.
  const app = await createTestApp({
    clock: systemClock,
    hookReach: { sealer: SEALER, mailer, isPrivateAllowed: true },
  })
  await app.createAuthority({ id: 'town' })
  const KEY = await app.createKey('town', 'admin')
  const TOWN = `${await app.app.listen({ host: '127.0.0.1', port: 0 })}/v1/authorities/town`
  const shell = async (code = '', environment: Record<string, string> = {}) => {
    const env = { PATH: process.env['PATH'], TOWN, KEY, ...environment }
    return JSON.parse((await run('bash', ['-euo', 'pipefail', '-c', code], { env })).stdout)
  }
  return { app, mailbox, shell }
}

/** The page's receiver as a process of its own; it ends with the test. */
async function startReceiver(secret: string) {
  const path = join(await createFolder(), 'receiver.mjs')
  await writeFile(path, listExamples('js')[0] ?? '')
  const child = spawn(process.execPath, [path], {
    env: { SECRET: secret, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    const gone = once(child, 'exit')
    child.kill()
    await gone
  })
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  await eventually(() => lines[0]).toMatch(/^listening on \d+$/)
  return { lines, url: `http://127.0.0.1:${lines[0]?.split(' ').at(-1)}/` }
}

test('the page has the examples that are run here, and no others', () => {
  const languages = [...PAGE.matchAll(/^```(\w+)$/gm)].map(([, name]) => name)
  expect(languages).toEqual(['sh', 'json', 'js', 'sh', 'sh', 'sh'])
})

test('the receiver of the page is told of alerts, and takes nothing from others', async () => {
  const { app, shell } = await serveTown()
  const [create, tryIt, list] = listExamples('sh')
  const hook = await shell(create, { RECEIVER: 'http://127.0.0.1:1/' })
  const { lines, url } = await startReceiver(hook.secret)
  await app.call('PATCH', '/v1/authorities/town/hooks/duty-room', { body: { url } })
  expect(await shell(tryIt)).toMatchObject({ isDelivered: true, statusCode: 204 })
  const raised = ['a', 'b', 'c'].map((device) => createAlert('fire', device))
  await app.registry.recordAlerts('town', { raised, cleared: [] }, systemClock.now())
  await eventually(() => lines.slice(1)).toEqual([
    'hook.test ',
    'alert.raised fire of a',
    'alert.raised fire of b',
    'alert.raised fire of c',
  ])
  await eventually(async () => (await shell(list)).items.length).toBe(3)
  expect((await shell(list)).items[0]).toMatchObject({ status: 'delivered', statusCode: 204 })

  const body = '{"type":"alert.raised","data":{}}'
  const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)) }
  const forged = { ...headers, 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` }
  expect((await fetch(url, { method: 'POST', headers: forged, body })).status).toBe(401)
  expect(lines).toHaveLength(5)
})

test('what is posted has the fields that the page shows', async () => {
  const { app, shell } = await serveTown()
  const receiver = await startHookReceiver()
  await shell(listExamples('sh')[0], { RECEIVER: receiver.url })
  await app.registry.recordAlerts(
    'town',
    { raised: [createAlert('fire', 'bin-12')], cleared: [] },
    systemClock.now(),
  )
  await eventually(() => receiver.messages.length).toBe(1)
  const shown = JSON.parse(listExamples('json')[0] ?? '')
  const { json } = receiver.messages[0] ?? expect.fail()
  expect(Object.keys(json)).toEqual(Object.keys(shown))
  expect(Object.keys(json.data)).toEqual(expect.arrayContaining(Object.keys(shown.data)))
})

test('a person is written to', async () => {
  const { app, mailbox, shell } = await serveTown()
  await shell(listExamples('sh')[3])
  const time = systemClock.now() - 60_000
  await app.registry.recordAlerts('town', { raised: [createAlert('fire', 'bin-12')], cleared: [] }, time)
  await eventually(() => mailbox.mails.length).toBe(1)
  expect(mailbox.mails[0]?.to).toEqual(['ann@town.example'])
  expect(mailbox.mails[0]?.text).toContain('Subject: [town] Raised: fire of bin-12')
})
