import { z } from 'zod'
import { PUBLISHABLE } from '../../model/authority.ts'
import type { Device, newDeviceSchema } from '../../model/device.ts'
import { KerbsideError } from '../../model/error.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { ApiClient } from './api-client.ts'

/** A device as it is sent to be registered: what has a default may be left out. */
export type DeviceToRegister = z.input<typeof newDeviceSchema>

/** What a device logs in with. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

const credentialsSchema = z.object({ username: z.string(), password: z.string() })
const registeredSchema = z.object({ id: z.string(), credentials: credentialsSchema })
// An array posted is answered with an array, or with a list like any other.
const registeredListSchema = z.union([
  z.array(registeredSchema),
  z.object({ items: z.array(registeredSchema) }).transform(({ items }) => items),
])
// Rotating may answer with the credentials alone or under their name.
const rotatedSchema = z.union([
  z.object({ credentials: credentialsSchema }).transform(({ credentials }) => credentials),
  credentialsSchema,
])

const DEVICES_PER_REQUEST = 1_000
const ROTATIONS_AT_ONCE = 16

/** Creates the authority with everything published, where it is not there yet. */
export async function ensureAuthority(
  api: ApiClient,
  authority: { id: string; name: string; timeZone: string },
): Promise<void> {
  if ((await api.find(`/authorities/${authority.id}`)) !== undefined) return
  await api.create('/authorities', { ...authority, published: [...PUBLISHABLE] })
}

/**
 * Registers the devices that are not there yet, and resolves with the credentials of all of them by device id: those
 * known already are kept, and a device that is there but whose password nobody kept gets a new one.
 */
export async function ensureDevices({
  api,
  authority,
  devices,
  known = new Map(),
}: {
  api: ApiClient
  authority: string
  devices: readonly DeviceToRegister[]
  known?: ReadonlyMap<string, Credentials>
}): Promise<Map<string, Credentials>> {
  const there = await listDeviceIds(api, authority)
  const credentials = new Map<string, Credentials>()
  const missing = devices.filter((device) => !there.has(device.id))
  for (let index = 0; index < missing.length; index += DEVICES_PER_REQUEST) {
    const answer = await api.create(
      `/authorities/${authority}/devices`,
      missing.slice(index, index + DEVICES_PER_REQUEST),
    )
    if (answer === undefined) {
      throw new KerbsideError(
        'ALREADY_EXISTS',
        `devices of ${authority} were registered by somebody else meanwhile; start again`,
      )
    }
    for (const device of registeredListSchema.parse(answer)) credentials.set(device.id, device.credentials)
  }
  const toRotate: string[] = []
  for (const { id } of devices) {
    if (credentials.has(id)) continue
    const kept = known.get(id)
    if (kept) credentials.set(id, kept)
    else toRotate.push(id)
  }
  await mapConcurrently(toRotate, ROTATIONS_AT_ONCE, async (id) => {
    const answer = await api.create(`/authorities/${authority}/devices/${id}/credentials`, {})
    credentials.set(id, rotatedSchema.parse(answer))
  })
  return credentials
}

async function listDeviceIds(api: ApiClient, authority: string): Promise<Set<Device['id']>> {
  const ids = new Set<string>()
  for await (const device of api.list(`/authorities/${authority}/devices`)) {
    ids.add((device as { id: string }).id)
  }
  return ids
}
