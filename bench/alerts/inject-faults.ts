import type { TimedPayload } from '../../device-sim/behaviour/timed-payload.ts'
import type { TownDevice } from '../../device-sim/list-town-devices.ts'
import type { AlertCondition } from '../../model/alert-condition.ts'
import type { Kind } from '../../model/device.ts'

/** What goes wrong with a device from a time on, and what is to be raised of it. */
export interface Fault {
  readonly name: string
  readonly device: string
  readonly condition: AlertCondition
}

/** What goes wrong with the authority as a whole for two hours, so long after the devices' faults have begun: */
export const AUTHORITY_FAULTS = [
  /** no bus is heard of, */
  { name: 'deadFeed', condition: 'feed-stale', afterMs: 0 },
  /** and more readings than usual cannot be read. */
  { name: 'nonsense', condition: 'quarantine-rising', afterMs: 3 * 3_600_000 },
] as const
const AUTHORITY_FAULT_MS = 2 * 3_600_000

export function isDuring(
  name: (typeof AUTHORITY_FAULTS)[number]['name'],
  time: number,
  faultTime: number,
): boolean {
  const begin = faultTime + (AUTHORITY_FAULTS.find((fault) => fault.name === name)?.afterMs ?? 0)
  return time >= begin && time < begin + AUTHORITY_FAULT_MS
}

type Amend = (payload: TimedPayload['payload']) => TimedPayload['payload'] | undefined

const FAULTS: readonly { name: string; kind: Kind; condition: AlertCondition; amend: Amend }[] = [
  { name: 'fire', kind: 'bin', condition: 'fire', amend: (payload) => ({ ...payload, fireAlarm: true }) },
  { name: 'tilt', kind: 'bin', condition: 'tilt', amend: (payload) => ({ ...payload, tiltDegrees: 80 }) },
  {
    name: 'batteryLow',
    kind: 'bin',
    condition: 'battery-low',
    amend: (payload) => ({ ...payload, batteryPercent: 5 }),
  },
  { name: 'silentBin', kind: 'bin', condition: 'device-silent', amend: () => undefined },
  { name: 'silentCounter', kind: 'traffic', condition: 'device-silent', amend: () => undefined },
  { name: 'zeroCounter', kind: 'traffic', condition: 'counter-zero', amend: countNothing },
  { name: 'silentDisplay', kind: 'display', condition: 'device-silent', amend: () => undefined },
  {
    name: 'darkDisplay',
    kind: 'display',
    condition: 'sign-dark',
    amend: (payload) => ({ ...payload, state: 'dark' }),
  },
]

export interface FaultTimes {
  /** From when on devices are in trouble, in ms since 1970. */
  readonly faultTime: number
  /** Between these nothing of any device arrives, or ever will. */
  readonly outageFrom: number
  readonly outageTo: number
}

/** Devices of which `each` of every fault are in trouble, and what that is. */
export function injectFaults(
  devices: readonly TownDevice[],
  { faultTime, outageFrom, outageTo }: FaultTimes,
  each: number,
): { devices: TownDevice[]; faults: Fault[] } {
  const faults = new Map<string, Fault & { amend: Amend }>()
  for (const { kind, ...fault } of FAULTS) {
    const free = devices.filter((device) => device.kind === kind && !faults.has(device.id))
    for (const { id } of free.slice(0, each)) faults.set(id, { ...fault, device: id })
  }
  return {
    devices: devices.map((device) => ({
      ...device,
      *readings(span) {
        const fault = faults.get(device.id)
        for (const reading of device.readings(span)) {
          if (reading.time >= outageFrom && reading.time < outageTo) continue
          if (device.kind === 'vehicle' && isDuring('deadFeed', reading.time, faultTime)) continue
          const payload = fault && reading.time >= faultTime ? fault.amend(reading.payload) : reading.payload
          if (payload) yield { ...reading, payload }
        }
      },
    })),
    faults: [...faults.values()].map(({ name, device, condition }) => ({ name, device, condition })),
  }
}

function countNothing(payload: TimedPayload['payload']): TimedPayload['payload'] {
  const counts = Object.keys(payload['counts'] ?? {}).map((roadUser) => [roadUser, 0])
  return { ...payload, counts: Object.fromEntries(counts) }
}
