import type { Device } from '../model/device.ts'
import type { ApiParts } from './parts.ts'

/**
 * What comes with a change of devices: those of them that networks told of before are found no longer, and their uplinks, which
 * waited in quarantine, are stored. Where that fails, they wait there to be tried again.
 */
export async function takeInFound(
  { registry, directory, quarantine }: Pick<ApiParts, 'registry' | 'directory' | 'quarantine'>,
  authority: string,
  devices: readonly Device[],
  actor: string,
): Promise<{ readonly stored: number; readonly stillQuarantined: number }> {
  const found = await registry.forgetFoundDevices(
    authority,
    devices.flatMap(({ settings: { devEui } }) => devEui ?? []),
  )
  await directory.refresh()
  const taken = { stored: 0, stillQuarantined: 0 }
  for (const device of found) {
    const outcome = await quarantine.replayAll(authority, { reason: 'unknown_device', device }, actor)
    taken.stored += outcome.stored
    taken.stillQuarantined += outcome.stillQuarantined
  }
  return taken
}
