import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Alert } from '../../model/alert.ts'
import type { Round } from '../../model/round.ts'
import { type Credentials, request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { eventually } from '../fixtures/eventually.ts'
import { connectMqtt } from '../fixtures/mqtt-device.ts'
import { type KerbsideProcess, startKerbside } from '../fixtures/start-kerbside.ts'

const ALPHA = '/v1/authorities/alpha'
const OPEN311 = `${ALPHA}/open311/v2`
const ANN = {
  first_name: 'Annwen',
  last_name: 'Examplesen',
  email: 'annwen@home.example',
  phone: '01632 960001',
}
const WORDS = {
  address_string: '1 Hidden Lane',
  description: 'Please ring Annwen',
  media_url: 'https://pics.example/9.jpg',
}
const PERSONAL = [
  'Annwen',
  'Examplesen',
  'home.example',
  '960001',
  'Hidden Lane',
  'pics.example',
  'telephone-4711',
]
const AT_BIN_1 = { service_code: 'overflowing-bin', lat: '52.5001', long: '13.4' }

/** A minute of its clock takes a second. */
async function start(folder: string, time = '2026-02-16T05:30:00Z'): Promise<KerbsideProcess> {
  const environment = {
    KERBSIDE_DATA: folder,
    KERBSIDE_CLOCK: `${time}*60`,
    KERBSIDE_TRUSTED_PROXIES: '127.0.0.1',
  }
  const kerbside = await startKerbside(['up'], environment)
  onTestFinished(() => kerbside.stop())
  return kerbside
}

/** Two bins, a depot and a lorry; whoever wants to may report. */
async function createTown({ apiUrl, mqttUrl }: KerbsideProcess) {
  const authority = { id: 'alpha', name: 'Alpha', timeZone: 'UTC', published: ['open311'] }
  await request(apiUrl, '/v1/authorities', { body: authority })
  const bins = ['bin-1', 'bin-2'].map((id, index) => ({
    id,
    kind: 'bin',
    longitude: 13.4 + index / 100,
    latitude: 52.5,
    settings: { capacityLitres: 240 },
  }))
  const { items } = await request<{ items: { id: string; credentials: Credentials }[] }>(
    apiUrl,
    `${ALPHA}/devices`,
    { body: bins },
  )
  const yard = { id: 'yard', name: 'Yard', longitude: 13.45, latitude: 52.53 }
  await request(apiUrl, `${ALPHA}/depots`, { body: yard })
  await request(apiUrl, `${ALPHA}/lorries`, { body: { id: 'lorry', name: 'Lorry', depotId: 'yard' } })
  const clients = await Promise.all(items.map(({ credentials }) => connectMqtt(mqttUrl, { ...credentials })))
  onTestFinished(async () => {
    for (const client of clients) await client.endAsync(true)
  })
  /** Resolves when it can be read. */
  return async (bin: 'bin-1' | 'bin-2', fillPercent: number): Promise<void> => {
    const client = clients[bin === 'bin-1' ? 0 : 1]
    await client?.publishAsync(`kerbside/v1/alpha/bin/${bin}/reading`, JSON.stringify({ fillPercent }), {
      qos: 1,
    })
    await eventually(async () => {
      const path = `${ALPHA}/devices/${bin}/readings?limit=1000`
      const readings = await request<{ items: { fillPercent: number }[] }>(apiUrl, path)
      return readings.items.some((item) => item.fillPercent === fillPercent)
    }).toBe(true)
  }
}

let addresses = 0
/** As an app for citizens does, without a key, each from an address of its own. */
async function report(apiUrl: string, fields: Record<string, string>, language = 'en'): Promise<string> {
  const response = await fetch(`${apiUrl}${OPEN311}/requests.json`, {
    method: 'POST',
    headers: { 'accept-language': language, 'x-forwarded-for': `192.0.2.${++addresses}` },
    body: new URLSearchParams({ ...fields, device_id: 'telephone-4711' }),
  })
  const [answer] = (await response.json()) as { service_request_id?: string }[]
  return answer?.service_request_id ?? expect.fail(JSON.stringify(answer))
}

async function follow(
  apiUrl: string,
  id: string,
): Promise<{ status: string; status_notes: string } | undefined> {
  const response = await fetch(`${apiUrl}${OPEN311}/requests/${id}.json`)
  return ((await response.json()) as { status: string; status_notes: string }[])[0]
}

async function plan(apiUrl: string, date: string): Promise<Round> {
  const { id } = await request<Round>(apiUrl, `${ALPHA}/rounds`, { body: { date, seconds: 0.5 } })
  const get = () => request<Round>(apiUrl, `${ALPHA}/rounds/${id}`)
  await eventually(async () => (await get()).status).toBe('done')
  return get()
}

const reasonsOf = ({ lorries }: Round) =>
  Object.fromEntries(
    lorries.flatMap(({ stops }) =>
      stops.flatMap(({ deviceId, reason }) => (deviceId === null ? [] : [[deviceId, reason]])),
    ),
  )

test('a report is joined to its bin, planned, and answered once the bin is emptied; who disagrees is told', {
  timeout: 180_000,
}, async () => {
  const kerbside = await start(await createFolder())
  const { apiUrl } = kerbside
  const send = await createTown(kerbside)
  await send('bin-1', 40)
  await send('bin-2', 20)
  const openAlerts = async () =>
    (await request<{ items: Alert[] }>(apiUrl, `${ALPHA}/alerts?condition=report-disagrees`)).items

  // Two people, one in Welsh first.
  const id = await report(apiUrl, { ...AT_BIN_1, ...ANN, ...WORDS }, 'cy-GB')
  expect(await report(apiUrl, { ...AT_BIN_1, lat: '52.49995' })).toBe(id)
  const joined = await request<object>(apiUrl, `${ALPHA}/reports/${id}`)
  expect(joined).toMatchObject({
    deviceId: 'bin-1',
    status: 'open',
    voices: 2,
    readings: [{ fillPercent: 40 }],
    people: [{ contact: { email: ANN.email } }, { contact: null }],
  })
  expect(await follow(apiUrl, id)).toMatchObject({ status: 'open' })

  const round = await plan(apiUrl, '2026-02-17')
  expect(reasonsOf(round)).toEqual({
    'bin-1': expect.stringMatching(
      /^reported overflowing on 16 February at 0\d:\d\d \(2 reports\); the sensor says 40 %/,
    ),
  })
  expect(round.left.map(({ deviceId }) => deviceId)).toEqual(['bin-2'])

  await send('bin-1', 41)
  await eventually(async () => (await openAlerts()).map(({ device }) => device)).toEqual(['bin-1'])
  expect((await openAlerts())[0]?.summary).toContain('its sensor said 40 % then and says 41 % since')

  // Two readings, as one alone may be a fault of the sensor.
  await send('bin-1', 3)
  await send('bin-1', 4)
  await eventually(async () => (await follow(apiUrl, id))?.status).toBe('closed')
  expect(await follow(apiUrl, id)).toMatchObject({
    status_notes: 'Mae’r bin wedi’i wagio. Diolch am roi gwybod i ni.',
  })
  await eventually(async () => (await openAlerts()).length).toBe(0)
  expect(reasonsOf(await plan(apiUrl, '2026-02-17'))).toEqual({})

  // A crew's word does, too.
  const other = await report(apiUrl, { service_code: 'overflowing-bin', 'attribute[device]': 'bin-2' })
  const { id: marked } = await plan(apiUrl, '2026-02-16')
  const mark = { type: 'done', deviceId: 'bin-2', lorryId: 'lorry' }
  await request(apiUrl, `${ALPHA}/rounds/${marked}/marks`, { body: mark })
  await eventually(async () => (await follow(apiUrl, other))?.status).toBe('closed')
  expect(await request(apiUrl, `${ALPHA}/reports/${other}`)).toMatchObject({ outcome: 'emptied' })
})

test('once contact details have expired, nothing that was ever written has them', {
  timeout: 180_000,
}, async () => {
  const folder = await createFolder()
  const first = await start(folder)
  await createTown(first)
  const id = await report(first.apiUrl, { ...AT_BIN_1, ...ANN, ...WORDS })
  await report(first.apiUrl, { ...AT_BIN_1, ...ANN })
  await request(first.apiUrl, `${ALPHA}/reports/${id}`, { method: 'PATCH', body: { status: 'closed' } })
  await first.stop()
  // They are there, and in the registry's files alone.
  expect(await listFilesWith(folder, 'Annwen')).toEqual([expect.stringMatching(/^registry\.sqlite/)])

  const later = await start(folder, '2026-05-18T06:00:00Z')
  const readPeople = async () =>
    (await request<{ people: { contact: unknown }[] }>(later.apiUrl, `${ALPHA}/reports/${id}`)).people
  await eventually(async () => (await readPeople()).map(({ contact }) => contact)).toEqual([null, null])
  // Kerbside itself has them no more while it runs, once its registry's log is cut, and neither when it has ended.
  for (const word of PERSONAL) await eventually(() => listFilesWith(folder, word)).toEqual([])
  await later.stop()
  for (const word of PERSONAL) expect(await listFilesWith(folder, word), word).toEqual([])
  for (const line of [first, later].flatMap(({ log, printed }) => [...log, ...printed])) {
    for (const word of PERSONAL) expect(line).not.toContain(word)
  }
})

/** Names of the files of a folder, at any depth, in which a word is. */
async function listFilesWith(folder: string, word: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = await readFile(join(entry.parentPath, entry.name))
    if (bytes.includes(word)) found.push(entry.name)
  }
  return found
}
