import type { Kind } from '../model/device.ts'
import { BIN_INTERVAL_SECONDS, binReadings, type Collects } from './behaviour/bin-readings.ts'
import { BUS_INTERVAL_SECONDS, busPositions } from './behaviour/bus-positions.ts'
import { counterReadings } from './behaviour/counter-readings.ts'
import { DISPLAY_INTERVAL_SECONDS, displayReadings } from './behaviour/display-readings.ts'
import { createLocalClock } from './behaviour/local-time.ts'
import { createNoise } from './behaviour/noise.ts'
import type { Span, TimedPayload } from './behaviour/timed-payload.ts'
import type { DeviceToRegister } from './client/register-devices.ts'
import type { TownSign } from './live-as-sign.ts'
import { nameArea } from './town/name-area.ts'
import { type PlannedBlock, planBuses } from './town/plan-buses.ts'
import type { Display, Line, Position, Town } from './town/town.ts'

/** A device of a town: how it is registered, and what it will say or has said, the same whenever it is asked. */
export interface TownDevice {
  readonly id: string
  readonly kind: Kind
  readonly toRegister: DeviceToRegister
  /** How far back its history is of use: where a bus was last week is not. */
  readonly historyMs: number
  /** Of a display that speaks RTIG T047 from the end of its history on. */
  readonly sign?: TownSign
  /** In the order of time. */
  readings(span: Span): Generator<TimedPayload>
}

const BUS_HISTORY_MS = 2 * 3_600_000
/** One display in so many speaks RTIG T047, the others plain JSON. */
const T047_EVERY = 6

function createSign({ id, stopId }: Display, { name, timeZone }: Town): TownSign {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' })
  return {
    type: 'PID-LED',
    locality: name,
    cluster: 'null',
    stopIds: [stopId],
    vendorId: 'KERBSIM',
    deviceId: id,
    lineCount: 4,
    charsPerLine: 30,
    formatLocal: (time) => format.format(time),
  }
}

/** Bins are emptied on their days where nobody else says when. */
export function listTownDevices(town: Town, { collects }: { collects?: Collects } = {}): TownDevice[] {
  const localTime = createLocalClock(town.timeZone)
  const contextOf = (id: string) => ({ localTime, noise: createNoise(town.seed, id) })
  const lineOf = new Map(town.lines.map((line) => [line.id, line]))
  const blocks = planBuses(town)
  const placed = ([longitude, latitude]: Position) => ({ longitude, latitude })
  const anyAge = { historyMs: Number.POSITIVE_INFINITY }

  const bins = town.bins.map(
    (bin): TownDevice => ({
      ...anyAge,
      id: bin.id,
      kind: 'bin',
      toRegister: {
        id: bin.id,
        kind: 'bin',
        name: bin.name,
        ...placed(bin.position),
        settings: {
          area: nameArea(bin.position, town),
          reportIntervalSeconds: BIN_INTERVAL_SECONDS,
          capacityLitres: bin.capacityLitres,
          stream: bin.stream,
          ...bin.calibration,
        },
      },
      readings: (span) => binReadings(bin, span, { ...contextOf(bin.id), ...(collects && { collects }) }),
    }),
  )
  const counters = town.counters.map(
    (counter): TownDevice => ({
      ...anyAge,
      id: counter.id,
      kind: 'traffic',
      toRegister: {
        id: counter.id,
        kind: 'traffic',
        name: counter.name,
        ...placed(counter.position),
        settings: { area: nameArea(counter.position, town), reportIntervalSeconds: counter.intervalSeconds },
      },
      readings: (span) => counterReadings(counter, span, contextOf(counter.id)),
    }),
  )
  const displays = town.displays.map((display, index): TownDevice => {
    const sign = index % T047_EVERY === 0 ? createSign(display, town) : undefined
    return {
      ...anyAge,
      ...(sign && { sign }),
      id: display.id,
      kind: 'display',
      toRegister: {
        id: display.id,
        kind: 'display',
        name: display.name,
        ...placed(display.position),
        stopIds: [display.stopId],
        settings: {
          area: nameArea(display.position, town),
          reportIntervalSeconds: DISPLAY_INTERVAL_SECONDS,
          ...(sign && { protocol: 't047', vendorId: sign.vendorId, localityId: sign.locality }),
        },
      },
      readings: (span) => displayReadings(span, contextOf(display.id)),
    }
  })
  const vehicles = town.vehicles.map((vehicle): TownDevice => {
    const line = lineOf.get(vehicle.lineId) as Line
    const block = blocks.get(vehicle.id) as PlannedBlock
    return {
      id: vehicle.id,
      kind: 'vehicle',
      toRegister: {
        id: vehicle.id,
        kind: 'vehicle',
        name: vehicle.name,
        settings: { reportIntervalSeconds: BUS_INTERVAL_SECONDS },
      },
      historyMs: BUS_HISTORY_MS,
      readings: (span) => busPositions({ line, vehicle, block }, span, contextOf(vehicle.id)),
    }
  })
  return [...bins, ...counters, ...displays, ...vehicles]
}
