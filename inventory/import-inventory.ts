import type { ApiClient } from '../device-sim/client/api-client.ts'
import type { Credentials } from '../device-sim/client/register-devices.ts'
import { mapConcurrently } from '../device-sim/map-concurrently.ts'
import type { ProgressListener } from '../device-sim/progress.ts'
import { KerbsideError } from '../model/error.ts'
import { type ChangedFields, findChanges } from './find-changes.ts'
import type { InventoryItem } from './read-item.ts'

/** What became of the things of a list. */
export interface ImportCounts {
  created: number
  updated: number
  unchanged: number
}

export interface ImportInventoryOptions {
  readonly api: ApiClient
  readonly authority: string
  readonly items: readonly InventoryItem[]
  /** The passwords of devices as they are created; it is waited for before more are. */
  readonly onCredentials: (credentials: ReadonlyMap<string, Credentials>) => Promise<void>
  readonly onProgress?: ProgressListener | undefined
}

interface Registered {
  readonly id: string
  readonly credentials: Credentials
}

const DEVICES_PER_REQUEST = 500
const CHANGES_AT_ONCE = 8

/**
 * Brings devices and sites to what the items say, over the API: what is not there is created, what differs is changed in what
 * the item names, and the rest is left alone. So the same list again changes nothing, and one that broke off goes on.
 */
export async function importInventory(
  options: ImportInventoryOptions,
): Promise<{ devices: ImportCounts; depots: ImportCounts; tips: ImportCounts }> {
  const { items, onProgress } = options
  let done = 0
  const advance = (count: number): void => {
    done += count
    onProgress?.({ phase: 'import', done, total: items.length })
  }
  const ofType = (type: InventoryItem['type']): readonly InventoryItem[] =>
    items.filter((item) => item.type === type)
  // Lorries start from depots: what others may need comes first.
  const depots = await importType('depots', ofType('depots'), options, advance)
  const tips = await importType('tips', ofType('tips'), options, advance)
  const devices = await importType('devices', ofType('devices'), options, advance)
  return { devices, depots, tips }
}

async function importType(
  type: InventoryItem['type'],
  items: readonly InventoryItem[],
  options: ImportInventoryOptions,
  advance: (count: number) => void,
): Promise<ImportCounts> {
  const counts = { created: 0, updated: 0, unchanged: 0 }
  if (items.length === 0) return counts
  const { api, authority } = options
  const path = `/authorities/${authority}/${type}`
  const there = new Map<string, ChangedFields>()
  for await (const thing of api.list(path)) there.set((thing as { id: string }).id, thing as ChangedFields)
  refuseOtherKinds(items, there)
  const missing = items.filter(({ body }) => !there.has(body.id))
  if (type === 'devices') await createDevices(path, missing, options, advance)
  else {
    for (const { body } of missing) {
      await api.create(path, body)
      advance(1)
    }
  }
  counts.created = missing.length
  const known = items.flatMap(({ body }) => {
    const kept = there.get(body.id)
    return kept ? [{ id: body.id, changes: findChanges(kept, body) }] : []
  })
  await mapConcurrently(known, CHANGES_AT_ONCE, async ({ id, changes }) => {
    if (changes) await api.update(`${path}/${id}`, changes)
    counts[changes ? 'updated' : 'unchanged']++
    advance(1)
  })
  return counts
}

function refuseOtherKinds(items: readonly InventoryItem[], there: ReadonlyMap<string, ChangedFields>): void {
  for (const { where, body } of items) {
    const kept = there.get(body.id)
    if (kept === undefined || kept['kind'] === body['kind']) continue
    throw new KerbsideError(
      'CONFLICT',
      `${where}: ${body.id} is registered as ${kept['kind']}, and a kind is for ever: give it another id`,
    )
  }
}

async function createDevices(
  path: string,
  missing: readonly InventoryItem[],
  { api, onCredentials }: ImportInventoryOptions,
  advance: (count: number) => void,
): Promise<void> {
  for (let index = 0; index < missing.length; index += DEVICES_PER_REQUEST) {
    const some = missing.slice(index, index + DEVICES_PER_REQUEST)
    const answer = await api.create(
      path,
      some.map(({ body }) => body),
    )
    if (answer === undefined) {
      throw new KerbsideError(
        'ALREADY_EXISTS',
        'Some of the devices were registered meanwhile: import them again',
      )
    }
    const { items } = answer as { items: readonly Registered[] }
    await onCredentials(new Map(items.map(({ id, credentials }) => [id, credentials])))
    advance(some.length)
  }
}
