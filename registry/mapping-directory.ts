import type { Mapping, MappingDirectory } from '../model/mapping.ts'
import type { Registry } from './registry.ts'

/**
 * Every mapping of every authority, in memory; of each the version that is in use. `ready` are those that any authority may use; its
 * own of the same id goes before.
 */
export async function openMappingDirectory({
  registry,
  ready,
}: {
  readonly registry: Pick<Registry, 'getMappingsVersion' | 'listAllMappings'>
  readonly ready: readonly Mapping[]
}): Promise<MappingDirectory> {
  const readyById = new Map(ready.map((mapping) => [mapping.id, mapping]))
  let own = new Map<string, Map<string, Mapping>>()
  let version: string | undefined
  await refresh()
  return { find: (authority, id) => own.get(authority)?.get(id) ?? readyById.get(id), refresh }

  async function refresh(): Promise<void> {
    const now = await registry.getMappingsVersion()
    if (now === version) return
    const found = new Map<string, Map<string, Mapping>>()
    for (const { authority, mapping } of await registry.listAllMappings()) {
      const ofAuthority = found.get(authority) ?? new Map<string, Mapping>()
      found.set(authority, ofAuthority.set(mapping.id, mapping))
    }
    own = found
    // What was read may be of a later version than this: then it is read once more.
    version = now
  }
}
