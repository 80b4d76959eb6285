import { KerbsideError } from '../model/error.ts'
import type { Mapping } from '../model/mapping.ts'
import { READY_MAPPINGS } from '../model/mappings/ready-mappings.ts'
import type { Registry } from '../registry/registry.ts'

const ready = new Map(READY_MAPPINGS.map(({ mapping }) => [mapping.id, mapping]))

/** In the order of their ids. */
export const readyMappings: readonly Mapping[] = [...ready.values()].sort((a, b) => (a.id < b.id ? -1 : 1))

export function isReady(mapping: Mapping): boolean {
  return ready.get(mapping.id) === mapping
}

/** An authority's own, otherwise the ready one of this id; undefined where there is neither. */
export async function findMapping(
  registry: Pick<Registry, 'getMapping'>,
  authority: string,
  id: string,
): Promise<Mapping | undefined> {
  try {
    return await registry.getMapping(authority, id)
  } catch (error) {
    if (!(error instanceof KerbsideError) || error.code !== 'NOT_FOUND') throw error
    return ready.get(id)
  }
}
