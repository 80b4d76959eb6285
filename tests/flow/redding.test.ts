import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import GtfsRealtime from 'gtfs-realtime-bindings'
import { expect, onTestFinished, test } from 'vitest'
import { request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { findTestData } from '../fixtures/find-test-data.ts'
import { putTimetable } from '../fixtures/put-timetable.ts'
import { startKerbside, TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'
import { hasGtfsRtValidator, validateGtfsRt } from '../fixtures/validate-gtfs-rt.ts'

const { FeedMessage } = GtfsRealtime.transit_realtime
const redding = findTestData('transit/raba-redding-2025')
/** When the vendor made its messages. */
const MADE = 1_749_416_885_000
const TOWN = '/v1/authorities/redding'

/** The vendor's server, as far as it is needed. */
async function serveFiles(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    const bytes = files[url]
    response.writeHead(bytes ? 200 : 404).end(bytes)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test.runIf(redding)(
  "a vendor's real predictions are served again without its faults",
  { timeout: 120_000 },
  async () => {
    const read = (name: string) => readFile(join(redding ?? '', name))
    const [zip, updates, positions] = await Promise.all(
      ['raba.zip', 'raba-trip-updates.pb', 'raba-vehicle-positions.pb'].map(read),
    )
    if (!zip || !updates || !positions) throw new Error('the files are there')
    const vendor = await serveFiles({ '/trip-updates': updates, '/positions': positions })
    const kerbside = await startKerbside(['up'], {
      KERBSIDE_DATA: await createFolder(),
      KERBSIDE_CLOCK: new Date(MADE + 2_000).toISOString(),
      KERBSIDE_ALLOW_PRIVATE: '1',
    })
    onTestFinished(() => kerbside.stop())
    const { apiUrl } = kerbside
    await request(apiUrl, '/v1/authorities', { body: { id: 'redding', timeZone: 'America/Los_Angeles' } })
    await putTimetable(apiUrl, 'redding', zip)
    for (const name of ['trip-updates', 'positions']) {
      await request(apiUrl, `${TOWN}/connections`, {
        body: { id: name, type: 'gtfs-realtime', url: `${vendor}/${name}`, intervalSeconds: 5 },
      })
    }
    const fetchFeed = async (kind: string): Promise<Uint8Array> => {
      const headers = { authorization: `Bearer ${TEST_ADMIN_KEY}` }
      return new Uint8Array(
        await (await fetch(`${apiUrl}${TOWN}/gtfs-rt/${kind}`, { headers })).arrayBuffer(),
      )
    }
    const told = FeedMessage.decode(updates).entity.map(({ tripUpdate }) => tripUpdate?.trip?.tripId)
    const listTrips = async () =>
      FeedMessage.decode(await fetchFeed('trip-updates')).entity.map(
        ({ tripUpdate }) => tripUpdate?.trip?.tripId,
      )
    await expect.poll(listTrips, { timeout: 60_000, interval: 200 }).toEqual(expect.arrayContaining(told))
    await expect
      .poll(async () => FeedMessage.decode(await fetchFeed('vehicle-positions')).entity.length, {
        timeout: 30_000,
        interval: 200,
      })
      .toBeGreaterThan(0)
    if (!hasGtfsRtValidator()) return

    const theirs = await validateGtfsRt({ gtfs: zip, feeds: { tu: updates }, at: MADE })
    const count = (severity: string) =>
      theirs
        .filter((notice) => notice.severity === severity)
        .reduce((sum, notice) => sum + notice.totalNotices, 0)
    process.stderr.write(
      `The vendor's own: ${JSON.stringify(theirs.map(({ code, totalNotices }) => [code, totalNotices]))}\n`,
    )
    expect(count('ERROR')).toBeGreaterThan(0)
    expect(count('WARNING')).toBeGreaterThan(0)
    const [tu, vp] = [await fetchFeed('trip-updates'), await fetchFeed('vehicle-positions')]
    const times = [tu, vp].map((bytes) => Number(FeedMessage.decode(bytes).header.timestamp))
    const at = (Math.max(...times) + 1) * 1000
    expect(await validateGtfsRt({ gtfs: zip, feeds: { tu, vp }, at })).toEqual([])
  },
)
