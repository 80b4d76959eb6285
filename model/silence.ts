import type { Device, Kind } from './device.ts'

/** After how long without a reading a device counts as silent, where its `reportIntervalSeconds` is not set. */
const SILENT_AFTER_SECONDS: Readonly<Record<Kind, number>> = {
  // Many bins report once a day, not always at the same hour.
  bin: 26 * 3600,
  traffic: 3 * 3600,
  display: 3 * 3600,
  vehicle: 5 * 60,
}

/** How many of its own intervals a device may miss before it counts as silent. */
const INTERVALS_MISSED = 3

/** In seconds since its last reading (of a counter: since the end of the interval that it counted). */
export function silentAfterSeconds({ kind, settings }: Pick<Device, 'kind' | 'settings'>): number {
  const { reportIntervalSeconds } = settings
  return reportIntervalSeconds === undefined
    ? SILENT_AFTER_SECONDS[kind]
    : reportIntervalSeconds * INTERVALS_MISSED
}
