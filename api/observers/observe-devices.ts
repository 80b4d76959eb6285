import type { Clock } from '../../model/clock.ts'
import { type Device, KINDS, type Kind } from '../../model/device.ts'
import type { Observation } from '../../model/observation.ts'
import type { Reading } from '../../model/reading.ts'
import type { DeviceDirectory } from '../../registry/device-directory.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import { findNewest, groupByDevice, isSilent } from '../feature-collection.ts'
import { areaOf } from './area-of.ts'
import { MINUTE_MS, type Observer } from './observer.ts'

/** By when a device of an authority counts as silent; undefined where only its kind's usual limit is known. */
export type LimitOf = (
  authority: string,
  device: Device,
) => { readonly limitSeconds: number; readonly usualSeconds: number | undefined } | undefined

/** Every device: where it is, when it was heard of, and what dashboards map of its newest reading. */
export function observeDevices({
  directory,
  store,
  clock,
  isStuck,
  limitOf = () => undefined,
}: {
  readonly directory: DeviceDirectory
  readonly store: Pick<ReadingStore, 'listLatest'>
  readonly clock: Clock
  /** Whether a bin's level has stopped to move; undefined where that is not known. */
  readonly isStuck: (authority: string, device: string) => boolean | undefined
  readonly limitOf?: LimitOf | undefined
}): Observer {
  return {
    subject: 'device',
    everyMs: 5 * MINUTE_MS,
    async observe({ id }, time) {
      const devices = [...directory.list(id)].map(({ device }) => device)
      const kinds = new Set(devices.map(({ kind }) => kind))
      const latest = new Map<Kind, Map<string, Reading[]>>()
      for (const kind of KINDS) {
        if (kinds.has(kind)) latest.set(kind, groupByDevice(await store.listLatest(id, kind)))
      }
      const now = clock.now()
      return devices.map((device) => {
        const newest = findNewest(latest.get(device.kind)?.get(device.id) ?? [])
        const stuck = device.kind === 'bin' ? isStuck(id, device.id) : undefined
        return describe(device, { newest, stuck, limit: limitOf(id, device), now, time })
      })
    },
  }
}

function describe(
  device: Device,
  {
    newest,
    stuck,
    limit,
    now,
    time,
  }: {
    newest: Reading | undefined
    stuck: boolean | undefined
    limit: ReturnType<LimitOf>
    now: number
    time: number
  },
): Observation<'device'> {
  const { id, kind, name, settings } = device
  const numberOf = (field: string): number | undefined => {
    const value = newest?.fields[field]
    return typeof value === 'number' ? value : undefined
  }
  const isMoving = kind === 'vehicle'
  return {
    measurement: 'device',
    time,
    tags: { kind, device: id, area: areaOf(device) },
    fields: {
      name: name ?? id,
      latitude: (isMoving ? numberOf('latitude') : undefined) ?? device.latitude ?? undefined,
      longitude: (isMoving ? numberOf('longitude') : undefined) ?? device.longitude ?? undefined,
      isSilent: Number(isSilent(device, newest, now, limit?.limitSeconds)),
      isStuck: stuck === undefined ? undefined : Number(stuck),
      ageSeconds: newest && Math.max(0, (now - newest.time) / 1000),
      usualIntervalSeconds: limit?.usualSeconds ?? settings.reportIntervalSeconds,
      fillPercent: numberOf('fillPercent'),
      temperatureC: numberOf('temperatureC'),
      batteryPercent: numberOf('batteryPercent'),
      tiltDegrees: numberOf('tiltDegrees'),
    },
  }
}
