import type { Device } from '../model/device.ts'

/** Settings that only the office needs. */
const NOT_FOR_DEVICES = new Set(['thresholdPercent', 'capacityLitres', 'stream'])

/** What a device is told in its retained `config`: JSON, or '' where it has no setting that concerns it. */
export function formatDeviceConfig({ settings }: Device): string {
  const concerning = Object.entries(settings).filter(([name]) => !NOT_FOR_DEVICES.has(name))
  return concerning.length === 0 ? '' : JSON.stringify(Object.fromEntries(concerning))
}
