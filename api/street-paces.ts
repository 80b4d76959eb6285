import type { Clock } from '../model/clock.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import { forecastTraffic } from '../rounds/traffic/forecast-traffic.ts'
import type { ReadingStore } from '../store/reading-store.ts'
import type { StreetPace } from '../transit/predict/street-ratio.ts'
import type { TrafficHistories } from './traffic-histories.ts'

/** Counters whose speeds are compared with their usual ones; the first by id. */
const COUNTERS_MAX = 50
/** What was measured longer ago says nothing of now. */
const FRESH_MS = 60 * 60_000
/** What is usual is looked up for a day at once, of what ended some hours before, so that today's jam is not taken for usual. */
const USUAL_MS = 24 * 3_600_000
const USUAL_BEFORE_MS = 6 * 3_600_000
const HOUR_MS = 3_600_000
/** One counter may stand before a light. */
const RATIO_MAX = 2.5

/** How fast the streets of an authority's counters are now, of how fast they usually are at this hour. */
export interface StreetPaces {
  /** Reads what they measured last; none of a counter that measures no speeds, or of which nothing usual is known. */
  read(timeZone: string): Promise<readonly StreetPace[]>
}

interface Usual {
  readonly from: number
  readonly speedsKph: readonly (number | null)[]
}

export function createStreetPaces({
  authority,
  store,
  directory,
  trafficHistories,
  clock,
}: {
  readonly authority: string
  readonly store: ReadingStore
  readonly directory: DeviceDirectory
  readonly trafficHistories: Pick<TrafficHistories, 'getHistory'>
  readonly clock: Clock
}): StreetPaces {
  const usuals = new Map<string, Usual>()

  return {
    async read(timeZone) {
      const counters = [...directory.list(authority)]
        .map(({ device }) => device)
        .filter(
          ({ kind, longitude, latitude }) => kind === 'traffic' && longitude !== null && latitude !== null,
        )
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, COUNTERS_MAX)
      if (counters.length === 0) return []
      const latest = await readLatest()
      const paces: StreetPace[] = []
      for (const { id, longitude, latitude } of counters) {
        const measured = latest.get(id)
        const usual = measured && (await findUsual(id, measured.time, timeZone))
        if (!measured || !usual || longitude === null || latitude === null) continue
        const ratio = Math.min(RATIO_MAX, Math.max(1 / RATIO_MAX, usual / measured.speedKph))
        paces.push({ longitude, latitude, ratio, time: measured.time })
      }
      return paces
    },
  }

  /** By counter: of its lanes together, those that measured speeds. */
  async function readLatest(): Promise<Map<string, { time: number; speedKph: number }>> {
    const latest = new Map<string, { time: number; speedKph: number; lanes: number }>()
    for (const { device, time, fields } of await store.listLatest(authority, 'traffic')) {
      const speed = fields['meanSpeedKph']
      if (typeof speed !== 'number' || speed <= 0 || clock.now() - time > FRESH_MS) continue
      const { time: before, speedKph, lanes } = latest.get(device) ?? { time, speedKph: 0, lanes: 0 }
      const mean = (speedKph * lanes + speed) / (lanes + 1)
      latest.set(device, { time: Math.max(time, before), speedKph: mean, lanes: lanes + 1 })
    }
    return latest
  }

  async function findUsual(id: string, time: number, timeZone: string): Promise<number | null | undefined> {
    let usual = usuals.get(id)
    if (!usual || time < usual.from || time >= usual.from + USUAL_MS) {
      const from = Math.floor(time / HOUR_MS) * HOUR_MS
      const history = await trafficHistories.getHistory(authority, id)
      const span = { now: from - USUAL_BEFORE_MS, from, to: from + USUAL_MS, timeZone }
      const hours = forecastTraffic(history, undefined, span)
      usual = { from, speedsKph: hours.map(({ meanSpeedKph }) => meanSpeedKph) }
      usuals.set(id, usual)
    }
    return usual.speedsKph[Math.floor((time - usual.from) / HOUR_MS)]
  }
}
