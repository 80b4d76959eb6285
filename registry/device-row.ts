import type { Device } from '../model/device.ts'
import { cleanText } from './clean-text.ts'
import type { DeviceRecord } from './registry.ts'
import type { RegistryTables } from './registry-tables.ts'

export type DeviceRow = RegistryTables['devices']

export function toDeviceRow(authority: string, device: Device, passwordHash: Uint8Array): DeviceRow {
  return {
    authority,
    id: device.id,
    kind: device.kind,
    password_hash: passwordHash,
    ...toDeviceValues(device),
  }
}

/** What of a device may change. */
export function toDeviceValues(
  device: Omit<Device, 'id' | 'kind'>,
): Omit<DeviceRow, 'authority' | 'id' | 'kind' | 'password_hash'> {
  return {
    name: device.name === null ? null : cleanText(device.name),
    longitude: device.longitude,
    latitude: device.latitude,
    uprn: device.uprn,
    usrn: device.usrn,
    stop_ids: JSON.stringify(device.stopIds),
    settings: JSON.stringify(device.settings),
  }
}

export function toDevice(row: DeviceRow): Device {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    longitude: row.longitude,
    latitude: row.latitude,
    uprn: row.uprn,
    usrn: row.usrn,
    stopIds: JSON.parse(row.stop_ids),
    settings: JSON.parse(row.settings),
  }
}

export function toDeviceRecord(row: DeviceRow): DeviceRecord {
  return { authority: row.authority, device: toDevice(row), passwordHash: new Uint8Array(row.password_hash) }
}
