import type { Device } from '../model/device.ts'
import { KerbsideError } from '../model/error.ts'
import type { RegistryTransaction } from './registry-context.ts'

/**
 * Of an authority's devices no two are the same one of a LoRaWAN network. Where `takeVersions` was called before, no device comes in
 * between this look and the transaction's end.
 */
export async function refuseTakenEuis(
  transaction: RegistryTransaction,
  authority: string,
  devices: readonly Pick<Device, 'id' | 'settings'>[],
): Promise<void> {
  if (!devices.some(({ settings }) => settings.devEui !== undefined)) return
  const owners = new Map<unknown, string>()
  const rows = await transaction
    .selectFrom('devices')
    .select(['id', 'settings'])
    .where('authority', '=', authority)
    // Most devices have none: what is left is looked into.
    .where('settings', 'like', '%"devEui"%')
    .execute()
  for (const { id, settings } of rows) owners.set(JSON.parse(settings).devEui, id)
  for (const [index, { id, settings }] of devices.entries()) {
    const { devEui } = settings
    if (devEui === undefined) continue
    const owner = owners.get(devEui) ?? id
    const path = devices.length > 1 ? `${index}.settings.devEui` : 'settings.devEui'
    if (owner !== id) {
      const message = `The DevEUI ${devEui} is that of the device "${owner}" already.`
      throw new KerbsideError('ALREADY_EXISTS', message, { faults: [{ path, message }] })
    }
    owners.set(devEui, id)
  }
}
