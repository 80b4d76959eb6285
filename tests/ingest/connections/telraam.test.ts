import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openConnectionSource } from '../../../ingest/connections/connection-source.ts'
import { createQuarantineReplay } from '../../../ingest/replay-quarantined.ts'
import { silentLogger } from '../../../model/logger.ts'
import { createCredentialSealer } from '../../../registry/seal-credentials.ts'
import { openTown, type Town, waitUntil } from '../open-town.ts'

const DEVICE = { id: 'counter-1', kind: 'traffic', settings: { mapping: 'telraam' } }
const sealer = createCredentialSealer('a key that nobody can guess, of 32 characters')
const { messages } = JSON.parse(
  readFileSync(new URL('../../fixtures/uplinks/telraam.json', import.meta.url), 'utf8'),
)
const REPORT = messages[0].message as Record<string, unknown>

async function serveTelraam(status: number, answer: unknown) {
  const asked: { url: string | undefined; headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    asked.push({ url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() })
    response.writeHead(status, { location: '/elsewhere' }).end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

async function run(town: Town, url: string): Promise<void> {
  const connection = {
    id: 'telraam',
    type: 'telraam',
    url,
    segmentId: '348917',
    deviceId: 'counter-1',
    intervalSeconds: 900,
  } as const
  const sealed = sealer.seal('town', 'telraam', { password: 'a-token' })
  await town.registry.createConnection('town', connection, sealed, 'test')
  const { registry, directory, clock } = town
  const source = openConnectionSource({
    registry,
    directory,
    sealer,
    replay: createQuarantineReplay({ ...town, oldestDays: 400 }),
    isPrivateAllowed: true,
    clock,
    logger: silentLogger,
  })
  const ingest = town.ingest(source)
  onTestFinished(async () => {
    await ingest.close()
    await source.close()
  })
}

const stateOf = async (town: Town) => (await town.registry.getConnection('town', 'telraam')).state

test('the hours of a segment become readings of its device, one for each direction', async () => {
  const town = await openTown([DEVICE])
  const later = { ...REPORT, date: '2026-02-16T13:00:00.000Z', car_lft: 7 }
  const telraam = await serveTelraam(200, { status_code: 200, message: 'ok', report: [REPORT, later] })
  await run(town, telraam.url)
  const readings = await waitUntil(
    () => town.readings('traffic', 'counter-1'),
    ({ length }) => length === 4,
  )
  expect(readings.map(({ part, time, fields }) => [part, time, fields['countsCar']])).toEqual(
    expect.arrayContaining([
      ['direction:left', Date.parse('2026-02-16T13:00:00Z'), 7],
      ['direction:left', Date.parse('2026-02-16T14:00:00Z'), 203],
      ['direction:right', Date.parse('2026-02-16T14:00:00Z'), 416],
    ]),
  )
  const [asked] = telraam.asked
  expect(asked?.url).toBe('/v1/reports/traffic')
  expect(asked?.headers['x-api-key']).toBe('a-token')
  expect(JSON.parse(asked?.body ?? '')).toEqual({
    level: 'segments',
    format: 'per-hour',
    id: '348917',
    time_start: '2026-02-14 15:00:00Z',
    time_end: '2026-02-16 15:00:00Z',
  })
  const state = await waitUntil(
    () => stateOf(town),
    (found) => found !== null,
  )
  expect(state).toMatchObject({ problem: null, readings: 2 })
})

test.each([
  [429, {}, 'status 429'],
  // Its key goes nowhere else.
  [302, {}, 'status 302'],
  [200, { report: 'none' }, 'something else than reports'],
])('an answer with status %i and %j is told as a problem', async (status, answer, problem) => {
  const town = await openTown([DEVICE])
  const telraam = await serveTelraam(status, answer)
  await run(town, telraam.url)
  const state = await waitUntil(
    () => stateOf(town),
    (found) => found !== null,
  )
  expect(state).toMatchObject({ succeededTime: null, problem: expect.stringContaining(problem) })
  expect(telraam.asked).toHaveLength(1)
})
