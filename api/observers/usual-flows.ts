import type { Authority } from '../../model/authority.ts'
import { forecastTraffic, type TrafficForecast } from '../../rounds/traffic/forecast-traffic.ts'
import { needsPool } from '../../rounds/traffic/traffic-pool.ts'
import type { TrafficHistories } from '../traffic-histories.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** What is usual takes weeks of a counter's readings to tell: so many counters learn it anew in an hour. */
const LEARNT_PER_HOUR = 100
/** Counters of all authorities, some 2 kB each; those not asked about for longest go. */
const KEPT_MAX = 20_000

/** What is usual of a counter in an hour; each is looked at once a day. */
export interface UsualFlows {
  /** `hour` in ms since 1970; undefined where it is not known yet. */
  find(authority: Authority, device: string, hour: number): Promise<TrafficForecast | undefined>
  forget(authority: string): void
}

export function createUsualFlows(histories: TrafficHistories): UsualFlows {
  const kept = new Map<string, readonly TrafficForecast[]>()
  let learning = { hour: Number.NaN, count: 0 }
  return {
    async find(authority, device, hour) {
      const key = `${authority.id}/${device}`
      let hours = kept.get(key)
      if (!hours?.some(({ time }) => time === hour)) {
        if (learning.hour !== hour) learning = { hour, count: 0 }
        if (learning.count >= LEARNT_PER_HOUR) return undefined
        learning.count += 1
        hours = await learn(authority, device, hour)
      }
      kept.delete(key)
      kept.set(key, hours)
      const [oldest] = kept.keys()
      if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest)
      return hours.find(({ time }) => time === hour)
    },
    forget(authority) {
      for (const key of kept.keys()) if (key.startsWith(`${authority}/`)) kept.delete(key)
    },
  }

  /** Of a day from the hour on, by what was measured before it. */
  async function learn(
    { id, timeZone }: Authority,
    device: string,
    hour: number,
  ): Promise<TrafficForecast[]> {
    const history = await histories.getHistory(id, device)
    const pool = needsPool(history, hour) ? await histories.getPool(id, timeZone) : undefined
    return forecastTraffic(history, pool, { now: hour, from: hour, to: hour + DAY_MS, timeZone })
  }
}
