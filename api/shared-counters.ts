import { KerbsideError } from '../model/error.ts'
import { includesDevice } from '../model/share.ts'
import type { ApiParts } from './parts.ts'
import { PLANNING_ACTOR } from './shared-bins.ts'

interface SharedCounter {
  /** The authority whose it is. */
  readonly authority: string
  readonly id: string
  readonly longitude: number
  readonly latitude: number
}

/** Counters that others let an authority plan with now, at most as many as there is room for; each share's use is recorded. */
export async function listSharedCounters(
  { registry, directory }: Pick<ApiParts, 'registry' | 'directory'>,
  { authority, round, room }: { readonly authority: string; readonly round: string; readonly room: number },
): Promise<SharedCounter[]> {
  const counters = new Map<string, SharedCounter>()
  for (const { id: share, granting, dataset, purpose } of await registry.listUsableShares(authority)) {
    if (dataset.type !== 'counters' || purpose !== 'plan') continue
    const fresh = [...directory.list(granting)]
      .flatMap(({ device }) => {
        const { id, longitude, latitude } = device
        if (longitude === null || latitude === null || !includesDevice(dataset, device)) return []
        return counters.has(`${granting}/${id}`) ? [] : [{ authority: granting, id, longitude, latitude }]
      })
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, room - counters.size)
    if (fresh.length === 0) continue
    try {
      const access = { use: 'traffic', actor: PLANNING_ACTOR, target: null, round } as const
      await registry.recordShareAccess(share, { ...access, count: fresh.length })
    } catch (error) {
      // Withdrawn in between.
      if (!(error instanceof KerbsideError) || error.code !== 'NOT_FOUND') throw error
      continue
    }
    for (const counter of fresh) counters.set(`${granting}/${counter.id}`, counter)
  }
  return [...counters.values()]
}
