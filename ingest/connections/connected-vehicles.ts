import type { NewDevice } from '../../model/device.ts'
import { KerbsideError } from '../../model/error.ts'
import type { DeviceDirectory } from '../../registry/device-directory.ts'
import type { Registry } from '../../registry/registry.ts'

/** Vehicles that one connection may have registered: a feed that renames them every day must not fill the registry. */
const VEHICLES_MAX = 5_000
const ID_LENGTH_MAX = 63

export interface ConnectedVehicle {
  readonly id: string
  readonly label: string | null
}

export interface ConnectedVehicles {
  /**
   * The devices that a connection's vehicles are, registered where they are not: by the vehicle's id. Those that are left out
   * are devices of somebody else's, or beyond the limit.
   */
  register(
    authority: string,
    connection: string,
    vehicles: readonly ConnectedVehicle[],
  ): Promise<ReadonlyMap<string, string>>
}

/** Nobody gets their passwords, so nobody but the connection publishes for them. */
export function createConnectedVehicles({
  registry,
  directory,
}: {
  readonly registry: Registry
  readonly directory: DeviceDirectory
}): ConnectedVehicles {
  return {
    async register(authority, connection, vehicles) {
      await directory.refresh()
      const devices = new Map<string, string>()
      const missing = new Map<string, NewDevice>()
      for (const { id, label } of vehicles) {
        const device = toDeviceId(id)
        if (device === undefined) continue
        const known = directory.find(authority, device)?.device
        if (!known) missing.set(device, describe(device, label, connection))
        if (!known || known.settings['connectionId'] === connection) devices.set(id, device)
      }
      if (missing.size > 0) await create(authority, connection, [...missing.values()])
      // Those that could not be are none.
      for (const [id, device] of devices) {
        if (directory.find(authority, device)?.device.settings['connectionId'] !== connection)
          devices.delete(id)
      }
      return devices
    },
  }

  async function create(authority: string, connection: string, missing: readonly NewDevice[]): Promise<void> {
    let count = 0
    for (const { device } of directory.list(authority)) {
      if (device.settings['connectionId'] === connection) count += 1
    }
    const room = missing.slice(0, Math.max(0, VEHICLES_MAX - count))
    try {
      if (room.length > 0) await registry.createDevices(authority, room, `connection:${connection}`)
    } catch (error) {
      // Another process, or a person, was there first: what is there now is looked at the next time.
      if (!(error instanceof KerbsideError) || error.code !== 'ALREADY_EXISTS') throw error
    }
    await directory.refresh()
  }
}

/** What a vehicle's id is as a device's: what an id may not have becomes "_". Undefined where nothing is left of it. */
function toDeviceId(vehicleId: string): string | undefined {
  const cleaned = vehicleId
    .replace(/[^A-Za-z0-9_-]+/g, '_')
    .replace(/^[_-]+/, '')
    .slice(0, ID_LENGTH_MAX)
  return cleaned === '' ? undefined : cleaned
}

function describe(id: string, label: string | null, connection: string): NewDevice {
  return {
    id,
    kind: 'vehicle',
    name: label?.slice(0, 100) || null,
    longitude: null,
    latitude: null,
    uprn: null,
    usrn: null,
    stopIds: [],
    settings: { connectionId: connection },
  }
}
