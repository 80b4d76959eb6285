import { onTestFinished } from 'vitest'
import { type Ingest, type IngestLimits, startIngest } from '../../ingest/start-ingest.ts'
import { type NewDevice, newDeviceSchema } from '../../model/device.ts'
import { silentLogger } from '../../model/logger.ts'
import type { MessageSource } from '../../model/message-source.ts'
import type { Reading } from '../../model/reading.ts'
import { type DeviceDirectory, openDeviceDirectory } from '../../registry/device-directory.ts'
import type { Registry } from '../../registry/registry.ts'
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts'
import { openDuckdbReadingStore } from '../../store/duckdb-reading-store.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import { createTestClock, type TestClock } from '../fixtures/test-clock.ts'

export interface Town {
  readonly clock: TestClock
  readonly registry: Registry
  readonly directory: DeviceDirectory
  readonly store: ReadingStore
  /** Over parts that a test puts in front of the real ones. */
  ingest(
    source: MessageSource,
    parts?: { store?: ReadingStore; registry?: Registry; limits?: IngestLimits },
  ): Ingest
  readings(kind: Reading['kind'], device: string): Promise<readonly Reading[]>
}

/** The authority `town` in a real registry and a real store, both in memory; it is half past three of a Monday. */
export async function openTown(devices: readonly object[]): Promise<Town> {
  const clock = createTestClock('2026-02-16T15:30:00Z')
  const registry = await openSqliteRegistry({ path: ':memory:', clock, logger: silentLogger })
  onTestFinished(() => registry.close())
  const store = await openDuckdbReadingStore({ path: ':memory:', logger: silentLogger })
  onTestFinished(() => store.close())
  await registry.createAuthority({ id: 'town', name: 'Town', timeZone: 'UTC', published: [] }, 'test')
  await registry.createDevices('town', devices.map(parseDevice), 'test')
  const directory = await openDeviceDirectory(registry)
  return {
    clock,
    registry,
    directory,
    store,
    ingest(source, { limits, ...parts } = {}) {
      const ingest = startIngest({
        source,
        registry,
        directory,
        store,
        clock,
        logger: silentLogger,
        oldestDays: 400,
        ...(limits && { limits }),
        ...parts,
      })
      onTestFinished(() => ingest.close())
      return ingest
    },
    readings: (kind, device) =>
      store.listReadings({ authority: 'town', kind, device, from: 0, to: 4e12, limit: 100_000 }),
  }
}

export function parseDevice(device: object): NewDevice {
  return newDeviceSchema.parse(device)
}

/** Waits until it is so, asking again and again; rejects with what was found last. */
export async function waitUntil<T>(
  find: () => T | Promise<T>,
  isThere: (found: T) => boolean,
  seconds = 20,
): Promise<T> {
  const deadline = performance.now() + seconds * 1_000
  for (;;) {
    const found = await find()
    if (isThere(found)) return found
    if (performance.now() > deadline) throw new Error(`Waited in vain; last: ${JSON.stringify(found)}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
