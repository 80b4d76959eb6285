import type { Clock } from '../model/clock.ts'
import type { Reading } from '../model/reading.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import {
  createTrafficHistory,
  HOURS_KEPT,
  observeTraffic,
  type TrafficHistory,
} from '../rounds/traffic/traffic-history.ts'
import { createTrafficPool, type TrafficPool } from '../rounds/traffic/traffic-pool.ts'
import type { ReadingStore } from '../store/reading-store.ts'
import { countTraffic } from './count-traffic.ts'
import { createSharedValues } from './shared-values.ts'

/** How long a counter's history is good for, in ms of the machine's: an hour is added to it once an hour. */
const HISTORY_FRESH_MS = 10 * 60_000
/** Some 32 KB each. */
const HISTORIES_MAX = 500
/** What counters usually have changes within weeks. */
const POOL_FRESH_MS = 6 * 3_600_000
const POOLS_MAX = 100
/** Counters that speak for the others of an authority, evenly drawn. */
const POOL_COUNTERS_MAX = 20

const DAY_MS = 86_400_000
const HISTORY_MS = HOURS_KEPT * 3_600_000
/** The newest readings of a counter that a history is made of: 12 weeks of 12 lanes by the quarter of an hour. */
const READINGS_MAX = 100_000
const PAGE = 10_000

/** What counters measured in the last weeks, and what they usually have, from the store's readings. */
export interface TrafficHistories {
  getHistory(authority: string, device: string): Promise<TrafficHistory>
  getPool(authority: string, timeZone: string): Promise<TrafficPool>
}

interface Parts {
  readonly store: ReadingStore
  readonly directory: DeviceDirectory
  readonly clock: Clock
}

export function createTrafficHistories({ store, directory, clock }: Parts): TrafficHistories {
  const histories = createSharedValues({
    freshMs: HISTORY_FRESH_MS * clock.speed,
    valuesMax: HISTORIES_MAX,
    now: clock.now,
    make: (key) => {
      const [authority = '', device = ''] = key.split('/')
      return readHistory(store, authority, device, clock.now())
    },
  })
  const pools = createSharedValues({
    freshMs: POOL_FRESH_MS * clock.speed,
    valuesMax: POOLS_MAX,
    now: clock.now,
    make: (key) => {
      const [authority = '', ...timeZone] = key.split('/')
      return readPool(authority, timeZone.join('/'))
    },
  })
  // Another authority of the same name must not find what it did not measure.
  directory.onRevocation(({ authority, keyHash }) => {
    if (keyHash !== null) return
    for (const values of [histories, pools]) values.forget((key) => key.startsWith(`${authority}/`))
  })
  return {
    getHistory: (authority, device) => histories.get(`${authority}/${device}`),
    getPool: (authority, timeZone) => pools.get(`${authority}/${timeZone}`),
  }

  async function readPool(authority: string, timeZone: string): Promise<TrafficPool> {
    const counters = [...directory.list(authority)].flatMap(({ device }) =>
      device.kind === 'traffic' ? [device.id] : [],
    )
    const step = Math.max(1, counters.length / POOL_COUNTERS_MAX)
    const members: TrafficHistory[] = []
    for (let position = 0; position < counters.length; position += step) {
      // One after the other, so that others' questions come between.
      members.push(await histories.get(`${authority}/${counters[Math.floor(position)]}`))
    }
    return createTrafficPool(members, { now: clock.now(), timeZone })
  }
}

async function readHistory(
  store: ReadingStore,
  authority: string,
  device: string,
  now: number,
): Promise<TrafficHistory> {
  const history = createTrafficHistory()
  const series = { authority, kind: 'traffic', device, to: now } as const
  const days = await store.listIntervals({ ...series, from: now - HISTORY_MS, every: DAY_MS, limit: 100 })
  let from = now - HISTORY_MS
  let readings = 0
  for (const { time, count } of days.toReversed()) {
    readings += count
    if (readings > READINGS_MAX) {
      from = time + DAY_MS
      break
    }
  }
  let after: { time: number; part: string } | undefined
  do {
    const page = await store.listReadings({ ...series, from, limit: PAGE, ...(after && { after }) })
    for (const reading of page) observeReading(history, reading)
    const last = page.at(-1)
    after = last && page.length === PAGE ? { time: last.time, part: last.part } : undefined
  } while (after)
  return history
}

function observeReading(history: TrafficHistory, { time, fields }: Reading): void {
  const { intervalSeconds, meanSpeedKph } = fields
  observeTraffic(history, {
    time,
    intervalSeconds: numberOf(intervalSeconds),
    count: countTraffic(fields),
    meanSpeedKph: numberOf(meanSpeedKph),
  })
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
