import { FULL_PERCENT } from './judge-alarm.ts'
import type { RaisedAlert, SeenLevels } from './watched-town.ts'

/** A fall of so much is a collection. */
const FALL_PERCENT = 25

/** A bin that became full, once between two collections. */
export interface Overflow {
  /** Of the first reading that says so, in ms since 1970. */
  readonly time: number
  /** How long before that an alert was raised that was still open; undefined where none was. */
  readonly leadMs: number | undefined
}

/** A bin's overflows between two times, and whether its alerts came before them. */
export function findOverflows(
  { times, levels }: SeenLevels,
  alerts: readonly RaisedAlert[],
  { from, to }: { readonly from: number; readonly to: number },
): Overflow[] {
  const overflows: Overflow[] = []
  let isFull = false
  for (const [index, time] of times.entries()) {
    const level = levels[index] as number
    if ((levels[index - 1] ?? 0) - level >= FALL_PERCENT) isFull = false
    if (level < FULL_PERCENT || isFull) continue
    isFull = true
    if (time < from || time >= to) continue
    const warning = alerts.find((alert) => alert.time < time && alert.clearedTime > time)
    overflows.push({ time, leadMs: warning && time - warning.time })
  }
  return overflows
}
