import { KINDS } from '../model/device.ts'
import type { Logger } from '../model/logger.ts'
import type { Reading } from '../model/reading.ts'
import { PARTS_PER_DEVICE_MAX } from './find-fault.ts'
import type { InfluxdbClient } from './influxdb-client.ts'
import { decodePart, measurementOf } from './influxdb-lines.ts'

/**
 * The newest time that may have been written of every series, so that only readings which are not newer have to be
 * looked up. In memory: bounded by the devices that may publish times PARTS_PER_DEVICE_MAX.
 */
export interface SeriesTimes {
  /** Reads what a database has already, once. */
  load(database: string): Promise<void>
  /**
   * Takes note of a reading that is about to be written. Says whether it is newer than all of its series, or whether its
   * device has too many parts already.
   */
  note(reading: Reading): 'newer' | 'not newer' | 'too many parts'
  forget(authority: string): void
}

export function createSeriesTimes(client: InfluxdbClient, logger: Logger): SeriesTimes {
  // Authority, then kind and device, then part.
  const authorities = new Map<string, Map<string, Map<string, number>>>()
  const loaded = new Set<string>()

  return {
    async load(database) {
      if (loaded.has(database)) return
      if ((await client.getMajorVersion()) >= 3) {
        // Nothing can be deleted there, so nothing needs to be known; and InfluxDB 3 Core refuses questions without a time.
        loaded.add(database)
        return
      }
      for (const kind of KINDS) {
        const [series] = await client.query(database, [
          `SELECT last("receivedTime") FROM ${measurementOf(kind)} GROUP BY "authority", "device", "part"`,
        ])
        for (const { tags, values } of series ?? []) {
          const time = values[0]?.[0]
          const { authority, device, part } = tags
          if (typeof time !== 'number' || authority === undefined || device === undefined) continue
          raise(partsOf(authority, `${kind} ${device}`), decodePart(part ?? ''), time)
        }
      }
      loaded.add(database)
      logger.debug({ database }, 'the newest times of the reading store are known')
    },
    note({ authority, kind, device, part, time }) {
      const parts = partsOf(authority, `${kind} ${device}`)
      const newest = parts.get(part)
      if (newest === undefined && parts.size >= PARTS_PER_DEVICE_MAX) return 'too many parts'
      if (newest !== undefined && time <= newest) return 'not newer'
      parts.set(part, time)
      return 'newer'
    },
    forget: (authority) => void authorities.delete(authority),
  }

  function partsOf(authority: string, device: string): Map<string, number> {
    let devices = authorities.get(authority)
    if (!devices) {
      devices = new Map()
      authorities.set(authority, devices)
    }
    let parts = devices.get(device)
    if (!parts) {
      parts = new Map()
      devices.set(device, parts)
    }
    return parts
  }
}

function raise(parts: Map<string, number>, part: string, time: number): void {
  const newest = parts.get(part)
  if (newest === undefined || time > newest) parts.set(part, time)
}
