import { createAlertBook } from '../../alerts/alert-book.ts'
import type { OverflowForecast } from '../../alerts/conditions/judge-overflow.ts'
import { createTownWatch } from '../../alerts/town-watch.ts'
import { createUsualIntervals } from '../../alerts/usual-intervals.ts'
import { createAuthorityTallies } from '../../api/alerting/authority-tallies.ts'
import { createCounterUsuals } from '../../api/alerting/counter-usuals.ts'
import { forecastOverflows } from '../../api/alerting/overflow-forecasts.ts'
import type { TownDevice } from '../../device-sim/list-town-devices.ts'
import type { Town } from '../../device-sim/town/town.ts'
import { toReading } from '../../ingest/to-reading.ts'
import type { Alert, NewAlert } from '../../model/alert.ts'
import { type Device, newDeviceSchema } from '../../model/device.ts'
import { createRandom } from '../../model/random.ts'
import type { Reading } from '../../model/reading.ts'
import { formatTime } from '../../model/time.ts'
import { createFillTowns } from '../../rounds/fill-towns.ts'
import {
  createTrafficHistory,
  observeTraffic,
  type TrafficHistory,
} from '../../rounds/traffic/traffic-history.ts'
import { followBuses } from './follow-buses.ts'

/** An alert that was raised at a time, and cleared at another (ms since 1970), and what of its bin was foreseen when it was raised. */
export interface RaisedAlert {
  readonly alert: NewAlert
  readonly time: number
  readonly forecast: OverflowForecast | undefined
  /** Infinity while it is open. */
  clearedTime: number
}

/** What was read of a bin: times in ms since 1970, rising, and levels in percent. */
export interface SeenLevels {
  readonly times: number[]
  readonly levels: number[]
}

/** A town in simulated time, judged as the API judges it, without a database. */
export interface WatchedTown {
  /** Takes what devices sent up to a time in ms since 1970; times rise. */
  takeUntil(time: number): void
  /** What is newly raised. */
  look(time: number): Promise<RaisedAlert[]>
  /** Of a bin, from when what is learnt begins. */
  findLevels(bin: string): SeenLevels | undefined
  /** What looking at the devices has cost so far, without the forecasts, in ms of CPU. */
  lookCpuMs(): number
}

const AUTHORITY = { id: 'town', name: 'Town', published: [] as [] }
const TOWN = 1
const HOUR_MS = 3_600_000

export function watchTown({
  town: { seed, lorries, timeZone },
  town,
  devices,
  refusedRatio,
  from,
  watchFrom,
  until,
}: {
  readonly town: Town
  readonly devices: readonly TownDevice[]
  /** Of the readings that come at a time, how many more cannot be read, as some device or other always sends nonsense. */
  readonly refusedRatio: (time: number) => number
  /** When what is learnt begins, in ms since 1970. */
  readonly from: number
  /** When the looks begin, and end. */
  readonly watchFrom: number
  readonly until: number
}): WatchedTown {
  let now = from
  const clock = { now: () => now, speed: 1 }
  const watch = createTownWatch(createUsualIntervals())
  const book = createAlertBook([])
  const registered = new Map(devices.map((device) => [device.id, register(device)]))
  watch.setDevices(registered.values())
  const streams = devices.map((device) => {
    const readings = device.readings({
      from: Math.max(from, lateStart(device)),
      to: until,
    })
    return { device: registered.get(device.id) as Device, readings, next: readings.next().value }
  })
  const histories = new Map<string, TrafficHistory>()
  const usuals = createCounterUsuals({
    authority: AUTHORITY.id,
    timeZone,
    trafficHistories: { getHistory: async (_, id) => histories.get(id) ?? createTrafficHistory() },
    clock,
  })
  const towns = createFillTowns()
  const seen = new Map<string, SeenLevels>()
  /** How many of them have been learnt. */
  const learnt = new Map<string, number>()
  let forecasts = new Map<string, OverflowForecast>()
  let forecastTime = Number.NEGATIVE_INFINITY
  const open = new Map<string, { alert: Alert; raised: RaisedAlert }>()
  let sequence = 0
  let cpuMs = 0
  const random = createRandom(seed)
  const balance = { accepted: 0, stored: 0, quarantined: 0, pending: 0, lagSeconds: 0 }
  const buses = followBuses(town, new Date(watchFrom).getUTCFullYear())
  const tallies = createAuthorityTallies(AUTHORITY.id, {
    registry: {
      getBalance: async () => ({ ...balance }),
      listConnections: async () => ({ items: [], next: null }),
    },
    view: { findMoment: async () => buses.look(now) },
    transit: { accuracy: buses.accuracy, recentAccuracy: () => buses.recentAccuracy(now) },
    metrics: { find: async () => undefined },
    clock,
  })

  return {
    takeUntil(time) {
      for (const stream of streams) {
        while (stream.next && stream.next.sentTime <= time) {
          take(stream.device, stream.next.payload, stream.next.sentTime)
          stream.next = stream.readings.next().value
        }
      }
      now = time
    },
    async look(time) {
      now = time
      if (time - forecastTime >= HOUR_MS) await forecast()
      await usuals.read(watch.listSuspectCounters())
      const { judgements: ofAuthority } = await tallies.judge()
      const began = process.cpuUsage()
      const judgements = [
        ...ofAuthority,
        ...watch.judgeUrgent(),
        ...watch.judge({
          now,
          isBehind: false,
          isOpen: book.isOpen,
          forecastOf: (bin) => forecasts.get(bin),
          usualHoursOf: usuals.find,
          reportOf: () => undefined,
          signOf: () => undefined,
        }),
      ]
      const { raised, cleared } = book.settle(judgements, watch.hasDevice)
      const { user, system } = process.cpuUsage(began)
      cpuMs += (user + system) / 1000
      return record(raised, cleared)
    },
    findLevels: (bin) => seen.get(bin),
    lookCpuMs: () => cpuMs,
  }

  function take(device: Device, payload: object, receivedTime: number): void {
    const sender = { device: device.id, kind: device.kind }
    const origin = { authority: AUTHORITY.id, sender, device, receivedTime, index: 0, oldestDays: 0 }
    const reading = toReading(payload, origin)
    if ('reason' in reading)
      throw new Error(`the simulated ${device.id} sends what is refused: ${reading.detail}`)
    balance.accepted++
    balance.stored++
    if (random() < refusedRatio(receivedTime)) {
      balance.accepted++
      balance.quarantined++
    }
    watch.take(reading)
    if (device.kind === 'vehicle') buses.take(reading)
    if (device.kind === 'traffic') observe(reading)
    if (device.kind === 'bin' && typeof reading.fields['fillPercent'] === 'number') {
      const known = seen.get(device.id) ?? { times: [], levels: [] }
      seen.set(device.id, known)
      known.times.push(reading.time)
      known.levels.push(reading.fields['fillPercent'])
    }
  }

  function observe({ device, time, fields }: Reading): void {
    const history = histories.get(device) ?? createTrafficHistory()
    histories.set(device, history)
    const counts = Object.entries(fields).flatMap(([name, value]) =>
      name.startsWith('counts') && typeof value === 'number' ? [value] : [],
    )
    observeTraffic(history, {
      time,
      intervalSeconds: Number(fields['intervalSeconds']),
      count: counts.reduce((sum, count) => sum + count, 0),
    })
  }

  async function forecast(): Promise<void> {
    forecastTime = now
    const fresh = [...seen].map(([id, { times, levels }]) => {
      const from = learnt.get(id) ?? 0
      learnt.set(id, times.length)
      return {
        id,
        stream: registered.get(id)?.settings.stream ?? null,
        times: Float64Array.from(times.slice(from)),
        levels: Float32Array.from(levels.slice(from)),
      }
    })
    towns.learn(TOWN, fresh)
    const records = [...registered.values()].map((device) => ({
      authority: AUTHORITY.id,
      device,
      passwordHash: new Uint8Array(),
    }))
    forecasts = await forecastOverflows(
      {
        registry: {
          listRounds: async () => ({ items: [], next: null }),
          listSites: async () => ({ items: lorries as never[], next: null }),
        },
        directory: { list: () => records },
        fillForecasts: {
          forecastBin: async (_, bin, questions) => towns.forecast(TOWN, bin, questions),
        },
        clock,
      },
      { ...AUTHORITY, timeZone },
    )
  }

  function record(raised: readonly NewAlert[], cleared: readonly string[]): RaisedAlert[] {
    const event = { sequence: 0, authority: AUTHORITY.id, time: now }
    const untold = { acknowledgedTime: null, acknowledgedBy: null, note: null }
    const fresh: RaisedAlert[] = []
    book.take([
      ...raised.map((fields) => {
        const alert: Alert = {
          id: String(++sequence),
          ...fields,
          raisedTime: formatTime(now),
          clearedTime: null,
          ...untold,
        }
        const forecast = forecasts.get(fields.device ?? '')
        const one = { alert: fields, time: now, forecast, clearedTime: Number.POSITIVE_INFINITY }
        fresh.push(one)
        open.set(alert.id, { alert, raised: one })
        return { ...event, type: 'raised', alert } as const
      }),
      ...cleared.map((id) => {
        const before = open.get(id) as { alert: Alert; raised: RaisedAlert }
        before.raised.clearedTime = now
        const alert = { ...before.alert, clearedTime: formatTime(now) }
        open.delete(id)
        return { ...event, type: 'cleared', alert } as const
      }),
    ])
    return fresh
  }

  /** As it is registered, but that its interval is to be learnt. */
  function register({ toRegister }: TownDevice): Device {
    const { reportIntervalSeconds: _, ...settings } = (toRegister.settings ?? {}) as Record<string, unknown>
    return newDeviceSchema.parse({ ...toRegister, settings })
  }

  function lateStart({ historyMs }: TownDevice): number {
    return historyMs === Number.POSITIVE_INFINITY ? from : watchFrom - historyMs
  }
}
