import type { Authority } from '../../model/authority.ts'
import type { Clock } from '../../model/clock.ts'
import type { Device } from '../../model/device.ts'
import type { Observation } from '../../model/observation.ts'
import type { Reading } from '../../model/reading.ts'
import type { DeviceDirectory } from '../../registry/device-directory.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import { viewSign } from '../alerting/sign-views.ts'
import { findNewest, groupByDevice } from '../feature-collection.ts'
import { createLocalClock } from '../local-clock.ts'
import type { SignDesk } from '../sign-desk.ts'
import type { StopBoardSource, StopBoards } from '../stop-boards.ts'
import { areaOf } from './area-of.ts'
import { MINUTE_MS, type Observer } from './observer.ts'

/** What displays say of themselves, and whether they show what they were told. */
export function observeSigns({
  directory,
  store,
  boards,
  desk,
  clock,
}: {
  readonly directory: DeviceDirectory
  readonly store: Pick<ReadingStore, 'listLatest'>
  readonly boards: StopBoardSource
  /** Whoever tells displays what to show is the one who knows what T047 displays answered. */
  readonly desk: SignDesk | undefined
  readonly clock: Clock
}): Observer {
  return {
    subject: 'sign',
    everyMs: MINUTE_MS,
    ...(desk && { isMine: desk.isTelling }),
    async observe(authority, time) {
      const displays = [...directory.list(authority.id)].flatMap(({ device }) =>
        device.kind === 'display' ? [device] : [],
      )
      if (displays.length === 0) return []
      const latest = groupByDevice(await store.listLatest(authority.id, 'display'))
      const found = await boards.find(authority.id)
      const formatLocal = createLocalClock(authority.timeZone)
      return displays.map((device) => {
        const newest = findNewest(latest.get(device.id) ?? [])
        return describe(device, {
          newest,
          isWrong: isWrong(authority, device, { newest, found, formatLocal }),
          time,
        })
      })
    },
  }

  /** Undefined where it is not known. */
  function isWrong(
    { id }: Authority,
    device: Device,
    {
      newest,
      found,
      formatLocal,
    }: {
      newest: Reading | undefined
      found: StopBoards | undefined
      formatLocal: (time: number) => string
    },
  ): boolean | undefined {
    const faults = viewSign(device, { authority: id, desk, found, shown: newest, formatLocal, clock })?.faults
    return faults === undefined ? undefined : faults > 0
  }
}

function describe(
  device: Device,
  { newest, isWrong, time }: { newest: Reading | undefined; isWrong: boolean | undefined; time: number },
): Observation<'sign'> {
  const state = newest?.fields['state']
  return {
    measurement: 'sign',
    time,
    tags: { device: device.id, area: areaOf(device) },
    fields: {
      name: device.name ?? device.id,
      state: typeof state === 'string' ? state : undefined,
      isDark: typeof state === 'string' ? Number(state === 'dark') : undefined,
      isWrong: isWrong === undefined ? undefined : Number(isWrong),
      latitude: device.latitude ?? undefined,
      longitude: device.longitude ?? undefined,
    },
  }
}
