import type { SpeedProfiles } from './problem.ts'

/**
 * When one arrives who leaves at a time and drives `duration` seconds' worth of way at a ratio of 1: Ichoua, Gendreau
 * and Potvin 2003, section 3. All in seconds.
 */
export function arrivalTime(speeds: SpeedProfiles, profile: number, leave: number, duration: number): number {
  const { from, sliceSeconds, sliceCount, ratios } = speeds
  let slice = Math.max(0, Math.min(sliceCount - 1, Math.floor((leave - from) / sliceSeconds)))
  let time = leave
  let remaining = duration
  for (; slice < sliceCount - 1; slice++) {
    const ratio = ratios[profile * sliceCount + slice] as number
    const end = from + (slice + 1) * sliceSeconds
    const driven = (end - time) * ratio
    if (driven >= remaining) return time + remaining / ratio
    remaining -= driven
    time = end
  }
  return time + remaining / (ratios[profile * sliceCount + slice] as number)
}

/** When one must leave at the latest to arrive by a time: the inverse of `arrivalTime`. */
export function leaveTime(speeds: SpeedProfiles, profile: number, arrive: number, duration: number): number {
  const { from, sliceSeconds, sliceCount, ratios } = speeds
  if (!Number.isFinite(arrive)) return arrive
  let slice = Math.max(0, Math.min(sliceCount - 1, Math.ceil((arrive - from) / sliceSeconds) - 1))
  let time = arrive
  let remaining = duration
  for (; slice > 0; slice--) {
    const ratio = ratios[profile * sliceCount + slice] as number
    const start = from + slice * sliceSeconds
    const driven = (time - start) * ratio
    if (driven >= remaining) return time - remaining / ratio
    remaining -= driven
    time = start
  }
  return time - remaining / (ratios[profile * sliceCount] as number)
}
