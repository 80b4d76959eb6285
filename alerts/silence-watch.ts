import { type Device, KINDS, type Kind } from '../model/device.ts'
import { isOutage, judgeOutage, type KindSilence } from './conditions/judge-outage.ts'
import { judgeSilence } from './conditions/judge-silence.ts'
import type { Judgement } from './outcome.ts'
import type { UsualIntervals } from './usual-intervals.ts'

/** Who is silent, each by its own usual interval, and whether so many are at once that it is not the devices. */
export interface SilenceWatch {
  /** A device was heard, at a time in ms since 1970. */
  hear(device: string, time: number): void
  heardTime(device: string): number | undefined
  forget(device: string): void
  judge(devices: Iterable<Device>, context: SilenceContext): Judgement[]
}

interface SilenceContext {
  /** ms since 1970 */
  readonly now: number
  /** What was received is not all stored yet: silence is no sign of anything. */
  readonly isBehind: boolean
  /** Whether an alert of silence is open of a device, or, null, of many at once. */
  isOpen(device: string | null): boolean
}

/** Overdue, in parts of what counts as silence: later than almost every report that comes. */
const OVERDUE_RATIO = 0.75
/** Where so many reports were due since anybody was heard, it is not the devices. */
const DUE_REPORTS = 20
const DEAF_MIN_MS = 120_000
/** Nobody was heard for so long before the first look: it was not listened. */
const DEAF_MS = 300_000

export function createSilenceWatch(intervals: UsualIntervals): SilenceWatch {
  const heard = new Map<string, number>()
  /** Since when, by kind, silence counts again: the end of the last outage. */
  const resumed = new Map<Kind, number>()
  const outages = new Set<Kind>()
  let hasBegun = false
  let isDeaf = false
  let newest = Number.NEGATIVE_INFINITY

  return {
    hear(device, time) {
      if (time <= (heard.get(device) ?? Number.NEGATIVE_INFINITY)) return
      heard.set(device, time)
      newest = Math.max(newest, time)
      intervals.hear(device, time)
    },
    heardTime: (device) => heard.get(device),
    forget(device) {
      heard.delete(device)
      intervals.forget(device)
    },
    judge(devices, context) {
      if (!hasBegun) begin(context)
      if (context.isBehind) {
        for (const kind of KINDS) resume(kind, devices, context.now)
        return []
      }
      noteDeafness(devices, context.now)
      const byKind = Map.groupBy(
        [...devices].filter(({ id }) => heard.has(id)),
        ({ kind }) => kind,
      )
      const judgements: Judgement[] = []
      const troubled: KindSilence[] = []
      for (const [kind, ofKind] of byKind) {
        const silences = ofKind.map((device) => measure(device, context.now))
        const counted = silences.filter(({ device }) => !context.isOpen(device.id))
        const silence = {
          kind,
          devices: ofKind.length,
          overdue: counted.filter(({ ratio }) => ratio >= OVERDUE_RATIO && ratio < 1).length,
          silent: counted.filter(({ ratio }) => ratio >= 1).length,
        }
        const wasOutage = outages.has(kind)
        if (isOutage(silence, wasOutage)) {
          outages.add(kind)
          troubled.push(silence)
        } else if (wasOutage) {
          outages.delete(kind)
          resume(kind, ofKind, context.now)
        }
        for (const { device, ratio, silentSeconds, limitSeconds, usualSeconds } of silences) {
          const isWell = silentSeconds < limitSeconds
          // Who is silent since before an outage ended has another chance first.
          if (!isWell && (isDeaf || outages.has(kind) || wasOutage || ratio < 1)) continue
          const outcome = judgeSilence(device, { silentSeconds, limitSeconds, usualSeconds })
          judgements.push({ condition: 'device-silent', device, outcome })
        }
      }
      const outcome = judgeOutage(troubled)
      return [...judgements, { condition: 'device-silent', device: null, outcome }]
    },
  }

  function begin({ now, isOpen }: SilenceContext): void {
    hasBegun = true
    if (isOpen(null)) for (const kind of KINDS) outages.add(kind)
    if (now - newest >= DEAF_MS) for (const kind of KINDS) resumed.set(kind, now)
  }

  /** Who reports as another does is heard with it, so this holds back what would be raised and raises nothing by itself. */
  function noteDeafness(devices: Iterable<Device>, now: number): void {
    const wasDeaf = isDeaf
    let reportsPerSecond = 0
    for (const device of devices) {
      const { usualSeconds } = intervals.limitOf(device)
      // Vehicles rest.
      if (device.kind !== 'vehicle' && heard.has(device.id) && usualSeconds !== undefined) {
        reportsPerSecond += 1 / usualSeconds
      }
    }
    const quietMs = now - newest
    isDeaf = quietMs >= DEAF_MIN_MS && (reportsPerSecond * quietMs) / 1000 >= DUE_REPORTS
    if (wasDeaf && !isDeaf) for (const kind of KINDS) resume(kind, devices, now)
  }

  function resume(kind: Kind, devices: Iterable<Device>, now: number): void {
    resumed.set(kind, now)
    for (const device of devices) if (device.kind === kind) intervals.excuse(device.id, now)
  }

  function measure(device: Device, now: number) {
    const heardTime = heard.get(device.id) ?? now
    const since = Math.max(heardTime, resumed.get(device.kind) ?? Number.NEGATIVE_INFINITY)
    const { limitSeconds, usualSeconds } = intervals.limitOf(device)
    return {
      device,
      ratio: (now - since) / 1000 / limitSeconds,
      silentSeconds: (now - heardTime) / 1000,
      limitSeconds,
      usualSeconds,
    }
  }
}
