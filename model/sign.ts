import type { Device, SignType } from './device.ts'

/** A display that speaks RTIG T047, by its address in that standard's topics. */
export interface Sign {
  readonly type: SignType
  /** `null`, as a word, where it is in none: so does the standard write a level that is missing. */
  readonly locality: string
  readonly cluster: string
  readonly stopIds: readonly string[]
  readonly vendorId: string
  readonly deviceId: string
}

/** Undefined where a device is no display, or speaks something else. */
export function findSign({ id, kind, stopIds, settings }: Device): Sign | undefined {
  if (kind !== 'display' || settings.protocol !== 't047' || settings.vendorId === undefined) return undefined
  return {
    type: settings.displayType ?? 'PID-LED',
    locality: settings.localityId ?? MISSING,
    cluster: settings.clusterId ?? MISSING,
    stopIds,
    vendorId: settings.vendorId,
    deviceId: settings.vendorDeviceId ?? id,
  }
}

/** The standard's word for a level of an address that is not there. */
const MISSING = 'null'

/** All displays of a stop, or one of them: `{locality}/{cluster}/{stop}[/{vendor}/{device}]`. */
export function formatStopAddress(sign: Sign, stopId: string): string {
  return `${sign.locality}/${sign.cluster}/${toLevel(stopId)}`
}

export function formatSignAddress(sign: Sign, stopId: string): string {
  return `${formatStopAddress(sign, stopId)}/${sign.vendorId}/${sign.deviceId}`
}

/**
 * GTFS's ids may be any text; in a topic there is no place for its separator, its wildcards and, by T047, for spaces. They
 * are written as in a URL.
 */
export function toLevel(id: string): string {
  return id.replace(/[/+#%\s\0]/g, (character) => encodeURIComponent(character))
}
