import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import mqtt from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { type Credentials, request } from '../fixtures/api-client.ts'
import { buildGtfs } from '../fixtures/build-gtfs.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { putTimetable } from '../fixtures/put-timetable.ts'
import { type KerbsideProcess, startKerbside, TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'
import { openStopSign } from '../fixtures/stop-sign.ts'

const TOWN = '/v1/authorities/town'
const EVENTS = `${TOWN}/stops/stop-4/departures/events`
const AUTHORIZATION = `Bearer ${TEST_ADMIN_KEY}`
/** Three are given to what is being answered; the rest is for a busy machine, and what hung took a minute and a half or for ever. */
const END_SECONDS = 30

async function startTown(): Promise<KerbsideProcess> {
  const kerbside = await startKerbside(['up'], { KERBSIDE_DATA: await createFolder() })
  onTestFinished(() => kerbside.stop('SIGKILL'))
  await request(kerbside.apiUrl, '/v1/authorities', { body: { id: 'town', timeZone: 'Europe/London' } })
  expect((await putTimetable(kerbside.apiUrl, 'town', buildGtfs())).status).toBe(201)
  return kerbside
}

/** Sends what begins so, and nothing after it. */
async function sendHead(apiUrl: string, ...lines: string[]): Promise<Socket> {
  const { hostname, port } = new URL(apiUrl)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => {
    socket.destroy()
  })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(lines.map((line) => `${line}\r\n`).join(''))
  return socket
}

/** An upload that stops halfway. Resolves when the server has asked for its body, so that it is under way. */
async function beginUpload(apiUrl: string): Promise<void> {
  const socket = await sendHead(
    apiUrl,
    `PUT ${TOWN}/gtfs HTTP/1.1`,
    'Host: town',
    `Authorization: ${AUTHORIZATION}`,
    'Content-Type: application/zip',
    'Content-Length: 1000',
    'Expect: 100-continue',
    '',
  )
  await once(socket, 'readable')
  socket.write('PK')
}

/** One client reads its stream, another one does not. */
async function openStreams(apiUrl: string): Promise<{ rest: Promise<string> }> {
  const { body } = await fetch(`${apiUrl}${EVENTS}`, { headers: { authorization: AUTHORIZATION } })
  const reader = (body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  const idle = await sendHead(
    apiUrl,
    `GET ${EVENTS} HTTP/1.1`,
    'Host: town',
    `Authorization: ${AUTHORIZATION}`,
    '',
  )
  await once(idle, 'readable')
  return { rest: readToEnd() }

  async function readToEnd(): Promise<string> {
    while (!(await reader.read()).done);
    return 'ended'
  }
}

async function connectDevices({ apiUrl, mqttUrl }: KerbsideProcess): Promise<void> {
  const sign = await openStopSign({
    apiUrl,
    mqttUrl,
    authority: 'town',
    stopId: 'stop-4',
    index: 0,
    now: Date.now,
  })
  onTestFinished(() => sign.close())
  const { credentials } = await request<{ credentials: Credentials }>(apiUrl, `${TOWN}/devices`, {
    body: { id: 'bus', kind: 'vehicle' },
  })
  const url = `${apiUrl.replace('http', 'ws')}/mqtt`
  const bus = await mqtt.connectAsync(url, { ...credentials, clientId: 'bus', reconnectPeriod: 0 })
  bus.on('error', () => undefined)
  onTestFinished(() => bus.endAsync(true))
}

test('a process ends in seconds with streams, signs, half a request, an upload and an import under way', {
  timeout: 120_000,
}, async () => {
  const kerbside = await startTown()
  const { apiUrl, child } = kerbside
  // Some 400 times the town's, so that it is being read for a while.
  const repeat = (text: string) => text + text.slice(text.indexOf('\n') + 1).repeat(400)
  const large = buildGtfs({ 'stop_times.txt': repeat })
  const streams = await openStreams(apiUrl)
  await connectDevices(kerbside)
  await sendHead(apiUrl, 'GET / HTTP/1.1')
  await beginUpload(apiUrl)
  const imported = putTimetable(apiUrl, 'town', large)
  // The town's, the one that stops halfway, and the large one.
  const countUploads = () => kerbside.log.filter((line) => line.includes('"method":"PUT"')).length
  await expect.poll(countUploads, { timeout: 10_000 }).toBe(3)
  const exit = once(child, 'exit')
  const begun = performance.now()
  await kerbside.stop('SIGTERM')
  const seconds = (performance.now() - begun) / 1000
  process.stderr.write(`The process has ended after ${seconds.toFixed(1)} s.\n`)
  expect(await exit).toEqual([0, null])
  expect(seconds).toBeLessThan(END_SECONDS)
  expect(await streams.rest).toBe('ended')
  expect((await imported).body).toMatchObject({ code: 'BUSY' })
})

test('whoever tells it twice has it end at once', { timeout: 60_000 }, async () => {
  const kerbside = await startTown()
  const { apiUrl, child, log } = kerbside
  await beginUpload(apiUrl)
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await expect.poll(() => log.join('\n')).toContain('"msg":"ending"')
  child.kill('SIGTERM')
  expect(await exit).toEqual([null, 'SIGTERM'])
})
