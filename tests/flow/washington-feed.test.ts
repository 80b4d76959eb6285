import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import GtfsRealtime from 'gtfs-realtime-bindings'
import { expect, onTestFinished, test } from 'vitest'
import { replayRecording } from '../../device-sim/replay.ts'
import { silentLogger } from '../../model/logger.ts'
import { request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { findTestData } from '../fixtures/find-test-data.ts'
import { type JudgedMoment, judgeMoments } from '../fixtures/judge-moments.ts'
import { putTimetable } from '../fixtures/put-timetable.ts'
import { readClock } from '../fixtures/read-clock.ts'
import { startKerbside, TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'
import { hasGtfsRtValidator } from '../fixtures/validate-gtfs-rt.ts'

const { FeedMessage } = GtfsRealtime.transit_realtime
const washington = findTestData('transit/wmata-3routes-2026')
const START = '2026-02-16T15:58:00Z'
/** The recording's first hour takes two minutes: faster, a second's delay of a busy machine would make positions old. */
const SPEED = 30
const REPLAYED_MS = 60 * 60_000
/** By then every bus has been heard of often enough. */
const FIRST_MS = 10 * 60_000
const MOMENTS = 20
const TOWN = '/v1/authorities/town'

/**
 * What the judge warns of, and why the recording is the reason.
 * - P008, a trip of which nothing is predicted any longer: a bus that comes to its last stop before its time. It is told of
 *   until that time, since whoever hears nothing of it would wait for it by the timetable; the judge's own description of the
 *   rule names the case.
 * - P005, a position that is older than 90 s: the recording has gaps, and a second of the machine is half a minute of its buses'.
 */
const EXPLAINED = ['P005', 'P008']

/** A Kerbside with the timetable, whose clock has just come to the recording's start and is fast. */
async function startWashington(gtfs: Uint8Array) {
  const folder = await createFolder()
  const first = await startKerbside(['up'], { KERBSIDE_DATA: folder, KERBSIDE_CLOCK: START })
  onTestFinished(() => first.stop())
  await request(first.apiUrl, '/v1/authorities', { body: { id: 'town', timeZone: 'America/New_York' } })
  expect(await putTimetable(first.apiUrl, 'town', gtfs)).toMatchObject({ status: 201 })
  await first.stop()
  const fast = { KERBSIDE_DATA: folder, KERBSIDE_CLOCK: `${START}*${SPEED}` }
  const kerbside = await startKerbside(['up'], fast)
  onTestFinished(() => kerbside.stop())
  return kerbside
}

async function fetchFeed(apiUrl: string, kind: string): Promise<Uint8Array> {
  const headers = { authorization: `Bearer ${TEST_ADMIN_KEY}` }
  const response = await fetch(`${apiUrl}${TOWN}/gtfs-rt/${kind}`, { headers })
  expect(response.status).toBe(200)
  return new Uint8Array(await response.arrayBuffer())
}

const timestampOf = (bytes: Uint8Array): number => Number(FeedMessage.decode(bytes).header.timestamp)
const countOf = (bytes: Uint8Array): number => FeedMessage.decode(bytes).entity.length

test.runIf(washington && hasGtfsRtValidator())(
  "Washington's buses, replayed, give feeds that the judge finds no error in",
  { timeout: 900_000 },
  async () => {
    const gtfs = await readFile(join(washington ?? '', 'gtfs.zip'))
    const { apiUrl, mqttUrl } = await startWashington(gtfs)
    const clock = await readClock(apiUrl, 'town', SPEED)
    const ended = new AbortController()
    const replaying = replayRecording({
      path: washington ?? '',
      speed: SPEED,
      clock,
      isByClock: true,
      apiUrl,
      mqttUrl,
      adminKey: TEST_ADMIN_KEY,
      authority: 'town',
      logger: silentLogger,
      signal: ended.signal,
    })
    onTestFinished(async () => {
      ended.abort()
      await replaying.catch(() => undefined)
    })
    const updates: JudgedMoment[] = []
    const positions: JudgedMoment[] = []
    for (let moment = 0; moment < MOMENTS; moment++) {
      const time = Date.parse(START) + FIRST_MS + (moment / MOMENTS) * (REPLAYED_MS - FIRST_MS)
      await expect.poll(clock.now, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(time)
      const kinds = ['trip-updates', 'vehicle-positions'].map((kind) => fetchFeed(apiUrl, kind))
      const [tu = new Uint8Array(), vp = new Uint8Array()] = await Promise.all(kinds)
      // What was made a second ago is a second old for whoever fetches it, and half a minute by the clock.
      const judgedAt = (bytes: Uint8Array): number => {
        const timestamp = timestampOf(bytes)
        return Math.ceil(timestamp + Math.max(0, clock.now() / 1000 - timestamp) / SPEED)
      }
      updates.push({ at: judgedAt(tu), feeds: { tu } })
      positions.push({ at: judgedAt(vp), feeds: { vp } })
    }
    ended.abort()
    await replaying
    // On a machine that is busy otherwise, some moments come when the last positions are a minute and a half old.
    const fullUpdates = updates.filter(({ feeds }) => countOf(feeds.tu ?? new Uint8Array()) > 20)
    const fullPositions = positions.filter(({ feeds }) => countOf(feeds.vp ?? new Uint8Array()) > 15)
    expect(fullUpdates.length).toBeGreaterThan(MOMENTS / 2)
    expect(fullPositions.length).toBeGreaterThan(MOMENTS / 2)
    const counts = new Map<string, number>()
    // Each feed by itself, as consumers that take but one of them.
    const moments = [...updates, ...positions]
    for (const [index, notices] of (await judgeMoments(gtfs, moments)).entries()) {
      for (const { code, totalNotices } of notices) counts.set(code, (counts.get(code) ?? 0) + totalNotices)
      const unexplained = notices.filter(({ code }) => !EXPLAINED.includes(code))
      expect.soft(unexplained, new Date((moments[index]?.at ?? 0) * 1000).toISOString()).toEqual([])
    }
    process.stderr.write(`Of ${MOMENTS} moments the judge notes ${JSON.stringify([...counts])}.\n`)
  },
)
