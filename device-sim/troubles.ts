import { formatTime } from '../model/time.ts'
import type { TimedPayload } from './behaviour/timed-payload.ts'
import type { TownDevice } from './list-town-devices.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** How long the fire in a bin burns; it says so each minute. */
const FIRE_MINUTES = 15

type Readings = TownDevice['readings']

/** What goes wrong with a device; `since` is when somebody begins to look, in ms since 1970. */
interface Trouble {
  readonly kind: TownDevice['kind']
  disturb(readings: Readings, since: number): Readings
}

/** One device of the town has each, so that those who look after them find something to do. */
const TROUBLES = {
  fire: { kind: 'bin', disturb: burn },
  tilt: { kind: 'bin', disturb: change(3 * HOUR_MS, (payload) => ({ ...payload, tiltDegrees: 78 })) },
  batteryLow: {
    kind: 'bin',
    disturb: change(12 * HOUR_MS, (payload) => ({ ...payload, batteryPercent: 6 })),
  },
  silentBin: { kind: 'bin', disturb: endBefore(9 * HOUR_MS) },
  silentCounter: { kind: 'traffic', disturb: endBefore(6 * HOUR_MS) },
  zeroCounter: { kind: 'traffic', disturb: change(8 * HOUR_MS, countNothing) },
  darkDisplay: {
    kind: 'display',
    disturb: change(2 * HOUR_MS, (payload) => ({ ...payload, state: 'dark' })),
  },
} satisfies Record<string, Trouble>

export type TroubleName = keyof typeof TROUBLES

/** Devices in trouble are spread over the town: the next of the same kind is so many further down the list. */
const APART = 17

/**
 * The devices of a town, of which some are in trouble since or shortly before `since`; the others are as they were. Displays that
 * speak T047 are left alone. `onTrouble` is told of each.
 */
export function troubleDevices(
  devices: readonly TownDevice[],
  {
    since,
    onTrouble = () => undefined,
  }: { since: number; onTrouble?: (name: TroubleName, device: TownDevice['id']) => void },
): TownDevice[] {
  const troubled = new Map<string, Trouble>()
  const names = Object.keys(TROUBLES) as TroubleName[]
  for (const [index, name] of names.entries()) {
    const trouble = TROUBLES[name]
    const candidates = devices.filter(
      ({ id, kind, sign }) => kind === trouble.kind && sign === undefined && !troubled.has(id),
    )
    const device = candidates[(index * APART) % candidates.length]
    if (!device) continue
    troubled.set(device.id, trouble)
    onTrouble(name, device.id)
  }
  return devices.map((device) => {
    const trouble = troubled.get(device.id)
    return trouble ? { ...device, readings: trouble.disturb(device.readings, since) } : device
  })
}

/** From some time before `since` on, what is measured is another. */
function change(
  beforeMs: number,
  amend: (payload: TimedPayload['payload']) => TimedPayload['payload'],
): Trouble['disturb'] {
  return (readings, since) =>
    function* changed(span) {
      for (const reading of readings(span)) {
        const isEarlier = reading.time < since - beforeMs
        yield isEarlier ? reading : { ...reading, payload: amend(reading.payload) }
      }
    }
}

/** Some time before `since` it has said its last word. */
function endBefore(beforeMs: number): Trouble['disturb'] {
  return (readings, since) =>
    ({ from, to }) =>
      readings({ from, to: Math.min(to, since - beforeMs) })
}

/** A bin that can tell a fire, and does, beside what it says each hour. */
function burn(readings: Readings, since: number): Readings {
  return function* burning(span) {
    const [{ sequence: _, ...before } = {}] = [...readings({ from: since - 2 * HOUR_MS, to: since })]
      .map(({ payload }) => payload)
      .slice(-1)
    const alarms = listAlarms(since, before).filter(({ time }) => time >= span.from && time < span.to)
    for (const reading of readings(span)) {
      while (alarms[0] && alarms[0].time < reading.time) yield alarms.shift() as TimedPayload
      yield { ...reading, payload: { ...reading.payload, fireAlarm: false } }
    }
    yield* alarms
  }
}

/** What it measured before, and the heat; the last one is that it is over. */
function listAlarms(since: number, before: TimedPayload['payload']): TimedPayload[] {
  return Array.from({ length: FIRE_MINUTES + 1 }, (_, minute) => {
    const time = since + minute * MINUTE_MS
    const fireAlarm = minute < FIRE_MINUTES
    const temperatureC = fireAlarm ? 84 + 2 * minute : 41
    return { time, sentTime: time, payload: { ...before, time: formatTime(time), fireAlarm, temperatureC } }
  })
}

/** A detector that has come loose: nothing passes, so nothing has a speed. */
function countNothing(payload: TimedPayload['payload']): TimedPayload['payload'] {
  const { meanSpeedKph: _, speed85Kph: __, counts, ...rest } = payload
  const kinds = Object.keys(counts ?? {})
  return { ...rest, counts: Object.fromEntries(kinds.map((kind) => [kind, 0])), occupancyPercent: 0 }
}
