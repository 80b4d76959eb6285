import type { AlertCondition } from '../model/alert-condition.ts'
import type { Device } from '../model/device.ts'
import type { Reading } from '../model/reading.ts'
import { judgeBattery } from './conditions/judge-battery.ts'
import type { UsualHour } from './conditions/judge-counter.ts'
import { judgeFire } from './conditions/judge-fire.ts'
import { judgeOverflow, type OverflowForecast } from './conditions/judge-overflow.ts'
import { judgeReport, type OverflowReport } from './conditions/judge-report.ts'
import {
  judgeSignDark,
  judgeSignWrong,
  noteWrong,
  type SignView,
  type WrongSince,
} from './conditions/judge-sign.ts'
import { judgeTilt } from './conditions/judge-tilt.ts'
import { createCounterWatch } from './counter-watch.ts'
import { type LastValue, takeValues } from './last-values.ts'
import type { Judgement, Outcome } from './outcome.ts'
import { createSilenceWatch } from './silence-watch.ts'
import type { UsualIntervals } from './usual-intervals.ts'

/** Everything that is known elsewhere, for a look at a moment. */
export interface TownContext {
  /** ms since 1970 */
  readonly now: number
  /** What was received is not all stored yet. */
  readonly isBehind: boolean
  isOpen(condition: AlertCondition, device: string | null): boolean
  forecastOf(bin: string): OverflowForecast | undefined
  /** Undefined where nobody reports it, or they were answered. */
  reportOf(bin: string): OverflowReport | undefined
  usualHoursOf(counter: string): ((time: number) => UsualHour | undefined) | undefined
  /** What is known of what a display shows, besides what it says itself. */
  signOf(display: string): Omit<SignView, 'state'> | undefined
}

/** The devices of an authority and what they said last, judged by every condition of a device. */
export interface TownWatch {
  setDevices(devices: Iterable<Device>): void
  /** Again and late does no harm. What is of no device that there is, is passed over. */
  take(reading: Reading): void
  /** Whether there is trouble that does not wait for the next look. */
  judgeUrgent(): Judgement[]
  judge(context: TownContext): Judgement[]
  heardTime(device: string): number | undefined
  hasDevice(device: string): boolean
  listSuspectCounters(): Device[]
}

const UNKNOWN_SIGN = { unanswered: undefined, faults: undefined, comparedTime: Number.NEGATIVE_INFINITY }

export function createTownWatch(intervals: UsualIntervals): TownWatch {
  let devices = new Map<string, Device>()
  const values = new Map<string, Map<string, LastValue>>()
  const silence = createSilenceWatch(intervals)
  const counters = createCounterWatch()
  const wrong = new Map<string, WrongSince>()
  /** Bins with something new since they were looked at for what is urgent. */
  const fresh = new Set<string>()

  return {
    setDevices(next) {
      const before = devices
      devices = new Map([...next].map((device) => [device.id, device]))
      for (const id of before.keys()) if (!devices.has(id)) forget(id)
    },
    take(reading) {
      const device = devices.get(reading.device)
      if (device?.kind !== reading.kind) return
      silence.hear(reading.device, measuredUntil(reading))
      if (reading.kind === 'traffic') counters.take(reading)
      if (reading.kind === 'traffic' || reading.kind === 'vehicle') return
      takeValues(valuesOf(reading.device), reading)
      if (reading.kind === 'bin') fresh.add(reading.device)
    },
    judgeUrgent() {
      const judgements = [...fresh].flatMap((id) => {
        const bin = devices.get(id)
        return bin ? of(bin, 'fire', () => judgeFire(bin, valuesOf(id))) : []
      })
      fresh.clear()
      return judgements
    },
    judge(context) {
      const judgements: Judgement[] = []
      for (const device of devices.values()) {
        for (const judgement of judgeDevice(device, context)) {
          // What is well and was so before is nothing to tell.
          const isNews = judgement.outcome !== 'well' || context.isOpen(judgement.condition, device.id)
          if (judgement.outcome !== 'unsure' && isNews) judgements.push(judgement)
        }
      }
      for (const device of devices.values()) {
        if (isOn(device, 'device-silent') || !context.isOpen('device-silent', device.id)) continue
        judgements.push({ condition: 'device-silent', device, outcome: 'well' })
      }
      const isOpen = (id: string | null): boolean => context.isOpen('device-silent', id)
      const heard = [...devices.values()].filter((device) => isOn(device, 'device-silent'))
      for (const judgement of silence.judge(heard, { ...context, isOpen })) {
        if (judgement.outcome !== 'well' || isOpen(judgement.device?.id ?? null)) judgements.push(judgement)
      }
      return judgements
    },
    heardTime: silence.heardTime,
    hasDevice: (id) => devices.has(id),
    listSuspectCounters: () =>
      [...devices.values()].filter((device) => device.kind === 'traffic' && counters.isSuspect(device.id)),
  }

  function judgeDevice(device: Device, context: TownContext): Judgement[] {
    const { id, kind } = device
    const { now } = context
    const known = valuesOf(id)
    switch (kind) {
      case 'bin':
        return [
          ...of(device, 'bin-overflow', () => judgeOverflow(device, known, context.forecastOf(id), now)),
          ...of(device, 'fire', () => judgeFire(device, known)),
          ...of(device, 'tilt', () => judgeTilt(device, known, now)),
          ...of(device, 'battery-low', () => judgeBattery(device, known)),
          ...of(device, 'report-disagrees', () => judgeReport(device, known, context.reportOf(id), now)),
        ]
      case 'traffic':
        return of(device, 'counter-zero', () => counters.judge(device, context.usualHoursOf(id)))
      case 'display':
        return judgeDisplay(device, context)
      case 'vehicle':
        return []
    }
  }

  function judgeDisplay(device: Device, { signOf }: TownContext): Judgement[] {
    const known = valuesOf(device.id)
    const state = known.get('state')?.value
    const view = {
      ...(signOf(device.id) ?? UNKNOWN_SIGN),
      state: typeof state === 'string' ? state : undefined,
    }
    const since = noteWrong(wrong.get(device.id), view)
    if (since) wrong.set(device.id, since)
    else wrong.delete(device.id)
    return [
      ...of(device, 'sign-dark', () => judgeSignDark(device, view)),
      ...of(device, 'sign-wrong', () => judgeSignWrong(device, view, since)),
      ...of(device, 'battery-low', () => judgeBattery(device, known)),
    ]
  }

  function valuesOf(id: string): Map<string, LastValue> {
    let known = values.get(id)
    if (!known) {
      known = new Map()
      values.set(id, known)
    }
    return known
  }

  function forget(id: string): void {
    values.delete(id)
    wrong.delete(id)
    fresh.delete(id)
    silence.forget(id)
    counters.forget(id)
  }
}

/** A counter's time is its interval's start; a clock that runs ahead is not believed. */
function measuredUntil({ time, receivedTime, fields: { intervalSeconds } }: Reading): number {
  return Math.min(receivedTime, time + (typeof intervalSeconds === 'number' ? intervalSeconds * 1000 : 0))
}

/** What is turned off is well, so that an alert that is open clears. */
function of(device: Device, condition: AlertCondition, judge: () => Outcome): Judgement[] {
  return [{ condition, device, outcome: isOn(device, condition) ? judge() : 'well' }]
}

function isOn({ settings }: Device, condition: AlertCondition): boolean {
  return settings.alertsOff?.includes(condition) !== true
}
