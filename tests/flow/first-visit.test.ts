import { expect, onTestFinished, test } from 'vitest'
import type { Alert } from '../../model/alert.ts'
import type { Round } from '../../model/round.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { readVectorTile } from '../fixtures/read-vector-tile.ts'
import { startKerbside } from '../fixtures/start-kerbside.ts'

const PATIENCE = { timeout: 180_000, interval: 500 }

interface Vehicles {
  readonly features: readonly {
    readonly id: string
    readonly geometry: { readonly coordinates: readonly [number, number] } | null
  }[]
}

interface Board {
  readonly generatedTime: string
  readonly items: readonly {
    readonly departureId: string
    readonly state: string
    readonly expectedDepartureTime: string | null
  }[]
}

interface TileJson {
  readonly tiles: readonly string[]
  readonly maxzoom: number
  readonly bounds: readonly [number, number, number, number]
}

/** What somebody finds who has just started the demonstration on an empty folder: nothing is set, and nothing is known but what is printed. */
test('a first visit finds a town that lives, plans a round, waits for a bus, and acknowledges an alert', {
  timeout: 600_000,
}, async () => {
  // An empty variable is as good as none.
  const environment = { KERBSIDE_DATA: await createFolder(), KERBSIDE_ADMIN_KEY: '' }
  const kerbside = await startKerbside(['up', '--demo'], environment)
  onTestFinished(() => kerbside.stop())
  await expect.poll(() => kerbside.printed.join('\n'), PATIENCE).toContain('Town')
  const [consoleUrl, key] = readGreeting(kerbside.printed)
  expect(consoleUrl).toBe(`${kerbside.apiUrl}/`)
  const demo = `${consoleUrl}v1/authorities/demo`
  const look = <T>(path: string): Promise<T> => get<T>(`${demo}${path}`)
  const act = <T>(path: string, body?: unknown): Promise<T> => get<T>(`${demo}${path}`, key, body)

  const page = await fetch(consoleUrl)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])

  await expectStreets(await look<TileJson>('/streets'))
  await expectMovement(() => look<Vehicles>('/vehicles'))
  await expectAlert(act)
  const stop = await findLiveStop(look, act)
  await expectCountdown(() => look<Board>(`/stops/${stop}/departures`))
  await expectRound(act)
  // All of it is there to be seen, and nothing to be changed without the key.
  await expect(get(`${demo}/rounds`, undefined, { date: tomorrow() })).rejects.toThrow('401')
})

/** The console's address comes first, then the key; either stands alone at the end of its line, to be copied. */
function readGreeting(lines: readonly string[]): [consoleUrl: string, key: string] {
  const told = lines.map((line) => /^ {2}(\w+) +(\S.*)$/.exec(line)).filter((match) => match !== null)
  expect(told.map(([, what]) => what)).toEqual(['Console', 'Key', 'API', 'MQTT', 'Town'])
  return [told[0]?.[2] ?? '', told[1]?.[2] ?? '']
}

async function get<T>(url: string, key?: string, body?: unknown): Promise<T> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`)
  return JSON.parse(text) as T
}

async function expectStreets({ tiles, maxzoom, bounds }: TileJson): Promise<void> {
  const [west, south, east, north] = bounds
  const latitude = (((south + north) / 2) * Math.PI) / 180
  const x = Math.floor(((west + east) / 720 + 0.5) * 2 ** maxzoom)
  const y = Math.floor((0.5 - Math.asinh(Math.tan(latitude)) / (2 * Math.PI)) * 2 ** maxzoom)
  const url = (tiles[0] ?? '').replace('{z}', `${maxzoom}`).replace('{x}', `${x}`).replace('{y}', `${y}`)
  const { streets } = readVectorTile(new Uint8Array(await (await fetch(url)).arrayBuffer()))
  expect(new Set(streets?.features.map(({ properties }) => properties['class']))).toContain('residential')
}

async function expectMovement(read: () => Promise<Vehicles>): Promise<void> {
  const placesOf = async (): Promise<Map<string, string>> => {
    const { features } = await read()
    return new Map(
      features.flatMap(({ id, geometry }) => (geometry ? [[id, geometry.coordinates.join()] as const] : [])),
    )
  }
  await expect.poll(async () => (await placesOf()).size, PATIENCE).toBeGreaterThan(3)
  const before = await placesOf()
  await expect
    .poll(async () => [...(await placesOf())].filter(([id, at]) => before.get(id) !== at).length, PATIENCE)
    .toBeGreaterThan(0)
}

async function expectAlert(act: <T>(path: string, body?: unknown) => Promise<T>): Promise<void> {
  const list = async (): Promise<Alert[]> => (await act<{ items: Alert[] }>('/alerts')).items
  await expect.poll(async () => (await list()).length, PATIENCE).toBeGreaterThan(0)
  const [alert] = (await list()) as [Alert]
  const note = 'Somebody is on the way.'
  await act(`/alerts/${alert.id}/acknowledgement`, { note })
  const acknowledged = await act<Alert>(`/alerts/${alert.id}`)
  expect(acknowledged).toMatchObject({ id: alert.id, acknowledgedBy: 'installation', note })
  expect(Date.parse(acknowledged.acknowledgedTime ?? '')).toBeGreaterThanOrEqual(Date.parse(alert.raisedTime))
}

/** Of the stops that have displays, one at which a bus is awaited of which something is known. */
async function findLiveStop(
  look: <T>(path: string) => Promise<T>,
  act: <T>(path: string) => Promise<T>,
): Promise<string> {
  const { items } = await act<{ items: { stopIds: string[] }[] }>('/devices?kind=display')
  const stops = items.flatMap(({ stopIds }) => stopIds)
  const findLive = async (): Promise<string | undefined> => {
    for (const stop of stops) {
      const board = await look<Board>(`/stops/${stop}/departures`)
      if (board.items.some((item) => secondsUntil(board, item) > 60)) return stop
    }
    return undefined
  }
  let found: string | undefined
  await expect
    .poll(async () => {
      found = await findLive()
      return found
    }, PATIENCE)
    .toBeDefined()
  return found as string
}

/** Of a live departure; NaN of others. */
function secondsUntil(
  { generatedTime }: Board,
  { state, expectedDepartureTime }: Board['items'][number],
): number {
  if (state !== 'live') return Number.NaN
  return (Date.parse(expectedDepartureTime ?? '') - Date.parse(generatedTime)) / 1000
}

/** A bus that is awaited comes nearer, or has gone. */
async function expectCountdown(read: () => Promise<Board>): Promise<void> {
  const first = await read()
  const awaited = first.items.find((item) => secondsUntil(first, item) > 0)
  expect(awaited).toBeDefined()
  const wait = secondsUntil(first, awaited as Board['items'][number])
  await expect
    .poll(async () => {
      const board = await read()
      const item = board.items.find(({ departureId }) => departureId === awaited?.departureId)
      return item ? secondsUntil(board, item) : 0
    }, PATIENCE)
    .toBeLessThan(wait)
}

function tomorrow(): string {
  return new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
}

/** With nothing chosen but the day, lorries lift bins, and go by the streets. */
async function expectRound(act: <T>(path: string, body?: unknown) => Promise<T>): Promise<void> {
  const { id } = await act<Round>('/rounds', { date: tomorrow(), seconds: 2, seed: 1 })
  await expect
    .poll(() => act<Round>(`/rounds/${id}`), { timeout: 120_000, interval: 500 })
    .toMatchObject({ status: 'done', estimated: false })
  const { lorries } = await act<Round>(`/rounds/${id}`)
  const stops = lorries.flatMap((lorry) => lorry.stops)
  const corners = lorries.flatMap(({ geometry }) => geometry?.coordinates ?? [])
  expect(stops.filter(({ type }) => type === 'lift').length).toBeGreaterThan(20)
  expect(stops.filter(({ type }) => type === 'tip').length).toBeGreaterThan(0)
  expect(corners.length).toBeGreaterThan(2 * stops.length)
}
