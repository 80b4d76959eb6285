import { constants, deflateRawSync } from 'node:zlib'
import { unzipSync } from 'fflate'
import { expect, onTestFinished, test } from 'vitest'
import { request } from '../fixtures/api-client.ts'
import { buildGtfs } from '../fixtures/build-gtfs.ts'
import { buildZip } from '../fixtures/build-zip.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { putTimetable } from '../fixtures/put-timetable.ts'
import { startKerbside } from '../fixtures/start-kerbside.ts'

const TOWN = '/v1/authorities/town'
const FILES = Object.entries(unzipSync(buildGtfs())).map(([name, bytes]) => {
  return { name, text: new TextDecoder().decode(bytes) }
})

/** 20 GB of empty lines in 20 MB: blocks that begin anew, so that they can be repeated. */
function packBlanks(): Uint8Array {
  const block = deflateRawSync(Buffer.alloc(16 * 1024 * 1024, '\n'), { finishFlush: constants.Z_FULL_FLUSH })
  return Buffer.concat([...Array.from({ length: 1_250 }, () => block), deflateRawSync('')])
}

/** A zip, and what its refusal has to say. */
function listBroken(): [string, Uint8Array, RegExp][] {
  const swapRows = (text: string): string => {
    const [header = '', ...rows] = text.split('\n')
    return [
      header,
      ...rows.map((row, index) =>
        index === 1 ? row.replace('06:01:00,06:01:00', '05:01:00,05:01:00') : row,
      ),
    ].join('\n')
  }
  const stops = FILES.find(({ name }) => name === 'stops.txt')?.text ?? ''
  const latin1 = new Uint8Array(Buffer.from(stops.replace('Stop 1,', 'Café,'), 'latin1'))
  const bomb = { name: 'stops.txt', packed: packBlanks() }
  const others = FILES.filter(({ name }) => name !== 'stops.txt')
  return [
    ['no zip', Buffer.from('PK, or not'), /zip/],
    ['without stop_times.txt', buildGtfs({ 'stop_times.txt': null }), /stop_times\.txt/],
    ['in Latin-1', buildGtfs({ 'stops.txt': latin1 }), /stops\.txt/],
    [
      'in UTF-16',
      buildGtfs({ 'stops.txt': new Uint8Array(Buffer.from('\ufeffstop_id,stop_name\n', 'utf16le')) }),
      /stops\.txt/,
    ],
    [
      'with stations in a circle',
      buildGtfs({
        'stops.txt': (text) =>
          `${text.replace('stop_lon', 'stop_lon,location_type,parent_station').replaceAll(/(\d)$/gm, '$1,0,')}a,1,A,51.5,0.01,1,b\nb,2,B,51.5,0.01,1,a\n`,
      }),
      /stops\.txt/,
    ],
    ['with stop times out of order', buildGtfs({ 'stop_times.txt': swapRows }), /stop_times\.txt/],
    ['with an entry outside', buildZip([...FILES, { name: '../stops.txt', text: 'x' }]), /\.\.\/stops\.txt/],
    [
      'that says it unpacks to 20 GB',
      buildZip([...others, { ...bomb, unpackedBytes: 20 * 1024 ** 3 }]),
      /stops\.txt/,
    ],
    [
      'that unpacks to 20 GB and does not say so',
      buildZip([...others, { ...bomb, unpackedBytes: 1_000 }]),
      /stops\.txt/,
    ],
  ]
}

test('while broken zips are refused, each with a list, the timetable in use goes on', {
  timeout: 180_000,
}, async () => {
  const kerbside = await startKerbside(['up'], {
    KERBSIDE_DATA: await createFolder(),
    KERBSIDE_CLOCK: '2026-02-16T11:55:00Z',
  })
  onTestFinished(() => kerbside.stop())
  const { apiUrl } = kerbside
  await request(apiUrl, '/v1/authorities', { body: { id: 'town', timeZone: 'Europe/London' } })
  const good = await putTimetable(apiUrl, 'town', buildGtfs())
  expect(good.status).toBe(201)
  const listTrips = async () => {
    const { items } = await request<{ items: { tripId: string }[] }>(
      apiUrl,
      `${TOWN}/stops/stop-5/departures`,
    )
    return items.map(({ tripId }) => tripId)
  }
  const trips = await listTrips()
  expect(trips.length).toBeGreaterThan(3)

  for (const [name, zip, expected] of listBroken()) {
    let isAnswered = false
    const putting = putTimetable(apiUrl, 'town', zip).finally(() => {
      isAnswered = true
    })
    let longestMs = 0
    do {
      const before = performance.now()
      expect(await listTrips(), name).toEqual(trips)
      longestMs = Math.max(longestMs, performance.now() - before)
    } while (!isAnswered)
    const { status, body } = await putting
    expect(status, name).toBe(400)
    const errors = body['errors'] as { path: string; message: string }[]
    expect(errors.length, name).toBeGreaterThan(0)
    expect(errors.map(({ path, message }) => `${path} ${message}`).join('\n'), name).toMatch(expected)
    process.stderr.write(
      `A zip ${name} is refused with ${errors[0]?.message}; a board took ${Math.round(longestMs)} ms at most.\n`,
    )
    const { current } = await request<{ current: { id: string } }>(apiUrl, `${TOWN}/gtfs`)
    expect(current.id, name).toBe(good.body['id'])
  }
  const { items } = await request<{ items: object[] }>(apiUrl, `${TOWN}/gtfs`)
  expect(items).toHaveLength(1)
})
