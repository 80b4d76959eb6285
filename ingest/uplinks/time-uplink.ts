import type { Uplink } from '../../model/uplink.ts'
import type { MappedReading } from '../mapping/apply-mapping.ts'

/**
 * Gives a reading the time at which the network received it, unless its payload tells one. What was counted in an interval is of the
 * interval's start; sums are of their end, until it is known when the last ones were.
 */
export function timeUplink(part: MappedReading, { time }: Uplink): MappedReading {
  const { element, sums } = part
  if (time === null || element['time'] !== undefined) return part
  const seconds = element['intervalSeconds']
  const start = typeof seconds === 'number' && sums.size === 0 ? time - Math.round(seconds * 1_000) : time
  return { element: { ...element, time: start }, sums }
}
