import type { Device } from '../../model/device.ts'

/** The part of the place that a device is in; empty where it is not said. */
export function areaOf({ settings }: Device): string {
  return settings.area ?? ''
}
