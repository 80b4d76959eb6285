import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { silentLogger } from '../../model/logger.ts'
import type { Reading } from '../../model/reading.ts'
import {
  type InfluxdbReadingStoreOptions,
  openInfluxdbReadingStore,
} from '../../store/influxdb-reading-store.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import { findInfluxdb, type InfluxdbServer, startInfluxdb } from '../fixtures/start-influxdb.ts'
import { describeReadingStore } from './reading-store-contract.ts'

const version = findInfluxdb()
if (version === undefined) process.stderr.write('skipped: InfluxDB (influxd) is not installed\n')

const START = 1_771_200_000_000
const DAY = 86_400_000
const ALL = { from: 0, to: 2 * START, limit: 100_000 } as const

describe.skipIf(version === undefined)('on a real InfluxDB', () => {
  let server: InfluxdbServer
  const cleanups: (() => unknown)[] = []
  let databaseCount = 0
  beforeAll(async () => {
    server = await startInfluxdb()
  }, 60_000)
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })
  afterAll(() => server.close())

  async function open(
    database: string,
    options: Partial<InfluxdbReadingStoreOptions> = {},
  ): Promise<ReadingStore> {
    const store = await openInfluxdbReadingStore({
      url: `${server.url}?database=${database}`,
      logger: silentLogger,
      ...options,
    })
    cleanups.push(() => store.close())
    return store
  }
  const nextDatabase = () => `test${++databaseCount}`
  const bin = (time: number, fields: Reading['fields'], device = 'bin-1', authority = 'leeds'): Reading => ({
    authority,
    kind: 'bin',
    device,
    part: '',
    time,
    receivedTime: time,
    fields,
  })
  const listBins = (store: ReadingStore, authority = 'leeds', device = 'bin-1') =>
    store.listReadings({ authority, kind: 'bin', device, ...ALL })

  async function post(path: string, body: string): Promise<string> {
    const response = await fetch(new URL(path, server.url), {
      method: 'POST',
      body,
      headers: path.startsWith('/query') ? { 'content-type': 'application/x-www-form-urlencoded' } : {},
    })
    return response.text()
  }

  describeReadingStore('an InfluxDB reading store', () =>
    openInfluxdbReadingStore({ url: `${server.url}?database=kerbside`, logger: silentLogger }),
  )
  describeReadingStore('an InfluxDB reading store with a database for each authority', () =>
    openInfluxdbReadingStore({
      url: `${server.url}?database=kerbside-{authority}`,
      logger: silentLogger,
      isCompressed: false,
    }),
  )

  test('the lines that a batch of 1,000 is refused for are found, and all others kept', async () => {
    const database = nextDatabase()
    const store = await open(database)
    // Something else wrote this field as an integer, in one week: the type holds for the shard of that week.
    await post(`/write?db=${database}&precision=ms`, `bin,authority=other,device=x temperatureC=1i ${START}`)
    const readings = Array.from({ length: 1_000 }, (_, index) =>
      bin(
        START + (index % 40) * DAY + index,
        index % 100 === 1 ? { temperatureC: 5 } : { fillPercent: index },
        `bin-${index % 9}`,
      ),
    )
    const expected = readings.flatMap(({ fields, time }, index) =>
      'temperatureC' in fields && time < START + 7 * DAY ? [index] : [],
    )
    expect(expected).toEqual([1, 201, 401, 601, 801])
    const refused = await store.write([
      ...readings,
      bin(START + 1, { temperatureC: 1, fillPercent: 2 }, 'bin-z'),
    ])
    expect(refused.map(({ index }) => index)).toEqual([...expected, 1_000])
    expect(refused.at(-1)?.detail).toMatch(/field type conflict.*temperatureC/)
    expect(await store.countReadings({ authority: 'leeds', kind: 'bin', ...ALL })).toBe(
      1_000 - expected.length,
    )
  })

  test('a batch of which every line is refused does not take a request for each', async () => {
    const database = nextDatabase()
    const proxy = await openProxy(server.url)
    const store = await open(database, { url: `${proxy.url}?database=${database}`, isCompressed: false })
    await post(`/write?db=${database}&precision=ms`, `bin,authority=other,device=x temperatureC=1i ${START}`)
    const refused = await store.write(
      Array.from({ length: 1_000 }, (_, index) => bin(START + index, { temperatureC: index })),
    )
    expect(refused).toHaveLength(1_000)
    expect(proxy.countRequests('POST /write')).toBeLessThan(5)
  })

  test('readings that are newer than all before them take one request a batch', async () => {
    const database = nextDatabase()
    const proxy = await openProxy(server.url)
    const store = await open(database, { url: `${proxy.url}?database=${database}` })
    await store.write([bin(START, { fillPercent: 1 })])
    const before = proxy.countRequests('POST ')
    for (let batch = 1; batch <= 5; batch++) await store.write([bin(START + batch, { fillPercent: batch })])
    expect(proxy.countRequests('POST ') - before).toBe(5)
  })

  test('what a store before it wrote is replaced as a whole, too', async () => {
    const database = nextDatabase()
    const first = await open(database)
    await first.write([
      bin(START, { fillPercent: 1, temperatureC: 2 }),
      bin(START + 2 * DAY, { fillPercent: 3 }),
    ])
    await first.close()
    const second = await open(database)
    await second.write([bin(START, { fillPercent: 9 })])
    expect(await listBins(second)).toEqual([
      bin(START, { fillPercent: 9 }),
      bin(START + 2 * DAY, { fillPercent: 3 }),
    ])
  })

  test('a batch of a store before it is replaced reading for reading', async () => {
    const database = nextDatabase()
    const full = Array.from({ length: 40 }, (_, index) =>
      bin(START + index * DAY, { fillPercent: index, temperatureC: 2 }, `bin-${index % 2}`),
    )
    const first = await open(database)
    await first.write(full)
    await first.close()
    const second = await open(database)
    // The later readings of the batch are newer than all that this process has seen, and stored all the same.
    const again = full.slice(10, 30).map((reading) => ({ ...reading, fields: { fillPercent: -1 } }))
    await second.write(again.slice(0, 1))
    await second.write(again)
    const expected = [...full.slice(0, 10), ...again, ...full.slice(30)]
    for (const device of ['bin-0', 'bin-1']) {
      expect(await listBins(second, 'leeds', device)).toEqual(
        expected.filter((reading) => reading.device === device),
      )
    }
  })

  test('the parts that a store before it wrote count, in any order', async () => {
    const database = nextDatabase()
    const lane = (part: string, time: number, fields: Reading['fields']): Reading => ({
      ...bin(time, fields, 'counter'),
      kind: 'traffic',
      part,
    })
    const part = (index: number) => `direction:${index}, "x"`
    const first = await open(database)
    await first.write(Array.from({ length: 255 }, (_, index) => lane(part(index), START, { count: 1 })))
    await first.close()
    const second = await open(database)
    const readings = [
      lane(part(300), START, {}),
      lane('', START, {}),
      lane(part(301), START, {}),
      lane(part(7), START, { meanSpeedKph: 3 }),
    ]
    expect((await second.write(readings)).map(({ index }) => index)).toEqual([1, 2])
    expect(await second.write(readings.slice(3))).toEqual([])
    expect(await second.countReadings({ authority: 'leeds', kind: 'traffic', ...ALL })).toBe(256)
    const query = { authority: 'leeds', kind: 'traffic', device: 'counter', ...ALL } as const
    expect((await second.listReadings(query)).filter((reading) => reading.part === part(7))).toEqual([
      readings[3],
    ])
  })

  test('thousands of devices are met in few requests, and nothing is asked of all time', async () => {
    const database = nextDatabase()
    const proxy = await openProxy(server.url)
    const url = `${proxy.url}?database=${database}`
    const readings = Array.from({ length: 3_000 }, (_, index) => bin(START + index, {}, `bin-${index}`))
    for (let start = 0; start < 2; start++) {
      const store = await open(database, { url, isCompressed: false })
      const before = proxy.countRequests('POST ')
      await store.write(readings)
      expect(proxy.countRequests('POST ') - before).toBeLessThan(30)
      await store.close()
    }
    const lookUps = proxy.listStatements().filter((statement) => statement.includes('last('))
    expect(lookUps.length).toBeGreaterThanOrEqual(60)
    for (const statement of lookUps) expect(statement).toMatch(/AND time >= \d+ms GROUP BY/)
  })

  test('each authority has the database that its name says', async () => {
    const database = nextDatabase()
    const store = await open(`${database}-{authority}`)
    await store.write([bin(START, { fillPercent: 1 }), bin(START, { fillPercent: 2 }, 'bin-1', 'york')])
    const answer = await post(`/query?db=${database}-york`, 'q=SELECT+*+FROM+bin')
    expect(answer).toContain('"york"')
    expect(answer).not.toContain('leeds')
    expect(await listBins(store)).toEqual([bin(START, { fillPercent: 1 })])
  })

  test('a server that is killed is unavailable, and takes the same batch when it is back', async () => {
    const own = await startInfluxdb()
    cleanups.push(() => own.close())
    const store = await open('kerbside', { url: `${own.url}?database=kerbside` })
    const readings = Array.from({ length: 100 }, (_, index) => bin(START + index, { fillPercent: index }))
    await store.write(readings.slice(0, 50))
    await own.kill()
    const unavailable = { code: 'STORE_UNAVAILABLE' }
    await expect(store.write(readings)).rejects.toMatchObject(unavailable)
    await expect(store.listLatest('leeds', 'bin')).rejects.toMatchObject(unavailable)
    await expect(store.check()).rejects.toMatchObject(unavailable)
    await own.restart()
    await store.check()
    expect(await store.write(readings)).toEqual([])
    expect(await listBins(store)).toEqual(readings)
  }, 60_000)

  test('a server that is away at the start is found later', async () => {
    const own = await startInfluxdb()
    cleanups.push(() => own.close())
    await own.kill()
    const store = await open('kerbside', { url: `${own.url}?database=kerbside` })
    await expect(store.write([bin(START, {})])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await own.restart()
    await store.write([bin(START, {})])
    expect(await listBins(store)).toEqual([bin(START, {})])
  }, 60_000)

  test('a server that answers too late is unavailable, and one that answers slowly is not', async () => {
    const database = nextDatabase()
    const proxy = await openProxy(server.url)
    const store = await open(database, {
      url: `${proxy.url}?database=${database}`,
      writeTimeout: 500,
      queryTimeout: 500,
    })
    await store.write([bin(START, { fillPercent: 1 })])
    proxy.setDelay(5_000)
    const begun = performance.now()
    await expect(store.write([bin(START + 1, {})])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('500 ms'),
    })
    await expect(store.check()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(performance.now() - begun).toBeLessThan(4_000)
    proxy.setDelay(50)
    expect(await store.write([bin(START + 1, { fillPercent: 2 })])).toEqual([])
    expect(await listBins(store)).toHaveLength(2)
  })

  test.each([
    [500, '{"error":"engine is closed"}'],
    [503, 'Service Unavailable'],
    [429, '{"code":"too many requests","message":"slow down"}'],
    [401, '{"error":"authorization failed"}'],
    [400, '<html>a proxy does not like this</html>'],
  ])('an answer of %i that is not about the lines refuses none of them', async (status, body) => {
    const proxy = await openProxy(server.url)
    const database = nextDatabase()
    const store = await open(database, {
      url: `http://ops:s3cret@${new URL(proxy.url).host}?database=${database}`,
    })
    await store.write([bin(START, {})])
    proxy.setAnswer(
      `HTTP/1.1 ${status} X\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    )
    const failure = await store.write([bin(START + 1, {})]).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(String(status)),
    })
    expect(String(failure)).not.toContain('s3cret')
    proxy.setAnswer(undefined)
    expect(await store.write([bin(START + 1, {})])).toEqual([])
  })

  test.each(['http://127.0.0.1:8086', 'ftp://127.0.0.1?database=a', '8086?database=a'])(
    'the address %s is refused with the setting to change',
    async (url) => {
      await expect(openInfluxdbReadingStore({ url, logger: silentLogger })).rejects.toMatchObject({
        code: 'INVALID_CONFIG',
        message: expect.stringContaining('KERBSIDE_STORE'),
      })
    },
  )

  /** Stands before the server: counts requests, holds answers back, or answers itself. */
  async function openProxy(target: string) {
    const { hostname, port } = new URL(target)
    let delay = 0
    let answer: string | undefined
    let seen = ''
    const proxy = createServer((client) => {
      const upstream = connect(Number(port), hostname)
      const end = () => {
        client.destroy()
        upstream.destroy()
      }
      client.on('error', end).on('close', end)
      upstream.on('error', end).on('close', end)
      client.on('data', (data) => {
        seen += data.toString('latin1')
        if (answer === undefined) upstream.write(data)
        else client.end(answer)
      })
      upstream.on('data', (data) => {
        if (delay === 0) client.write(data)
        else setTimeout(() => client.writable && client.write(data), delay)
      })
      cleanups.push(end)
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    cleanups.push(() => proxy.close())
    return {
      url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      countRequests: (start: string) => seen.split(start).length - 1,
      listStatements: () =>
        [...seen.matchAll(/^q=(\S+?)(?:POST|GET|$)/gm)].flatMap(([, text]) =>
          (new URLSearchParams(`q=${text}`).get('q') ?? '').split(';'),
        ),
      setDelay(milliseconds: number) {
        delay = milliseconds
      },
      setAnswer(text: string | undefined) {
        answer = text
      },
    }
  }
})
