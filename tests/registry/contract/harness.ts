import { onTestFinished } from 'vitest'
import type { NewDevice } from '../../../model/device.ts'
import type { NewQuarantined } from '../../../model/rejection.ts'
import type { IngestOutcome, Registry } from '../../../registry/registry.ts'

/** A database that was empty, opened as often as a test wants: once more is another process, or a restart. */
export interface RegistryPlace {
  open(): Promise<Registry>
}

export interface RegistryHarness {
  readonly createPlace: () => Promise<RegistryPlace>
}

export const ACTOR = 'key-of-the-test'

/** Closes what it opened when the test ends. */
export async function openFor(place: RegistryPlace): Promise<Registry> {
  const registry = await place.open()
  onTestFinished(() => registry.close())
  return registry
}

export async function openWithAuthorities(
  harness: RegistryHarness,
  ...ids: readonly string[]
): Promise<Registry> {
  const registry = await openFor(await harness.createPlace())
  for (const id of ids) await createAuthority(registry, id)
  return registry
}

export async function createAuthority(registry: Registry, id: string): Promise<void> {
  await registry.createAuthority({ id, name: `Town of ${id}`, timeZone: 'UTC', published: [] }, ACTOR)
}

export function createBin(id: string, changes: Partial<NewDevice> = {}): NewDevice {
  return {
    id,
    kind: 'bin',
    name: null,
    longitude: null,
    latitude: null,
    uprn: null,
    usrn: null,
    stopIds: [],
    settings: {},
    ...changes,
  }
}

export function createOutcome(changes: Partial<IngestOutcome>): IngestOutcome {
  return {
    source: 'journal-1',
    position: undefined,
    counts: [],
    quarantined: [],
    sequences: [],
    statuses: [],
    ...changes,
  }
}

export function createQuarantined(changes: Partial<NewQuarantined>): NewQuarantined {
  return {
    authority: 'alpha',
    device: 'bin-1',
    topic: 'kerbside/v1/alpha/bin/bin-1/reading',
    payload: new TextEncoder().encode('{"fillPercent":140}'),
    reason: 'out_of_range',
    detail: 'fillPercent is 140; 0 to 100 is allowed',
    receivedTime: 1_000,
    ...changes,
  }
}
