import type { LeftBin, Round, RoundStop } from '../../model/round.ts'
import type { RoundChange } from '../../model/round-mark.ts'
import type { MarkedDay } from './read-marks.ts'

/** A bin that is emptied earlier or later by less is emptied as promised. */
const SHIFT_MIN_SECONDS = 900
/** The same of a lorry's day. */
const DAY_MIN_SECONDS = 300

/** What a mended round has otherwise than the plan before it, in the order of what matters most. */
export function describeChanges(
  before: Round,
  after: Pick<Round, 'lorries' | 'left'>,
  { day, notes }: { readonly day: MarkedDay; readonly notes: readonly string[] },
): RoundChange[] {
  const [old, now] = [listLifts(before), listLifts(after)]
  const leftBefore = new Map(before.left.map((bin) => [bin.deviceId, bin]))
  return [
    ...notes.map((note): RoundChange => ({ type: 'note', message: note })),
    ...describeLorries(before, after, day),
    ...after.left.flatMap((bin) => describeLeft(bin, old, leftBefore)),
    ...[...now].flatMap(([deviceId, lift]) => describeLift(deviceId, lift, old.get(deviceId))),
  ]
}

interface Lift {
  readonly lorryId: string
  readonly stop: RoundStop
}

function listLifts({ lorries }: Pick<Round, 'lorries'>): Map<string, Lift> {
  const lifts = new Map<string, Lift>()
  for (const { lorryId, stops } of lorries) {
    for (const stop of stops) {
      if (stop.deviceId !== null && stop.status !== 'impossible') lifts.set(stop.deviceId, { lorryId, stop })
    }
  }
  return lifts
}

function describeLorries(
  before: Round,
  { lorries }: Pick<Round, 'lorries'>,
  { broken }: MarkedDay,
): RoundChange[] {
  const old = new Map(before.lorries.map((lorry) => [lorry.lorryId, lorry]))
  const gone = before.lorries.filter(({ lorryId }) => lorries.every((lorry) => lorry.lorryId !== lorryId))
  return [
    ...gone.map(
      ({ lorryId }): RoundChange => ({ type: 'lorry', lorryId, message: `lorry ${lorryId} stays at home` }),
    ),
    ...lorries.flatMap(({ lorryId, stops }): RoundChange[] => {
      const planned = old.get(lorryId)?.stops.at(-1)
      const last = stops.at(-1)
      if (!planned) return [{ type: 'lorry', lorryId, message: `lorry ${lorryId} goes out` }]
      if (!last) return []
      if (broken.has(lorryId)) {
        // It went no further before, or came home before it broke down.
        if (planned.type !== 'end' || last.type === 'end') return []
        const load = last.load.litres === 0 ? '' : `, with ${last.load.litres} litres that it carries`
        return [{ type: 'lorry', lorryId, message: `lorry ${lorryId} goes no further${load}` }]
      }
      const delaySeconds = secondsBetween(planned, last)
      if (Math.abs(delaySeconds) < DAY_MIN_SECONDS) return []
      const message = `lorry ${lorryId} is back ${formatShift(delaySeconds)}`
      return [{ type: 'lorry', lorryId, delaySeconds, message }]
    }),
  ]
}

function describeLeft(
  { deviceId, reason, wasPlanned }: LeftBin,
  old: ReadonlyMap<string, Lift>,
  leftBefore: ReadonlyMap<string, LeftBin>,
): RoundChange[] {
  const isNew = old.has(deviceId) || (wasPlanned && leftBefore.get(deviceId)?.reason !== reason)
  return isNew ? [{ type: 'left', deviceId, message: `bin ${deviceId} is left: ${lastReason(reason)}` }] : []
}

/** What a bin was planned for is no news. */
function lastReason(reason: string): string {
  return reason.slice(reason.lastIndexOf('; but ') + 1).replace(/^ but /, '')
}

function describeLift(deviceId: string, { lorryId, stop }: Lift, planned: Lift | undefined): RoundChange[] {
  if (stop.status === 'done' && (!planned || planned.stop.status === 'done')) return []
  if (!planned) {
    const why = stop.reason === null ? '' : `: ${stop.reason}`
    return [
      { type: 'added', deviceId, lorryId, message: `bin ${deviceId} is added to lorry ${lorryId}${why}` },
    ]
  }
  const delaySeconds = secondsBetween(planned.stop, stop)
  const isShifted = Math.abs(delaySeconds) >= SHIFT_MIN_SECONDS
  if (planned.lorryId !== lorryId) {
    const { lorryId: fromLorryId } = planned
    const when = Math.abs(delaySeconds) < 60 ? '' : `, ${formatShift(delaySeconds)}`
    const message = `bin ${deviceId} moves from lorry ${fromLorryId} to lorry ${lorryId}${when}`
    return [{ type: 'moved', deviceId, lorryId, fromLorryId, delaySeconds, message }]
  }
  if (!isShifted || stop.status === 'done') return []
  const message = `bin ${deviceId} is emptied ${formatShift(delaySeconds)}`
  return [{ type: delaySeconds > 0 ? 'later' : 'earlier', deviceId, lorryId, delaySeconds, message }]
}

function secondsBetween(a: RoundStop, b: RoundStop): number {
  return Math.round((Date.parse(b.arrivalTime) - Date.parse(a.arrivalTime)) / 1000)
}

function formatShift(seconds: number): string {
  const minutes = Math.round(Math.abs(seconds) / 60)
  return `${minutes} minute${minutes === 1 ? '' : 's'} ${seconds > 0 ? 'later' : 'earlier'}`
}
