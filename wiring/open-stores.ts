import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { KerbsideError } from '../model/error.ts'
import type { MappingDirectory } from '../model/mapping.ts'
import { READY_MAPPINGS } from '../model/mappings/ready-mappings.ts'
import { type DeviceDirectory, openDeviceDirectory } from '../registry/device-directory.ts'
import { openMappingDirectory } from '../registry/mapping-directory.ts'
import type { Registry } from '../registry/registry.ts'
import { type TimedReadingStore, timeWrites } from '../store/time-writes.ts'
import { prepareFolderOf } from './prepare-folder.ts'
import type { Core } from './serve.ts'

// How long a process that is being replaced may take to let go of its files.
const FILE_PATIENCE_MS = 3_000

export interface Stores {
  readonly registry: Registry
  readonly directory: DeviceDirectory
  readonly mappings: MappingDirectory
  readonly store: TimedReadingStore
}

export async function openRegistry({ config, clock, logger, stack }: Core): Promise<Registry> {
  const { registry: where } = config
  const isFile = where.type === 'sqlite'
  if (isFile) prepareFolderOf(where.path, 'KERBSIDE_REGISTRY', config)
  const registry = await untilThere({ logger, name: 'registry', isFile }, async () => {
    if (where.type === 'postgres') {
      const { openPostgresRegistry } = await import('../registry/postgres-registry.ts')
      return openPostgresRegistry({ url: where.url, clock, logger })
    }
    const { openSqliteRegistry } = await import('../registry/sqlite-registry.ts')
    return openSqliteRegistry({ path: where.path, clock, logger })
  })
  stack.defer(() => registry.close())
  return registry
}

/** What the registry knows that the hot paths look up in memory. */
export async function openDirectories(registry: Registry): Promise<Pick<Stores, 'directory' | 'mappings'>> {
  const ready = READY_MAPPINGS.map(({ mapping }) => mapping)
  return {
    directory: await openDeviceDirectory(registry),
    mappings: await openMappingDirectory({ registry, ready }),
  }
}

export async function openStore({ config, logger, stack }: Core): Promise<TimedReadingStore> {
  const { store: where } = config
  const isFile = where.type === 'duckdb'
  if (isFile) prepareFolderOf(where.path, 'KERBSIDE_STORE', config)
  const store = await untilThere({ logger, name: 'store', isFile }, async () => {
    if (where.type === 'influxdb') {
      const { openInfluxdbReadingStore } = await import('../store/influxdb-reading-store.ts')
      return openInfluxdbReadingStore({ url: where.url, logger })
    }
    const { openDuckdbReadingStore } = await import('../store/duckdb-reading-store.ts')
    return openDuckdbReadingStore({ path: where.path, logger })
  })
  stack.defer(() => store.close())
  return timeWrites(store)
}

/** A server that starts later than this process is waited for; a file, only until its last user may have ended. */
async function untilThere<T>(
  { logger, name, isFile }: { logger: Logger; name: string; isFile: boolean },
  open: () => Promise<T>,
): Promise<T> {
  const deadline = isFile ? performance.now() + FILE_PATIENCE_MS : Number.POSITIVE_INFINITY
  for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, 10_000)) {
    try {
      return await open()
    } catch (error) {
      if (!(error instanceof KerbsideError) || !error.canRetry || performance.now() > deadline) throw error
      logger.warn({ error: error.message, waitMs }, `the ${name} is not there yet`)
      await delay(waitMs)
    }
  }
}

export function refuseDuckdb(config: Config, command: string): void {
  if (config.store.type !== 'duckdb') return
  throw new KerbsideError(
    'INVALID_CONFIG',
    `KERBSIDE_STORE: DuckDB's file belongs to one process, so kerbside ${command} cannot share it; set an InfluxDB, ` +
      'influxdb:http://HOST:PORT?database=NAME, or run kerbside up',
  )
}
