import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createTransitTown } from '../api/transit-town.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { readEvents } from '../fixtures/read-events.ts'
import { trackTrip } from '../transit/feed/live-town.ts'

const run = promisify(execFile)
const PAGE = readFileSync(new URL('../../docs/app-developers.md', import.meta.url), 'utf8')
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))
const PLACE = 'https://kerbside.example/v1/authorities/town'
const ALPHA = '/v1/authorities/alpha'
const TRIP = 'R1-weekday-12-0'

/** The page's examples in a language, in their order. */
function listExamples(language: string): string[] {
  return [...PAGE.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, code]) =>
    name === language ? [code ?? ''] : [],
  )
}

/** The town as an app reaches it, with a bus that is a minute late; the examples run in a folder of their own. */
async function serveTown() {
  const { own, timetable, know } = await createTransitTown()
  const published = ['departures', 'gtfs', 'gtfs-rt']
  await own.call('PATCH', ALPHA, { body: { published, attribution: 'Data: Town Hall' } })
  const track = (delaySeconds: number) => know([trackTrip(timetable, { tripId: TRIP, delaySeconds })])
  track(60)
  const url = await own.app.listen({ host: '127.0.0.1', port: 0 })
  const place = `${url}${ALPHA}`
  const folder = await createFolder()
  const shell = async (code: string, environment: Record<string, string> = {}) => {
    const env = { PATH: process.env['PATH'], TOWN: place, ...environment }
    return (await run('bash', ['-euo', 'pipefail', '-c', code], { cwd: folder, env })).stdout
  }
  return { own, place, folder, shell, track }
}

test('the page has the examples that are run here, and no others', () => {
  const languages = [...PAGE.matchAll(/^```(\w+)$/gm)].map(([, name]) => name)
  expect(languages).toEqual(['sh', 'sh', 'sh', 'html', 'js', 'sh', 'sh', 'sh'])
})

test('curl reads departures, hears 304 of what is not new, and a packed feed', async () => {
  const { shell, folder } = await serveTown()
  const [board = '', conditional = '', packed = ''] = listExamples('sh')
  const { items } = JSON.parse(await shell(board))
  expect(items).toHaveLength(3)
  expect(items).toContainEqual(expect.objectContaining({ tripId: TRIP, state: 'live' }))
  expect(await shell(conditional)).toBe('304\n')
  const bytes = Number(/^(\d+) bytes\n$/.exec(await shell(packed))?.[1])
  const plain = await readFile(join(folder, 'updates.json'), 'utf8')
  expect(JSON.parse(plain).entity).toHaveLength(1)
  expect(bytes).toBeLessThan(plain.length / 2)
})

test('the web page shows the board, and again when it has changed', async () => {
  const { place, track } = await serveTown()
  const [html = ''] = listExamples('html')
  expect(html.trim().split('\n').length).toBeLessThanOrEqual(35)
  const script = /<script>\n([\s\S]*)<\/script>/.exec(html)?.[1] ?? ''
  const page = createPage()
  new Function('document', 'EventSource', script.replace(PLACE, place))(page.document, page.EventSource)
  const first = await page.nextBoard()
  expect(first).toHaveLength(8)
  const late = first.find((line) => line.includes(' 1 East Quay ')) ?? ''
  expect(late).toMatch(/^\S+.* 1 East Quay $/)
  expect(first.some((line) => line.includes('(by the timetable)'))).toBe(true)
  expect(page.textOf('about')).toBe('Data: Town Hall')
  const next = page.nextBoard()
  track(180)
  expect(await next).not.toEqual(first)
})

test('Node reads the feed with the bindings', async () => {
  const { folder, shell } = await serveTown()
  const [code = ''] = listExamples('js')
  await symlink(MODULES, join(folder, 'node_modules'))
  await writeFile(join(folder, 'read-feed.mjs'), code)
  const lines = (await shell(`"${process.execPath}" read-feed.mjs`)).trim().split('\n')
  expect(lines[0]).toBe('of the timetable town-1')
  expect(lines).toContain(`${TRIP} stop-6 2026-02-16T12:06:16.000Z`)
})

test('a key is asked for, collected and used', async () => {
  const { own, shell } = await serveTown()
  const [, , , ask = '', collect = '', use = ''] = listExamples('sh')
  const { id, token } = JSON.parse(await shell(ask))
  await own.call('POST', `${ALPHA}/key-requests/${id}/approve`, { body: { requestsPerMinute: 90 } })
  const { key } = JSON.parse(await shell(collect, { ID: id, TOKEN: token }))
  const head = await shell(use, { KEY: key })
  expect(head).toMatch(/^HTTP\/1.1 200 /)
  expect(head).toMatch(/^x-ratelimit-limit: 90\r$/im)
  expect(head).toMatch(/^x-ratelimit-remaining: 89\r$/im)
})

/** As much of a browser as the page asks for. */
function createPage() {
  const texts = new Map<string, string>()
  const boards: string[][] = []
  let onBoard: () => void = () => undefined
  const document = {
    createElement: () => ({ textContent: '' }),
    getElementById: (id: string) => ({
      set textContent(text: string) {
        texts.set(id, text)
        // The page sets it last.
        onBoard()
      },
      replaceChildren(...lines: { textContent: string }[]) {
        boards.push(lines.map(({ textContent }) => textContent))
      },
    }),
  }
  class EventSource {
    readonly #target = new EventTarget()
    constructor(url: string) {
      const stop = new AbortController()
      onTestFinished(() => stop.abort())
      this.#listen(url, stop.signal).catch(() => undefined)
    }
    addEventListener(name: string, listener: (event: { data: string }) => void): void {
      this.#target.addEventListener(name, (event) => listener((event as CustomEvent).detail))
    }
    async #listen(url: string, signal: AbortSignal): Promise<void> {
      const { body } = await fetch(url, { signal })
      if (!body) return
      for await (const { event, data } of readEvents(body)) {
        this.#target.dispatchEvent(new CustomEvent(event, { detail: { data: JSON.stringify(data) } }))
      }
    }
  }
  return {
    document,
    EventSource,
    textOf: (id: string) => texts.get(id),
    nextBoard(): Promise<string[]> {
      const { length } = boards
      return new Promise((resolve) => {
        const look = () => {
          const next = boards[length]
          if (next) resolve(next)
        }
        onBoard = look
        look()
      })
    },
  }
}
