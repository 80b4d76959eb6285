import type { Device, Settings } from '../../model/device.ts'
import type { Mapping, NewMapping } from '../../model/mapping.ts'
import type { FieldValue } from '../../model/reading.ts'
import type { Rejection } from '../../model/rejection.ts'
import type { Network, Uplink } from '../../model/uplink.ts'
import { readNetworkMessage } from '../uplinks/read-network-message.ts'
import { timeUplink } from '../uplinks/time-uplink.ts'
import { applyMapping } from './apply-mapping.ts'
import { readParts } from './read-parts.ts'

/** What a mapping would make of a sample. */
export interface MappingTrial {
  /** Whose message the sample is; null where it is a decoded payload by itself. */
  readonly network: Network | null
  /** None where it is refused. */
  readonly readings: readonly TriedReading[]
  /** Why it would be in quarantine; null where it would not. */
  readonly rejection: Rejection | null
}

interface TriedReading {
  /** ms since 1970 */
  readonly time: number
  readonly fields: Readonly<Record<string, FieldValue>>
  /** Ever-growing sums by field: a reading has what they grew by since the last one. */
  readonly sums: Readonly<Record<string, number>>
}

const AUTHORITY = 'sample'

/**
 * Reads a sample as the ingest would, for a device with these settings: a message of The Things Stack or ChirpStack, or what a codec
 * made of one. A bin that is not calibrated yet is no fault here: it has a distance and no level. `port` is that of a payload
 * by itself, where it matters; `now` is in ms since 1970.
 */
export function tryMapping({
  mapping,
  sample,
  port = null,
  settings = {},
  now,
}: {
  readonly mapping: NewMapping | Mapping
  readonly sample: unknown
  readonly port?: number | null
  readonly settings?: Settings
  readonly now: number
}): MappingTrial {
  const network = networkOf(sample)
  const uplink = network && readNetworkMessage(network, sample)
  if (uplink && 'reason' in uplink) return refused(network, uplink)
  if (uplink?.decoded === null) {
    return refused(network, { reason: 'not_decoded', detail: 'payload: the network has not decoded it' })
  }
  const parts = applyMapping({ version: 1, ...mapping }, uplink?.decoded ?? sample, uplink?.port ?? port)
  if ('reason' in parts) return refused(network, parts)
  const timed = uplink ? parts.map((part) => timeUplink(part, uplink as Uplink)) : parts
  const isCalibrated = settings.emptyDistanceMm !== undefined && settings.fullDistanceMm !== undefined
  const device = createDevice(mapping, isCalibrated ? settings : { ...settings, ...ANY_CALIBRATION })
  const outcome = readParts(
    timed,
    {
      authority: AUTHORITY,
      sender: { device: device.id, kind: device.kind },
      device,
      // A sample may be older, or younger, than anything that would still be taken.
      receivedTime: uplink?.time ?? now,
      index: 0,
      oldestDays: 0,
    },
    undefined,
  )
  if ('reason' in outcome) return refused(network, outcome)
  const isTold = timed.some(({ element }) => element['fillPercent'] !== undefined)
  const readings = [
    ...outcome.readings.map((reading) => ({ reading, sums: {} })),
    ...outcome.counters.map(({ reading, sums }) => {
      const told = [...sums].map(([field, { sum }]) => [field, sum])
      return { reading, sums: Object.fromEntries(told) }
    }),
  ]
  return {
    network,
    rejection: null,
    readings: readings.map(({ reading: { time, fields }, sums }) => {
      const { fillPercent, ...others } = fields
      const isLevelKnown = fillPercent !== undefined && (isCalibrated || isTold)
      return { time, fields: isLevelKnown ? fields : others, sums }
    }),
  }
}

/** What stands in for a calibration, so that all else of a distance is checked. */
const ANY_CALIBRATION = { emptyDistanceMm: 65_000, fullDistanceMm: 0 }

function networkOf(sample: unknown): Network | null {
  if (typeof sample !== 'object' || sample === null) return null
  if ('end_device_ids' in sample) return 'tts'
  return 'deviceInfo' in sample ? 'chirpstack' : null
}

function createDevice({ kind }: Pick<Mapping, 'kind'>, settings: Settings): Device {
  const nothing = { name: null, longitude: null, latitude: null, uprn: null, usrn: null, stopIds: [] }
  return { id: AUTHORITY, kind, settings, ...nothing }
}

function refused(network: Network | null, rejection: Rejection): MappingTrial {
  return { network, readings: [], rejection }
}
