import type { Clock } from '../model/clock.ts'
import { countTimeSlots } from '../model/message.ts'
import type { DeviceTime } from './journal-protocol.ts'

/** How far the persisted bound runs before the clock, so that few devices need a bound of their own. */
const RESERVED_MS = 100
/** Devices whose next free time lies in the future. A device enters only by timeless readings faster than time passes. */
const DEVICES_MAX = 1_000_000
const SWEEP_AT_LEAST = 10_000

/**
 * Gives each message its time of receipt: the clock's, or the next free one where readings that tell no time of their
 * own come faster than one a millisecond from one device. Over a restart a bound for all devices holds, which follows the clock;
 * the few devices that have run ahead of it are kept one by one, so that a runaway device pushes nobody but itself.
 */
export class ReceivedTimes {
  readonly #clock: Clock
  readonly #devicesMax: number
  readonly #authorities = new Map<string, Map<string, number>>()
  #ahead = new Map<string, Set<string>>()
  #deviceCount = 0
  #sweepAt = SWEEP_AT_LEAST
  /** Nobody gets a time before it. */
  #floor: number
  #reservedTime: number
  #latestTime: number

  constructor(deps: {
    clock: Clock
    reservedTime: number
    ahead: readonly DeviceTime[]
    devicesMax?: number
  }) {
    this.#clock = deps.clock
    this.#devicesMax = deps.devicesMax ?? DEVICES_MAX
    this.#floor = deps.reservedTime
    this.#reservedTime = deps.reservedTime
    this.#latestTime = deps.clock.now()
    for (const { authority, device, nextTime } of deps.ahead) this.#set(authority, device, nextTime)
  }

  next(authority: string, device: string, readingCount: number, payload: Uint8Array): number {
    // A clock that is set back stands still here until it is past what it has shown: those times may be taken.
    this.#latestTime = Math.max(this.#latestTime, this.#clock.now())
    const now = this.#latestTime
    const earliest = Math.max(now, this.#floor)
    const free = this.#authorities.get(authority)?.get(device) ?? 0
    // Nearly all messages are one reading of a device that is not ahead: a millisecond does no harm, and no look inside.
    const isPlain = readingCount === 1 && free <= earliest
    const slots = isPlain ? 1 : countTimeSlots(payload, readingCount)
    if (slots === 0) return earliest
    const time = Math.max(earliest, free)
    const nextTime = time + slots
    this.#set(authority, device, nextTime)
    if (nextTime > now + RESERVED_MS) addTo(this.#ahead, authority, device)
    if (this.#deviceCount > this.#sweepAt) this.#sweep(now)
    return time
  }

  /** What has to be committed with the messages that were given their times since the last call. */
  takeReserved(): { reservedTime: number; ahead: readonly DeviceTime[] } {
    this.#reservedTime = Math.max(this.#reservedTime, this.#latestTime + RESERVED_MS)
    const ahead: DeviceTime[] = []
    for (const [authority, devices] of this.#ahead) {
      for (const device of devices) {
        const nextTime = this.#authorities.get(authority)?.get(device) ?? this.#floor
        if (nextTime > this.#reservedTime) ahead.push({ authority, device, nextTime })
      }
    }
    if (this.#ahead.size > 0) this.#ahead = new Map()
    return { reservedTime: this.#reservedTime, ahead }
  }

  #set(authority: string, device: string, nextTime: number): void {
    let devices = this.#authorities.get(authority)
    if (!devices) {
      devices = new Map()
      this.#authorities.set(authority, devices)
    }
    const before = devices.size
    devices.set(device, nextTime)
    this.#deviceCount += devices.size - before
  }

  /** Lets go of the devices whose next free time has passed; where too many are left, all wait for the last of them. */
  #sweep(now: number): void {
    let latest = this.#floor
    for (const [authority, devices] of this.#authorities) {
      for (const [device, nextTime] of devices) {
        if (nextTime <= now || nextTime <= this.#floor) devices.delete(device)
        else latest = Math.max(latest, nextTime)
      }
      if (devices.size === 0) this.#authorities.delete(authority)
    }
    this.#deviceCount = 0
    for (const devices of this.#authorities.values()) this.#deviceCount += devices.size
    if (this.#deviceCount > this.#devicesMax) {
      this.#authorities.clear()
      this.#deviceCount = 0
      this.#floor = latest
      this.#reservedTime = Math.max(this.#reservedTime, latest)
    }
    this.#sweepAt = Math.min(this.#devicesMax, Math.max(SWEEP_AT_LEAST, this.#deviceCount * 2))
  }
}

function addTo(sets: Map<string, Set<string>>, authority: string, device: string): void {
  let devices = sets.get(authority)
  if (!devices) {
    devices = new Set()
    sets.set(authority, devices)
  }
  devices.add(device)
}
