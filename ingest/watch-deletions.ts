import type { DeviceDirectory } from '../registry/device-directory.ts'

export interface DeletionWatch {
  /** Of the last change of a device that the directory has: the deletions up to it are seen in what it finds. */
  readonly version: number
  /** Of the authorities that the directory was told to be deleted, those whose deletion is later than a version. */
  listSince(version: number): readonly string[]
  close(): void
}

/** Which authorities are deleted while batches are on their way. Remembers one version for each id that was deleted. */
export function watchDeletions(directory: DeviceDirectory): DeletionWatch {
  const deletedVersions = new Map<string, number>()
  let version = 0
  const stops = [
    directory.onChange((change) => {
      version = change.version
    }),
    directory.onRevocation((revocation) => {
      if (revocation.keyHash === null) deletedVersions.set(revocation.authority, revocation.version)
    }),
  ]
  return {
    get version() {
      return version
    },
    listSince: (since) =>
      [...deletedVersions].flatMap(([authority, deleted]) => (deleted > since ? [authority] : [])),
    close() {
      for (const stop of stops) stop()
    },
  }
}
