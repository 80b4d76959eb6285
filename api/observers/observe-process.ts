import type { Observation } from '../../model/observation.ts'
import type { TimedReadingStore } from '../../store/time-writes.ts'
import type { Metrics } from '../metrics.ts'
import { MINUTE_MS, type Observer } from './observer.ts'

/** What this process says of itself, the same to every authority: what it serves all of them with. */
export function observeProcess({
  name,
  metrics,
  store,
}: {
  /** Its command and a number, such as `api-1`. */
  readonly name: () => string
  readonly metrics: Metrics
  readonly store: Pick<TimedReadingStore, 'takeWriteSeconds'>
}): Observer {
  let latest: { readonly time: number; readonly fields: Observation<'process'>['fields'] } | undefined
  let takenAt = performance.now()
  return {
    subject: 'process',
    everyMs: MINUTE_MS,
    async observe(_, time) {
      if (latest?.time !== time) latest = { time, fields: await look() }
      return [{ measurement: 'process', time, tags: { process: name() }, fields: latest.fields }]
    },
  }

  async function look(): Promise<Observation<'process'>['fields']> {
    const journalBytes = await metrics.find('kerbside_journal_bytes')
    const limitBytes = await metrics.find('kerbside_journal_limit_bytes')
    const requests = metrics.takeRequestTimes()
    const seconds = (performance.now() - takenAt) / 1000
    takenAt = performance.now()
    return {
      connections: await metrics.find('kerbside_mqtt_connections'),
      journalBytes,
      journalFilledPercent:
        journalBytes === undefined || !limitBytes ? undefined : (100 * journalBytes) / limitBytes,
      journalMessages: await metrics.find('kerbside_journal_pending_messages'),
      storeWriteSeconds: store.takeWriteSeconds(),
      requestsPerSecond: requests.count / seconds,
      medianRequestSeconds: requests.median,
      request99Seconds: requests.percentile99,
      memoryBytes: process.memoryUsage.rss(),
    }
  }
}
