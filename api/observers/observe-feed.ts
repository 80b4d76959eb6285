import type { FeedQualityReports } from '../feed-quality.ts'
import type { TransitView } from '../transit-view.ts'
import { MINUTE_MS, type Observer } from './observer.ts'
import { isUnderWay } from './trip-status.ts'

/** What apps are told, and how old the newest is that it rests on. */
export function observeFeed({
  view,
  quality,
}: {
  readonly view: TransitView
  readonly quality: FeedQualityReports
}): Observer {
  /** By authority, the newest that anything live rested on: of what was heard of long ago nothing else is known. */
  const newestTimes = new Map<string, number>()
  return {
    subject: 'feed',
    everyMs: MINUTE_MS,
    async observe({ id }, time) {
      const moment = await view.findMoment(id)
      if (!moment) {
        newestTimes.delete(id)
        return []
      }
      const newest = moment.trips.reduce(
        (latest, { observedTime }) => Math.max(latest, observedTime ?? latest),
        newestTimes.get(id) ?? Number.NEGATIVE_INFINITY,
      )
      newestTimes.set(id, newest)
      // At night nothing is new, and nothing is to be.
      const isRunning = moment.trips.some((trip) => isUnderWay(trip, moment.time))
      const { feeds } = await quality.get(id)
      const entitiesOf = (wanted: string) => feeds.find(({ name }) => name === wanted)?.entities
      const sum = (list: 'errors' | 'warnings') =>
        feeds.flatMap((feed) => feed[list]).reduce((total, { count }) => total + count, 0)
      return [
        {
          measurement: 'feed',
          time,
          tags: {},
          fields: {
            ageSeconds: isRunning ? Math.max(0, (moment.time - newest) / 1000) : undefined,
            trips: entitiesOf('trip-updates'),
            vehicles: entitiesOf('vehicle-positions'),
            errors: sum('errors'),
            warnings: sum('warnings'),
          },
        },
      ]
    },
  }
}
