import type { DeviceChange, DeviceRecord, Registry, Revocation } from './registry.ts'

/** Every device of every authority, in memory, kept current by the registry's changes: the hot paths look here. */
export interface DeviceDirectory {
  find(authority: string, deviceId: string): DeviceRecord | undefined
  /** Whose setting `devEui` it is, in lower case. */
  findByDevEui(authority: string, devEui: string): DeviceRecord | undefined
  list(authority: string): Iterable<DeviceRecord>
  /** Resolves once every change committed before the call is seen here. */
  refresh(): Promise<void>
  /** Called for each change that a refresh brings; returns what ends it. */
  onChange(listener: (change: DeviceChange) => void): () => void
  /**
   * Called for each key that a refresh finds revoked, and for each authority that it finds deleted, before a later device
   * is found here; returns what ends it.
   */
  onRevocation(listener: (revocation: Revocation) => void): () => void
}

const CHANGES_PER_READ = 5_000

export async function openDeviceDirectory(registry: Registry): Promise<DeviceDirectory> {
  const authorities = new Map<string, Map<string, DeviceRecord>>()
  /** By their EUI; of an authority without any there is no entry. */
  const byDevEui = new Map<string, Map<string, DeviceRecord>>()
  const listeners = new Set<(change: DeviceChange) => void>()
  const revocationListeners = new Set<(revocation: Revocation) => void>()
  let version = 0
  let revokedVersion = 0
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  const directory: DeviceDirectory = {
    find: (authority, deviceId) => authorities.get(authority)?.get(deviceId),
    findByDevEui: (authority, devEui) => byDevEui.get(authority)?.get(devEui),
    list: (authority) => authorities.get(authority)?.values() ?? [],
    refresh,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onRevocation(listener) {
      revocationListeners.add(listener)
      return () => revocationListeners.delete(listener)
    },
  }
  await directory.refresh()
  return directory

  // A refresh under way may have read before the caller's change was committed, so later callers share the next one.
  function refresh(): Promise<void> {
    if (!running) {
      running = readChanges().finally(() => {
        running = undefined
      })
      return running
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return refresh()
      })
    return next
  }

  async function readChanges(): Promise<void> {
    for (;;) {
      const changes = await registry.listDeviceChanges(version, CHANGES_PER_READ)
      // Read later and told earlier: nobody who was let in with a key of a deleted authority is there still when the
      // devices of the next one of its id are found.
      await readRevocations()
      for (const change of changes) apply(change)
      if (changes.length < CHANGES_PER_READ) return
    }
  }

  async function readRevocations(): Promise<void> {
    for (;;) {
      const revocations = await registry.listRevocations(revokedVersion, CHANGES_PER_READ)
      for (const revocation of revocations) {
        revokedVersion = revocation.version
        for (const listener of revocationListeners) listener(revocation)
      }
      if (revocations.length < CHANGES_PER_READ) return
    }
  }

  function apply(change: DeviceChange): void {
    version = change.version
    let devices = authorities.get(change.authority)
    if (!devices) {
      devices = new Map()
      authorities.set(change.authority, devices)
    }
    indexDevEui(devices.get(change.deviceId), change.record)
    if (change.record) devices.set(change.deviceId, change.record)
    else devices.delete(change.deviceId)
    if (devices.size === 0) authorities.delete(change.authority)
    for (const listener of listeners) listener(change)
  }

  function indexDevEui(before: DeviceRecord | undefined, after: DeviceRecord | undefined): void {
    const earlier = devEuiOf(before)
    // Another device may have it by now.
    if (before && earlier !== undefined && byDevEui.get(before.authority)?.get(earlier) === before) {
      byDevEui.get(before.authority)?.delete(earlier)
      if (byDevEui.get(before.authority)?.size === 0) byDevEui.delete(before.authority)
    }
    const devEui = devEuiOf(after)
    if (!after || devEui === undefined) return
    const records = byDevEui.get(after.authority) ?? new Map<string, DeviceRecord>()
    byDevEui.set(after.authority, records.set(devEui, after))
  }
}

function devEuiOf(record: DeviceRecord | undefined): string | undefined {
  const devEui = record?.device.settings.devEui
  return typeof devEui === 'string' ? devEui : undefined
}
