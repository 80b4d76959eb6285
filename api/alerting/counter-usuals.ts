import type { UsualHour } from '../../alerts/conditions/judge-counter.ts'
import { createUsualHours } from '../../alerts/usual-hours.ts'
import type { Clock } from '../../model/clock.ts'
import type { Device } from '../../model/device.ts'
import { offsetAt } from '../../model/zone-offset.ts'
import { listTrafficHours } from '../../rounds/traffic/traffic-history.ts'
import type { TrafficHistories } from '../traffic-histories.ts'

/** What counters usually have, of those that have been in doubt. */
export interface CounterUsuals {
  find(counter: string): ((time: number) => UsualHour | undefined) | undefined
  /** Reads the histories of some of these, where they are not known or of yesterday. Rejects as the store does. */
  read(counters: readonly Device[]): Promise<void>
}

const DAY_MS = 86_400_000
/** Each reads twelve weeks. Pedestrian counters read zero at night, all at once. */
const READ_AT_ONCE = 5
/** The hours in doubt must not speak for themselves. */
const DOUBTFUL_MS = 26 * 3_600_000

export function createCounterUsuals({
  authority,
  timeZone,
  trafficHistories,
  clock,
}: {
  readonly authority: string
  readonly timeZone: string
  readonly trafficHistories: Pick<TrafficHistories, 'getHistory'>
  readonly clock: Clock
}): CounterUsuals {
  const known = new Map<
    string,
    { readonly madeTime: number; readonly usualAt: ReturnType<typeof createUsualHours> }
  >()
  return {
    find: (counter) => known.get(counter)?.usualAt,
    async read(counters) {
      const now = clock.now()
      for (const [id, { madeTime }] of known) if (now - madeTime >= 2 * DAY_MS) known.delete(id)
      const due = counters.filter(({ id }) => now - (known.get(id)?.madeTime ?? 0) >= DAY_MS)
      for (const { id } of due.slice(0, READ_AT_ONCE)) {
        const hours = listTrafficHours(await trafficHistories.getHistory(authority, id), now - DOUBTFUL_MS)
        known.set(id, { madeTime: now, usualAt: createUsualHours(hours, (time) => offsetAt(time, timeZone)) })
      }
    },
  }
}
