import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { silentLogger } from '../../model/logger.ts'
import type { Reading } from '../../model/reading.ts'
import { openInfluxdbReadingStore } from '../../store/influxdb-reading-store.ts'

const START = 1_771_200_000_000

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const MISSING = { status: 404, message: 'no dbrp mapping found' }
const CLOSED = { status: 401, message: 'unauthorized access' }
const UNKNOWN_PATH = { status: 404, message: 'path not found' }

interface Answer {
  readonly status: number
  readonly message: string
}

const reading = (authority: string, time = START): Reading => ({
  authority,
  kind: 'bin',
  device: 'bin-1',
  part: '',
  time,
  receivedTime: time,
  fields: { fillPercent: 1 },
})
const batch = [reading('leeds'), reading('york'), reading('leeds', START + 1), reading('hull')]
const unavailable = { code: 'STORE_UNAVAILABLE' }

test.each([MISSING, CLOSED])(
  'a database that answers $status holds up no other authority',
  async (answer) => {
    const { faults, lines, open } = await startServer()
    faults.set('town-york', answer)
    const store = await open('town-{authority}')
    const refused = await store.write(batch)
    expect(refused).toEqual([{ index: 1, detail: expect.stringContaining(answer.message) }])
    expect(refused[0]?.detail).toContain('town-york')
    expect(lines).toEqual({ 'town-leeds': 2, 'town-hull': 1 })
    expect(await store.write([reading('york', START + 1)])).toHaveLength(1)

    faults.clear()
    expect(await store.write([reading('york')])).toEqual([])
    expect(lines['town-york']).toBe(1)
  },
)

test.each([MISSING, CLOSED])('a common database that answers $status refuses nothing', async (answer) => {
  const { faults, open } = await startServer()
  faults.set('kerbside', answer)
  const store = await open('kerbside')
  await expect(store.write(batch)).rejects.toMatchObject(unavailable)
  faults.clear()
  expect(await store.write(batch)).toEqual([])
})

test.each([
  ['from the first start on', 0],
  ['after it was right for a while', 1],
])('a token that is wrong for every database refuses nothing, %s', async (_, right) => {
  const { faults, open } = await startServer()
  const store = await open('{authority}')
  for (let time = 0; time < right; time++) expect(await store.write(batch)).toEqual([])
  for (const database of ['leeds', 'york', 'hull']) faults.set(database, CLOSED)
  await expect(store.write(batch)).rejects.toMatchObject(unavailable)
  await expect(store.write([reading('york', START + 5)])).rejects.toMatchObject(unavailable)
  faults.clear()
  expect(await store.write(batch)).toEqual([])
})

test('an address that is not InfluxDB refuses nothing', async () => {
  const { faults, open } = await startServer()
  const store = await open('{authority}')
  for (const database of ['leeds', 'york', 'hull']) faults.set(database, UNKNOWN_PATH)
  await expect(store.write(batch)).rejects.toMatchObject(unavailable)
})

test('an authority whose database was never made can be deleted', async () => {
  const { faults, open } = await startServer()
  const store = await open('{authority}')
  faults.set('york', MISSING)
  await store.deleteAuthority('york')
  faults.set('york', CLOSED)
  await expect(store.deleteAuthority('york')).rejects.toMatchObject(unavailable)
})

/** Answers as InfluxDB 2 does, which is not installed anywhere by a package: what it has are counts of lines. */
async function startServer() {
  const faults = new Map<string, Answer>()
  const lines: Record<string, number> = {}
  const server = createServer(async (request, response) => {
    const body = await readBody(request)
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const database = url.searchParams.get('db') ?? ''
    const fault = faults.get(database)
    response.setHeader('x-influxdb-version', 'v2.7.1')
    response.setHeader('content-type', 'application/json')
    if (url.pathname === '/ping') response.writeHead(204).end()
    else if (fault) response.writeHead(fault.status).end(JSON.stringify({ message: fault.message }))
    else if (url.pathname === '/query') response.end('{"results":[{"statement_id":0}]}')
    else {
      if (body !== '') lines[database] = (lines[database] ?? 0) + body.split('\n').length
      response.writeHead(204).end()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    faults,
    lines,
    async open(database: string) {
      const url = `http://${host}?database=${database}`
      const store = await openInfluxdbReadingStore({ url, logger: silentLogger, isCompressed: false })
      cleanups.push(() => store.close())
      return store
    },
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}
