import type { Authority } from '../../model/authority.ts'
import type { Clock } from '../../model/clock.ts'
import type { Device } from '../../model/device.ts'
import type { Observation } from '../../model/observation.ts'
import type { Reading } from '../../model/reading.ts'
import type { DeviceDirectory } from '../../registry/device-directory.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import type { TrafficHistories } from '../traffic-histories.ts'
import { areaOf } from './area-of.ts'
import type { Observer } from './observer.ts'
import { type Flow, sumFlows } from './sum-flows.ts'
import { createUsualFlows } from './usual-flows.ts'

const HOUR_MS = 3_600_000
/** The last interval of an hour arrives a while after it. */
const SETTLED_MS = 5 * 60_000
/** A hundred counters of two lanes by the minute, or a thousand by the quarter of an hour: of more, those received first. */
const READINGS_MAX = 20_000

/** Each counter's last whole hour, at the hour's start, beside what is usual then. */
export function observeFlows({
  directory,
  store,
  trafficHistories,
  clock,
}: {
  readonly directory: DeviceDirectory
  readonly store: Pick<ReadingStore, 'listReceived'>
  readonly trafficHistories: TrafficHistories
  readonly clock: Clock
}): Observer {
  const usual = createUsualFlows(trafficHistories)
  directory.onRevocation(({ authority, keyHash }) => {
    if (keyHash === null) usual.forget(authority)
  })
  return {
    subject: 'flow',
    everyMs: HOUR_MS,
    async observe(authority, time) {
      const counters = [...directory.list(authority.id)].flatMap(({ device }) =>
        device.kind === 'traffic' ? [device] : [],
      )
      if (counters.length === 0 || clock.now() - time < SETTLED_MS) return []
      const hour = time - HOUR_MS
      const flows = sumFlows(await listReadings(authority.id, hour))
      const rows: Observation<'flow'>[] = []
      // One after the other, so that others' questions come between.
      for (const counter of counters) {
        const flow = flows.get(counter.id)
        if (flow) rows.push(await describe(authority, counter, { flow, hour }))
      }
      return rows
    },
  }

  async function listReadings(authority: string, hour: number): Promise<Reading[]> {
    const received = await store.listReceived({
      authority,
      kind: 'traffic',
      from: hour,
      receivedFrom: hour,
      limit: READINGS_MAX,
    })
    return received.filter(({ time }) => time < hour + HOUR_MS)
  }

  async function describe(
    authority: Authority,
    counter: Device,
    { flow, hour }: { flow: Flow; hour: number },
  ): Promise<Observation<'flow'>> {
    const expected = await usual.find(authority, counter.id, hour)
    return {
      measurement: 'flow',
      time: hour,
      tags: { device: counter.id, area: areaOf(counter) },
      fields: {
        name: counter.name ?? counter.id,
        ...flow,
        usualVehiclesPerHour: expected?.count ?? undefined,
        usualSpeedKph: expected?.meanSpeedKph ?? undefined,
        latitude: counter.latitude ?? undefined,
        longitude: counter.longitude ?? undefined,
      },
    }
  }
}
