import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFolder } from '../fixtures/create-folder.ts'
import { createReading } from '../fixtures/create-reading.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { hasJudge, runJudge } from '../fixtures/run-judge.ts'

const EXPORTS = '/v1/authorities/alpha/exports'
const LICENCE = 'https://creativecommons.org/licenses/by/4.0/'

/** Alpha at noon of 16 February 2026 by the clocks of Berlin, with readings since the evening of the 13th in UTC. */
async function createAlpha(publication: object = {}) {
  const app = await createTestApp()
  app.clock.advance(-3_600)
  await app.createAuthority({
    id: 'alpha',
    name: 'Alpha',
    timeZone: 'Europe/Berlin',
    published: ['bins', 'counters'],
    licence: LICENCE,
    attribution: 'Town of Alpha',
    publication,
  })
  await app.call('POST', '/v1/authorities/alpha/devices', {
    body: [
      { id: 'bin-1', kind: 'bin', name: 'Quay, "old" part', longitude: -1.55, latitude: 53.8 },
      { id: 'bin-2', kind: 'bin', uprn: '1', longitude: -1.5, latitude: 53.8 },
      { id: 'bin-3', kind: 'bin', name: '=1+1' },
      { id: 'counter-1', kind: 'traffic', longitude: -1.55, latitude: 53.8 },
    ],
  })
  const bin = (device: string, time: string, fields: Record<string, number>) =>
    createReading({ device, time, fields })
  const lane = (direction: string, count: number) =>
    createReading({
      kind: 'traffic',
      device: 'counter-1',
      part: `direction:${direction}`,
      time: '2026-02-15T10:00:00Z',
      fields: { direction, count, intervalSeconds: 3600 },
    })
  await app.store.write([
    bin('bin-1', '2026-02-13T23:00:00Z', { fillPercent: 10, batteryPercent: 90 }),
    bin('bin-1', '2026-02-14T22:59:59Z', { fillPercent: 20 }),
    bin('bin-1', '2026-02-14T23:00:00Z', { fillPercent: 30.5, temperatureC: -2 }),
    bin('bin-2', '2026-02-15T10:00:00Z', { fillPercent: 40 }),
    bin('bin-3', '2026-02-15T10:00:00Z', {}),
    bin('bin-9', '2026-02-15T10:00:00Z', { fillPercent: 50 }),
    bin('bin-1', '2026-02-15T23:00:00Z', { fillPercent: 60 }),
    lane('in', 5),
    lane('out', 6),
  ])
  const get = (path: string, headers?: Record<string, string>) =>
    app.call('GET', `${EXPORTS}${path}`, { key: null, ...(headers && { headers }) })
  return { ...app, get }
}

test('the days that have ended are listed, newest first, in pages', async () => {
  const app = await createAlpha()
  const { status, body } = await app.get('')
  expect(status).toBe(200)
  const placesOf = (items: { date: string; dataset: string }[]) =>
    items.map(({ date, dataset }) => `${date} ${dataset}`)
  expect(placesOf(body.items)).toEqual(['2026-02-15 counters', '2026-02-15 bins', '2026-02-14 bins'])
  expect(body.items[2]).toMatchObject({
    from: '2026-02-13T23:00:00.000Z',
    to: '2026-02-14T23:00:00.000Z',
    licence: LICENCE,
    attribution: 'Town of Alpha',
    delaySeconds: 0,
  })
  const paged: string[] = []
  let after: string | null = ''
  while (after !== null) {
    const page: { items: { date: string; dataset: string }[]; next: string | null } = (
      await app.get(`?limit=1${after === '' ? '' : `&after=${after}`}`)
    ).body
    paged.push(...placesOf(page.items))
    after = page.next
  }
  expect(paged).toEqual(placesOf(body.items))
  expect(placesOf((await app.get('?dataset=counters')).body.items)).toEqual(['2026-02-15 counters'])
  const file = new URL(body.items[0].csv)
  expect((await app.call('GET', file.pathname, { key: null })).status).toBe(200)
})

test('a CSV file has the readings of one day in the authority’s own time zone, as everybody may see them', async () => {
  const app = await createAlpha()
  const { status, headers, text } = await app.get('/bins/2026-02-15.csv')
  expect(status).toBe(200)
  expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present')
  expect(headers['cache-control']).toBe('public, max-age=86400')
  expect(headers['link']).toContain(`<${LICENCE}>; rel="license"`)
  expect(text.split('\n')).toEqual([
    'device,name,time,receivedTime,longitude,latitude,fillPercent,temperatureC',
    `bin-1,"Quay, ""old"" part",2026-02-14T23:00:00.000Z,2026-02-14T23:00:00.000Z,-1.55,53.8,30.5,-2`,
    "bin-3,'=1+1,2026-02-15T10:00:00.000Z,2026-02-15T10:00:00.000Z,,,,",
    '',
  ])
  const own = await app.call('GET', `${EXPORTS}/bins/2026-02-14.csv`)
  expect(own.headers['cache-control']).toBe('private, max-age=86400')
  expect(own.text).toContain('batteryPercent')
  expect((await app.get('/bins/2026-02-14.csv')).text).not.toContain('batteryPercent')
})

test('a CSV file is described beside it', async () => {
  const app = await createAlpha()
  const { headers, body } = await app.get('/counters/2026-02-15.csv-metadata.json')
  expect(headers['content-type']).toContain('application/csvm+json')
  expect(body).toMatchObject({
    url: '2026-02-15.csv',
    'dc:license': { '@id': LICENCE },
    'dc:rights': 'Town of Alpha',
  })
  const names = body.tableSchema.columns.map(({ name }: { name: string }) => name)
  expect((await app.get('/counters/2026-02-15.csv')).text.split('\n')[0]).toBe(names.join(','))
})

test('who has a file is not sent it again, until another reading of its day has arrived', async () => {
  const app = await createAlpha()
  for (const path of ['/bins/2026-02-15.csv', '/bins/2026-02-15.parquet']) {
    const first = await app.get(path)
    const headers = { 'if-none-match': String(first.headers['etag']) }
    const again = await app.get(path, headers)
    expect([path, again.status, again.text]).toEqual([path, 304, ''])
    const head = await app.call('HEAD', `${EXPORTS}${path}`, { key: null })
    expect([head.status, head.headers['etag'], head.text]).toEqual([200, first.headers['etag'], ''])
    await app.store.write([
      createReading({ time: `2026-02-15T12:00:0${path.length % 10}Z`, fields: { fillPercent: 1 } }),
    ])
    expect((await app.get(path, headers)).status).toBe(200)
  }
})

test('who has a file is sent it again when a reading was replaced by one that was received later', async () => {
  const app = await createAlpha()
  const path = '/bins/2026-02-15.csv'
  const first = await app.get(path)
  const headers = { 'if-none-match': String(first.headers['etag']) }
  const time = '2026-02-14T23:00:00Z'
  const corrected = createReading({ device: 'bin-1', time, fields: { fillPercent: 45 } })
  await app.store.write([{ ...corrected, receivedTime: app.clock.now() }])
  const { status, text } = await app.get(path, headers)
  expect([status, text.split('\n').length]).toEqual([200, first.text.split('\n').length])
  expect(text).not.toBe(first.text)
})

test('who has a file is sent it again when a long interval that was not over is told', async () => {
  const app = await createAlpha({ counters: { delaySeconds: 60 } })
  const long = createReading({
    kind: 'traffic',
    device: 'counter-1',
    part: 'direction:in',
    time: '2026-02-15T12:00:00Z',
    fields: { direction: 'in', count: 7, intervalSeconds: 86_400 },
  })
  await app.store.write([long])
  const path = '/counters/2026-02-15.csv'
  const first = await app.get(path)
  app.clock.advance(7_200)
  const { status, text } = await app.get(path, { 'if-none-match': String(first.headers['etag']) })
  expect(status).toBe(200)
  expect(text.split('\n').length).toBe(first.text.split('\n').length + 1)
})

test.each([
  ['/bins/2026-02-16.csv', 'the day has not ended'],
  ['/bins/2026-02-12.csv', 'nothing was measured yet'],
  ['/displays/2026-02-15.csv', 'it is not published'],
  ['/displays/2026-02-15.csv-metadata.json', 'it is not published'],
])('%s is not there: %s', async (path) => {
  const app = await createAlpha()
  expect((await app.get(path)).status).toBe(404)
})

test.each([
  '/bins/2026-02-30.csv',
  '/bins/yesterday.parquet',
  '/dustbins/2026-02-15.csv',
  '?after=x',
  '?dataset=x',
])('%s is refused', async (path) => {
  const app = await createAlpha()
  expect((await app.get(path)).status).toBe(400)
})

test('a day is there once all of it is old enough, and has settled', async () => {
  const app = await createAlpha({ bins: { delaySeconds: 86_400, roundPlacesM: 500 } })
  const dates = async () =>
    (await app.get('?dataset=bins')).body.items.map(({ date }: { date: string }) => date)
  expect(await dates()).toEqual(['2026-02-14'])
  expect((await app.get('/bins/2026-02-15.csv')).status).toBe(404)
  app.clock.advance(14 * 3_600 - 1)
  expect(await dates()).toEqual(['2026-02-14'])
  app.clock.advance(1)
  expect(await dates()).toEqual(['2026-02-15', '2026-02-14'])
  const { text } = await app.get('/bins/2026-02-15.csv')
  expect(text).toMatch(/^bin-2,,/m)
})

async function readParquet(bytes: Buffer, sql: string): Promise<unknown[][]> {
  const file = join(await createFolder(), 'day.parquet')
  await writeFile(file, bytes)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  onTestFinished(() => {
    connection.closeSync()
    instance.closeSync()
  })
  return (await connection.runAndReadAll(sql.replace('FILE', `'${file}'`))).getRowsJson() as unknown[][]
}

test('a Parquet file has the same rows, and its terms with them', async () => {
  const app = await createAlpha()
  const response = await app.app.inject({ url: `${EXPORTS}/bins/2026-02-15.parquet` })
  expect(response.headers['content-type']).toBe('application/vnd.apache.parquet')
  const rows = await readParquet(
    response.rawPayload,
    'SELECT device, name, epoch_ms("time")::DOUBLE, longitude, "fillPercent", "temperatureC" FROM FILE',
  )
  expect(rows).toEqual([
    ['bin-1', 'Quay, "old" part', Date.parse('2026-02-14T23:00:00Z'), -1.55, 30.5, -2],
    ['bin-3', '=1+1', Date.parse('2026-02-15T10:00:00Z'), null, null, null],
  ])
  const told = await readParquet(
    response.rawPayload,
    'SELECT decode(key), decode(value) FROM parquet_kv_metadata(FILE)',
  )
  expect(Object.fromEntries(told as [string, string][])).toMatchObject({
    licence: LICENCE,
    attribution: 'Town of Alpha',
    date: '2026-02-15',
    timeZone: 'Europe/Berlin',
  })
})

test('a file of a day of more rows than are held at once is whole', async () => {
  const app = await createAlpha()
  const start = Date.parse('2026-02-15T00:00:00Z')
  const readings = Array.from({ length: 70_000 }, (_, index) => ({
    ...createReading({ time: '2026-02-15T00:00:00Z', fields: { fillPercent: index % 101 } }),
    time: start + index * 1000,
  }))
  for (let from = 0; from < readings.length; from += 10_000)
    await app.store.write(readings.slice(from, from + 10_000))
  const csv = await app.app.inject({ url: `${EXPORTS}/bins/2026-02-15.csv` })
  expect(csv.body.split('\n')).toHaveLength(70_000 + 2 + 2)
  const parquet = await app.app.inject({ url: `${EXPORTS}/bins/2026-02-15.parquet` })
  const [counted] = await readParquet(
    parquet.rawPayload,
    'SELECT count(*)::DOUBLE, sum("fillPercent"), count(DISTINCT "time")::DOUBLE FROM FILE',
  )
  const sum = readings.reduce((total, { fields }) => total + Number(fields['fillPercent']), 30.5)
  expect(counted).toEqual([70_002, sum, 70_001])
}, 60_000)

const COMPARE = `
import json, sys
import duckdb, pyarrow as pa, pyarrow.csv as csv, pyarrow.parquet as pq
folder = sys.argv[1]
table = pq.read_table(folder + '/day.parquet')
types = {field.name: field.type for field in table.schema}
options = csv.ConvertOptions(column_types=types, strings_can_be_null=True)
from_csv = csv.read_csv(folder + '/day.csv', convert_options=options)
con = duckdb.connect()
both = con.execute(f"""
  SELECT count(*) FROM (
    (SELECT * FROM from_csv EXCEPT ALL SELECT * FROM '{folder}/day.parquet')
    UNION ALL (SELECT * FROM '{folder}/day.parquet' EXCEPT ALL SELECT * FROM from_csv))""").fetchone()[0]
meta = {key.decode(): value.decode() for key, value in table.schema.metadata.items() if not key.startswith(b'ARROW')}
print(json.dumps({'rows': table.num_rows, 'equal': from_csv.equals(table.cast(from_csv.schema)), 'different': both,
  'time': str(types['time']), 'meta': meta}))
`

describe.skipIf(!hasJudge('pyarrow', 'duckdb'))('pyarrow and DuckDB', () => {
  test.each([
    ['bins', 2],
    ['counters', 2],
  ])('read of %s the same from Parquet as from CSV', async (dataset, rows) => {
    const app = await createAlpha()
    // What is no formula stands alike in both.
    await app.call('PATCH', '/v1/authorities/alpha/devices/bin-3', { body: { name: 'Zürich → 漢字' } })
    const folder = await createFolder()
    for (const suffix of ['csv', 'parquet']) {
      const { rawPayload } = await app.app.inject({ url: `${EXPORTS}/${dataset}/2026-02-15.${suffix}` })
      await writeFile(join(folder, `day.${suffix}`), rawPayload)
    }
    const read = await runJudge(COMPARE, folder)
    expect(read).toMatchObject({
      rows,
      equal: true,
      different: 0,
      time: 'timestamp[ms, tz=UTC]',
      meta: { licence: LICENCE },
    })
  })
})
