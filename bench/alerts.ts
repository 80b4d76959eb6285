import { parseArgs } from 'node:util'
import { z } from 'zod'
import { listTownDevices, type TownDevice } from '../device-sim/list-town-devices.ts'
import { createTown, type TownSize } from '../device-sim/town/create-town.ts'
import type { AlertCondition } from '../model/alert-condition.ts'
import { findOverflows } from './alerts/find-overflows.ts'
import { AUTHORITY_FAULTS, type Fault, injectFaults, isDuring } from './alerts/inject-faults.ts'
import { isTrueAlarm } from './alerts/judge-alarm.ts'
import { keepUp } from './alerts/keep-up.ts'
import { type RaisedAlert, type WatchedTown, watchTown } from './alerts/watched-town.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A Monday, when the looks begin. */
const START = Date.parse('2026-02-16T00:00:00Z')
const SIZES: readonly TownSize[] = ['small', 'medium', 'large']
/** After the quiet days: in the morning, when there is traffic. */
const FAULTS_AFTER_MS = 8 * HOUR_MS
const OUTAGE_AFTER_MS = 20 * HOUR_MS
const OUTAGE_MS = 5 * HOUR_MS
const FAULT_DAYS_MS = 36 * HOUR_MS
/** Of all readings, how many more cannot be read. */
const REFUSED_RATIO = { usual: 0.005, fault: 0.05 }

/**
 * Judges a simulated town's devices for some quiet days, in simulated time, after it has learnt from some weeks before; then
 * some devices fail, and at last nothing of any device arrives for hours. Reports alerts that had no cause (see
 * `alerts/judge-alarm.ts`), of how many bins that became full an alert had come before, how long it took until failures were
 * raised, and how many alerts an outage makes. The crews of the quiet town keep up (`alerts/keep-up.ts`), so that few bins
 * overflow; with `--collections by-days` they come on their days whatever the levels, and many bins overflow: alerts that must come.
 * The authority as a whole is judged by its buses and by readings that cannot be read; `journal-filling` and `sign-wrong` are not.
 */
export async function benchAlerts(args: string[]): Promise<Record<string, number | string>> {
  const { values } = parseArgs({
    args,
    options: {
      days: { type: 'string', default: '7' },
      devices: { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
      'history-days': { type: 'string', default: '28' },
      faults: { type: 'string', default: '5' },
      'look-seconds': { type: 'string', default: '300' },
      collections: { type: 'string', default: 'keep-up' },
    },
  })
  const [days, count, seed, historyDays, each, lookSeconds] = [
    values.days,
    values.devices,
    values.seed,
    values['history-days'],
    values.faults,
    values['look-seconds'],
  ].map(Number) as [number, number, number, number, number, number]
  const quietUntil = START + days * DAY_MS
  const faultTime = quietUntil + FAULTS_AFTER_MS
  const outageFrom = quietUntil + OUTAGE_AFTER_MS
  const outageTo = outageFrom + OUTAGE_MS
  const town = createTown({ seed, size: findSize(seed, count) })
  const collections = z.enum(['keep-up', 'by-days']).parse(values.collections)
  const quiet = thin(listTownDevices(town, collections === 'keep-up' ? { collects: keepUp } : {}), count)
  const { devices, faults } = injectFaults(quiet, { faultTime, outageFrom, outageTo }, each)
  const watched = watchTown({
    town,
    devices,
    refusedRatio: (time) =>
      isDuring('nonsense', time, faultTime) ? REFUSED_RATIO.fault : REFUSED_RATIO.usual,
    from: START - historyDays * DAY_MS,
    watchFrom: START,
    until: quietUntil + FAULT_DAYS_MS,
  })
  const raised: RaisedAlert[] = []
  let looks = 0
  for (let time = START; time < quietUntil + FAULT_DAYS_MS; time += lookSeconds * 1000) {
    watched.takeUntil(time)
    raised.push(...(await watched.look(time)))
    looks++
  }
  const byId = new Map(quiet.map((device) => [device.id, device]))
  const inQuiet = raised.filter(({ time }) => time < quietUntil)
  const wrong = inQuiet.filter((one) => {
    const device = one.alert.device ?? ''
    return !isTrueAlarm(one, byId.get(device), watched.findLevels(device))
  })
  for (const { alert, time } of wrong) {
    process.stderr.write(`in vain, ${new Date(time).toISOString()}: ${alert.condition}: ${alert.summary}\n`)
  }
  const inOutage = raised.filter(
    ({ alert, time }) =>
      alert.condition === 'device-silent' && time >= outageFrom && !isOf(faults, alert.device),
  )
  for (const { alert } of inOutage) process.stderr.write(`outage: ${alert.summary}\n`)
  return {
    seed,
    collections,
    devices: quiet.length,
    days,
    raisedInQuietDays: inQuiet.length,
    ...countConditions(inQuiet),
    falseAlarms: wrong.length,
    falseAlarmsPer500DevicesAWeek: round((wrong.length / quiet.length) * 500 * (7 / days), 2),
    ...measureWarnings(watched, raised, quiet, quietUntil),
    ...measureDelays(faults, raised, { faultTime, outageFrom }),
    outageAlerts: inOutage.length,
    lookCpuMs: round(watched.lookCpuMs() / looks, 3),
  }
}

function findSize(seed: number, count: number): TownSize {
  const size = SIZES.find(
    (candidate) => listTownDevices(createTown({ seed, size: candidate })).length >= count,
  )
  if (!size) throw new Error(`--devices: ${count} are more than the largest town has`)
  return size
}

/** As many of each kind as there are in the town, in proportion. */
function thin(devices: readonly TownDevice[], count: number): TownDevice[] {
  return Array.from(
    { length: count },
    (_, index) => devices[Math.floor((index * devices.length) / count)] as TownDevice,
  )
}

function isOf(faults: readonly Fault[], device: string | null): boolean {
  return faults.some((fault) => fault.device === device)
}

function countConditions(raised: readonly RaisedAlert[]): Record<string, number> {
  const counts: Partial<Record<AlertCondition, number>> = {}
  for (const { alert } of raised) counts[alert.condition] = (counts[alert.condition] ?? 0) + 1
  return counts
}

/** How many bins became full in the quiet days, of how many of them an alert had been raised before, and how long before. */
function measureWarnings(
  watched: WatchedTown,
  raised: readonly RaisedAlert[],
  devices: readonly TownDevice[],
  quietUntil: number,
): Record<string, number> {
  const overflows = devices.flatMap(({ id }) => {
    const alerts = raised.filter(({ alert }) => alert.condition === 'bin-overflow' && alert.device === id)
    const seen = watched.findLevels(id)
    return seen ? findOverflows(seen, alerts, { from: START, to: quietUntil }) : []
  })
  const leads = overflows.flatMap(({ leadMs }) => leadMs ?? []).sort((a, b) => a - b)
  return {
    overflows: overflows.length,
    overflowsWarned: leads.length,
    warningMedianMinutes: round((leads[Math.floor(leads.length / 2)] ?? Number.NaN) / 60_000, 0),
  }
}

/** By fault, the median and the longest delay in minutes, and how many were not raised before the outage. */
function measureDelays(
  faults: readonly Fault[],
  raised: readonly RaisedAlert[],
  { faultTime, outageFrom }: { faultTime: number; outageFrom: number },
): Record<string, number> {
  const results: Record<string, number> = {}
  const all = [
    ...faults.map((fault) => ({ ...fault, afterMs: 0 })),
    ...AUTHORITY_FAULTS.map((fault) => ({ ...fault, device: null })),
  ]
  for (const [name, ofName] of Map.groupBy(all, (fault) => fault.name)) {
    const delays = ofName.flatMap(({ device, condition, afterMs }) => {
      const found = raised.find(
        ({ alert, time }) =>
          alert.device === device &&
          alert.condition === condition &&
          time >= faultTime + afterMs &&
          time < outageFrom,
      )
      return found ? [(found.time - faultTime - afterMs) / 60_000] : []
    })
    delays.sort((a, b) => a - b)
    results[`${name}MedianMinutes`] = round(delays[Math.floor(delays.length / 2)] ?? Number.NaN, 1)
    results[`${name}LongestMinutes`] = round(delays.at(-1) ?? Number.NaN, 1)
    results[`${name}Missed`] = ofName.length - delays.length
  }
  return results
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}
