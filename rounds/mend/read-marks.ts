import type { RoundMark } from '../../model/round-mark.ts'
import type { BlockedStreets } from '../roads/roads.ts'

/** What holds after all marks so far; times in ms since 1970. */
export interface MarkedDay {
  /** By bin. */
  readonly lifts: ReadonlyMap<string, MarkedLift>
  /** Of each lorry, in the order of their times. */
  readonly tips: readonly { readonly lorryId: string; readonly tipId: string; readonly time: number }[]
  /** By lorry, what stopped it. */
  readonly broken: ReadonlyMap<string, { readonly time: number; readonly reason: string | null }>
  readonly blocked: readonly BlockedStreets[]
  /** By bin, the level that was told last. */
  readonly levels: ReadonlyMap<string, { readonly fillPercent: number; readonly time: number }>
}

interface MarkedLift {
  readonly status: 'done' | 'impossible'
  readonly time: number
  /** Null where its own lorry did it. */
  readonly lorryId: string | null
  readonly reason: string | null
}

/** Of marks about the same thing the last holds; what is reopened is as if nobody had marked it. */
export function readMarks(marks: readonly RoundMark[]): MarkedDay {
  const lifts = new Map<string, MarkedLift>()
  const tips: { lorryId: string; tipId: string; time: number }[] = []
  const broken = new Map<string, { time: number; reason: string | null }>()
  const blocked = new Map<string, BlockedStreets>()
  const levels = new Map<string, { fillPercent: number; time: number }>()
  for (const mark of marks) {
    const { type, deviceId, tipId, lorryId, fillPercent } = mark
    const time = Date.parse(mark.time)
    const reason = mark.reason ?? null
    if (type === 'done' && tipId !== undefined && lorryId !== undefined) tips.push({ lorryId, tipId, time })
    else if ((type === 'done' || type === 'impossible') && deviceId !== undefined) {
      lifts.set(deviceId, { status: type, time, lorryId: lorryId ?? null, reason })
    } else if (type === 'breakdown' && lorryId !== undefined) broken.set(lorryId, { time, reason })
    else if (type === 'reading' && deviceId !== undefined && fillPercent !== undefined) {
      levels.set(deviceId, { fillPercent, time })
    } else if (type === 'blocked') {
      const streets = streetsOf(mark)
      if (streets) blocked.set(JSON.stringify(streets), streets)
    } else if (type === 'reopened') {
      if (deviceId !== undefined) lifts.delete(deviceId)
      if (lorryId !== undefined) broken.delete(lorryId)
      blocked.delete(JSON.stringify(streetsOf(mark)))
    }
  }
  tips.sort((a, b) => a.time - b.time)
  return { lifts, tips, broken, blocked: [...blocked.values()], levels }
}

function streetsOf({ polygon, wayId }: RoundMark): BlockedStreets | undefined {
  if (polygon) return { type: 'polygon', ring: polygon }
  return wayId === undefined ? undefined : { type: 'way', wayId }
}
