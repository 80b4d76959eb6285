import type { NewDevice } from '../../model/device.ts'
import type { Random } from '../../model/random.ts'
import type { FieldValue, Reading } from '../../model/reading.ts'

export interface CitySize {
  readonly bins: number
  readonly counters: number
  readonly buses: number
}

type Position = readonly [number, number]

/** Ways through streets: what stands, stands on one; what moves, drives along one. */
export type Ways = readonly (readonly Position[])[]

const COUNTER_SECONDS = 300
/** What a bus drives in a second, as a part of its way. */
const DRIVE_RATIO = 1 / 60

export interface City {
  readonly devices: readonly NewDevice[]
  /** A reading of every device. */
  readAll(time: number): Reading[]
  /** What came in this second: of buses each fifth, of bins and counters as many as report at their usual intervals, and more. */
  readSome(time: number): Reading[]
}

/** Made-up devices of a city on a town's streets, whose levels, flows and places change. */
export function fillCity({
  authority,
  ways,
  size,
  random,
}: {
  authority: string
  ways: Ways
  size: CitySize
  random: Random
}): City {
  const devices = [
    ...list('bin', 'bin', size.bins),
    ...list('counter', 'traffic', size.counters),
    ...list('bus', 'vehicle', size.buses),
  ]
  const buses = Array.from({ length: size.buses }, () => ({ way: pick(), part: random(), step: DRIVE_RATIO }))
  let second = 0
  return {
    devices,
    readAll: (time) => devices.map((device) => read(device, time)),
    readSome(time) {
      second += 1
      const some = devices.filter((device, index) => {
        if (device.kind === 'vehicle') return index % 5 === second % 5
        return random() < (device.kind === 'bin' ? 4 / 3600 : 1 / COUNTER_SECONDS)
      })
      return some.map((device) => read(device, time))
    },
  }

  function list(name: string, kind: NewDevice['kind'], count: number): NewDevice[] {
    return Array.from({ length: count }, (_, index) => {
      const [longitude, latitude] = placeOn(pick(), random())
      const id = `${name}-${String(index + 1).padStart(4, '0')}`
      return { id, kind, name: id, longitude, latitude, uprn: null, usrn: null, stopIds: [], settings: {} }
    })
  }

  function pick(): readonly Position[] {
    return ways[Math.floor(random() * ways.length)] as readonly Position[]
  }

  function read({ id, kind }: NewDevice, time: number): Reading {
    return { authority, kind, device: id, part: '', time, receivedTime: time, fields: measure(id, kind) }
  }

  function measure(id: string, kind: NewDevice['kind']): Record<string, FieldValue> {
    if (kind === 'bin') return { fillPercent: Math.round(random() * 100), batteryPercent: 80 }
    if (kind === 'traffic') {
      const count = Math.round(random() * 90)
      return { intervalSeconds: COUNTER_SECONDS, count, meanSpeedKph: 20 + Math.round(random() * 40) }
    }
    return drive(Number(id.slice(-4)) - 1)
  }

  /** To the end of its way and back. */
  function drive(index: number): Record<string, FieldValue> {
    const bus = buses[index] as (typeof buses)[0]
    bus.part += bus.step * 5
    if (bus.part > 1 || bus.part < 0) {
      bus.step = -bus.step
      bus.part = Math.min(1, Math.max(0, bus.part))
    }
    const [longitude, latitude] = placeOn(bus.way, bus.part)
    return {
      longitude,
      latitude,
      bearingDegrees: Math.floor(random() * 360),
      routeId: String(1 + (index % 20)),
    }
  }
}

/** A place along a way, by the part of its points that is behind. */
function placeOn(way: readonly Position[], part: number): [number, number] {
  const at = part * (way.length - 1)
  const index = Math.min(Math.floor(at), way.length - 2)
  const [from, to] = [way[index] as Position, way[index + 1] as Position]
  const between = at - index
  return [from[0] + (to[0] - from[0]) * between, from[1] + (to[1] - from[1]) * between]
}
