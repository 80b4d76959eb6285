import type { Device } from '../model/device.ts'
import { countsField, type Reading, ROAD_USERS } from '../model/reading.ts'
import { judgeCounter, type UsualHour, type ZeroRun } from './conditions/judge-counter.ts'
import type { Outcome } from './outcome.ts'

/** Since when counters read nothing but zero. */
export interface CounterWatch {
  take(reading: Reading): void
  /** A counter that has read zero for an hour or longer, whose usual hours are worth a look. */
  isSuspect(counter: string): boolean
  judge(counter: Device, usualAt: ((time: number) => UsualHour | undefined) | undefined): Outcome
  forget(counter: string): void
}

const SUSPECT_MS = 3_600_000
const COUNTS = ROAD_USERS.map(countsField)

export function createCounterWatch(): CounterWatch {
  const runs = new Map<string, { from: number; to: number }>()

  return {
    take({ device, time, fields }) {
      const { intervalSeconds, count } = fields
      const counted = [count, ...COUNTS.map((field) => fields[field])].filter(
        (value) => typeof value === 'number',
      )
      if (counted.length === 0) return
      const end = time + (typeof intervalSeconds === 'number' ? intervalSeconds * 1000 : 0)
      const run = runs.get(device) ?? { from: time, to: time }
      runs.set(device, run)
      // Lanes tell their counts apart: a run ends with whoever was counted last in any of them.
      if (counted.some((value) => value > 0)) run.from = Math.max(run.from, end)
      run.to = Math.max(run.to, end)
    },
    isSuspect(counter) {
      const run = runs.get(counter)
      return run !== undefined && run.to - run.from >= SUSPECT_MS
    },
    judge(counter, usualAt) {
      const run: ZeroRun | undefined = runs.get(counter.id)
      if (!run) return 'unsure'
      return judgeCounter(counter, run, usualAt ?? (() => undefined))
    },
    forget: (counter) => runs.delete(counter),
  }
}
