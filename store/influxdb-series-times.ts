import type { Reading } from '../model/reading.ts'
import { PARTS_PER_DEVICE_MAX } from './find-fault.ts'
import type { InfluxdbClient } from './influxdb-client.ts'
import { type DeviceName, queryNewestTimes, queryStoredParts } from './influxdb-stored-series.ts'

/**
 * The newest time that may have been written of every series, so that only readings which are not newer have to be
 * looked up. In memory: bounded by the devices that may publish times PARTS_PER_DEVICE_MAX.
 */
export interface SeriesTimes {
  /** Reads what the database has of the readings' series that this process has not met before. */
  learn(database: string, readings: readonly Reading[]): Promise<void>
  /**
   * Takes note of a reading that is about to be written and was learnt of. Says whether it is newer than all of its
   * series, or whether its device has too many parts already.
   */
  note(reading: Reading): 'newer' | 'not newer' | 'too many parts'
  forget(authority: string): void
}

/** By part: its newest time; undefined where the part is stored and its times are not known. */
type Parts = Map<string, number | undefined>

interface Unknown extends DeviceName {
  readonly parts: Parts
  readonly names: Set<string>
  /** The earliest time of its readings, in ms since 1970. */
  from: number
}

export function createSeriesTimes(client: InfluxdbClient): SeriesTimes {
  // Authority, then kind and device.
  const authorities = new Map<string, Map<string, Parts>>()

  return {
    async learn(database, readings) {
      // Nothing can be deleted in InfluxDB 3, so nothing needs to be known.
      if ((await client.getMajorVersion()) >= 3) return
      await learnParts(database, readings)
      await learnNewest(database, readings)
    },
    note(reading) {
      const { authority, part, time } = reading
      const parts = findParts(reading) ?? addParts(authority, deviceOf(reading))
      const newest = parts.get(part)
      if (!parts.has(part) && parts.size >= PARTS_PER_DEVICE_MAX) return 'too many parts'
      if (newest !== undefined && time <= newest) return 'not newer'
      parts.set(part, time)
      return 'newer'
    },
    forget: (authority) => void authorities.delete(authority),
  }

  async function learnParts(database: string, readings: readonly Reading[]): Promise<void> {
    const devices = new Map<string, DeviceName>()
    for (const { authority, kind, device } of readings) {
      const name = { authority, kind, device }
      if (!findParts(name)) devices.set(`${authority} ${deviceOf(name)}`, name)
    }
    const names = [...devices.values()]
    const stored = await queryStoredParts({ client, database }, names)
    for (const [index, name] of names.entries()) {
      const parts = addParts(name.authority, deviceOf(name))
      for (const part of stored[index] ?? []) parts.set(part, undefined)
    }
  }

  // Only from the earliest reading of this batch on: the newest time of ten thousand series over years of shards takes
  // minutes, and what a series has before its first reading here makes no difference to any of those to come.
  async function learnNewest(database: string, readings: readonly Reading[]): Promise<void> {
    const unknown = listUnknown(readings)
    for await (const { authority, kind, device, part, time } of queryNewestTimes(
      { client, database },
      unknown,
    )) {
      findParts({ authority, kind, device })?.set(part, time)
    }
    for (const { parts, names } of unknown) {
      for (const name of names) {
        if (parts.has(name)) parts.set(name, parts.get(name) ?? Number.NEGATIVE_INFINITY)
      }
    }
  }

  function listUnknown(readings: readonly Reading[]): Unknown[] {
    const unknown = new Map<Parts, Unknown>()
    for (const { authority, kind, device, part, time } of readings) {
      const parts = findParts({ authority, kind, device })
      // Every part with a name that is stored is there: another one has no times yet.
      if (!parts || parts.get(part) !== undefined || (part !== '' && !parts.has(part))) continue
      const known = unknown.get(parts)
      if (known) {
        known.names.add(part)
        known.from = Math.min(known.from, time)
      } else {
        unknown.set(parts, { authority, kind, device, parts, names: new Set([part]), from: time })
      }
    }
    return [...unknown.values()]
  }

  function findParts(name: DeviceName): Parts | undefined {
    return authorities.get(name.authority)?.get(deviceOf(name))
  }

  function addParts(authority: string, device: string): Parts {
    let devices = authorities.get(authority)
    if (!devices) {
      devices = new Map()
      authorities.set(authority, devices)
    }
    const parts: Parts = new Map()
    devices.set(device, parts)
    return parts
  }
}

function deviceOf({ kind, device }: DeviceName): string {
  return `${kind} ${device}`
}
